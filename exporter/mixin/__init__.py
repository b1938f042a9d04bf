"""Recording rules, alerts with their runbook, and dashboards, as data, and how they are written to files.

Imports nothing else of the exporter: it names metrics, and tests check that they exist.
"""
