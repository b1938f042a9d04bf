"""Exports in a storage account or a directory."""
