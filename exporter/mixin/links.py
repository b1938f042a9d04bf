"""Where the runbook and the dashboards are published."""

from dataclasses import dataclass

RUNBOOK = "https://github.com/azure-billing-exporter/azure-billing-exporter/blob/main/docs/runbook.md"
"""The page whose sections the annotation `runbook_url` names."""
GRAFANA = "http://localhost:3000"
"""The Grafana that the annotation `dashboard_url` names if the installation states none: that of `make stack`."""
DASHBOARDS = "/d"
"""Prefix of a dashboard's uid in links between dashboards; relative to the Grafana server."""


@dataclass(frozen=True)
class Links:
    """The base URLs of one installation.

    `runbook` is the page with the sections of docs/runbook.md. `grafana` is the URL below which Grafana serves the path
    `/d/`, without a slash at the end; if it is empty, links between dashboards have no host.
    """

    runbook: str = RUNBOOK
    grafana: str = ""

    def dashboard(self, path: str) -> str:
        """The URL of a dashboard for a notification; `path` is its uid, and the values of its variables after `?`."""
        return f"{self.grafana or GRAFANA}{DASHBOARDS}/{path}"

    def adapted(self, text: str) -> str:
        """A text of the definitions with these URLs."""
        if text.startswith(f"{DASHBOARDS}/"):
            text = self.grafana + text
        return text.replace(RUNBOOK, self.runbook)
