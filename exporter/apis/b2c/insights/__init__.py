"""An Entra External ID tenant as the user insights of Microsoft Graph report it."""
