"""Prometheus exporter for what Microsoft bills and counts."""

__version__ = "0.1.0"
