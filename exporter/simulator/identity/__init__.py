"""Managed identities: the metadata service of virtual machines, and the endpoint of App Service."""
