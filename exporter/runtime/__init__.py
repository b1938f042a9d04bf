"""Runs collectors and publishes their collections; independent of every API."""
