"""What the dashboards on one customer, one subscription and all customers of a partner share."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.mixin.dashboards.attention import SEVERITIES
from exporter.mixin.dashboards.panels import COUNT, Json, Query, texts
from exporter.mixin.dashboards.tables import table
from exporter.mixin.dashboards.variables import Variable
from exporter.mixin.links import RUNBOOK

SHORT_STEP = "1h"
"""For what changes a few times a day. Prometheus then skips most of the stored samples."""


@dataclass(frozen=True)
class Shown(Variable):
    """A hidden variable that stands for all values its query finds, such as the ids of the top customers.

    Panels that select by it read these series only, and all their queries show the same rows.
    """

    def json(self) -> Json:
        """The JSON that Grafana stores; *All* is chosen."""
        every = {"selected": True, "text": ["All"], "value": ["$__all"]}
        return super().json() | {"current": every, "hide": 2, "skipUrlSync": True}


@dataclass(frozen=True)
class Search(Variable):
    """A text that the user types; `query` is what it is at first."""

    multi: bool = False

    def json(self) -> Json:
        """The JSON that Grafana stores."""
        typed = {"selected": True, "text": self.query, "value": self.query}
        return {
            "current": typed,
            "hide": 0,
            "label": self.label,
            "name": self.name,
            "options": [typed],
            "query": self.query,
            "skipUrlSync": False,
            "type": "textbox",
        }


def alerts(description: str, selector: str, labels: Mapping[str, str], widths: Mapping[str, int]) -> Json:
    """A table of the firing alerts that `selector` selects, the most severe first."""
    firing = f'ALERTS{{alertstate="firing",alertname=~"(Azure|PartnerCenter).+",{selector}'
    known = [f'{firing},severity="{name}"}} * {rank}' for rank, (name, _) in SEVERITIES.items()]
    return table(
        "Firing alerts",
        description,
        labels,
        Query(f"topk(50, max by ({', '.join(labels)}) ({' or '.join(known)}))", "Severity"),
        sort="Severity",
        units={"Severity": COUNT},
        texts={"Severity": texts(SEVERITIES)},
        links={labels["alertname"]: ("Runbook", f"{RUNBOOK}#${{__data.fields.{labels['alertname']}}}")},
        widths={"Severity": 100, **widths},
        empty="no alert is firing",
    )


def linked(panel: Json, text: str, address: str) -> Json:
    """A panel whose series lead to another dashboard."""
    config = panel["fieldConfig"]
    defaults = config["defaults"] | {"links": [{"title": text, "url": address}]}
    return panel | {"fieldConfig": config | {"defaults": defaults}}
