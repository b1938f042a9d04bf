"""Where the runbook and the dashboards are published."""

RUNBOOK = "https://github.com/azure-billing-exporter/azure-billing-exporter/blob/main/docs/runbook.md"
"""The page whose sections the annotation `runbook_url` names."""
DASHBOARDS = "/d"
"""Prefix of a dashboard's uid in links between dashboards; relative to the Grafana server."""
