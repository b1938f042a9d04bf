"""Prometheus remote write 1.0: what was read, sent in the order of time."""
