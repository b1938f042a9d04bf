"""Azure AD Graph's usage reports of a B2C tenant (`graph.windows.net`)."""
