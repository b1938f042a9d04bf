"""Microsoft Graph: users, the audit log and the user insights of the company's customer directories."""
