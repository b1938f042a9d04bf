"""Prometheus exporter for Azure costs, Partner Center usage and Azure AD B2C usage."""

__version__ = "0.1.0"
