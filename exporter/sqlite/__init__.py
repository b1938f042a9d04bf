"""SQLite files of the exporter."""
