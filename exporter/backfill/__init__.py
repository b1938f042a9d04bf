"""Figures of past days: read by billing period, stored in parts, and written for Prometheus."""
