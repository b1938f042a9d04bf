"""The configuration as an example, generated from the settings."""
