"""Measurements of CPU time, each a plain script that prints a ratio."""
