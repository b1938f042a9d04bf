"""A B2C tenant as Microsoft Graph has it: users, and what the audit log records."""
