"""Metrics, records, periods and collections as values: no I/O, no clock, no third-party packages."""
