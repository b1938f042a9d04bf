"""Prometheus exporter for Azure AD B2C usage, Enterprise Agreement costs and Partner Center usage."""

__version__ = "0.1.0"
