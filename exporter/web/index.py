"""The status page at `/`: the version, the state of each collector, and links."""

from datetime import datetime, timedelta
from html import escape

from exporter import __version__
from exporter.logs import hidden
from exporter.model.collection import Collection
from exporter.runtime.job import Job, Plan

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24 }
h1 { font-size: 1.4rem } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid #d8dee4; vertical-align: top }
th { font-weight: 600; background: #f6f8fa }
.ok { color: #116329 } .failed { color: #a40e26 } .waiting { color: #7d4e00 }
td.number { text-align: right; font-variant-numeric: tabular-nums } small { color: #57606a }
"""
COLUMNS = ("Account", "Collector", "State", "Series", "Last success", "Next run")


def page(rows: list[tuple[Job, Plan, Collection | None]], now: datetime, metrics_path: str) -> str:
    """The HTML; all text is escaped."""
    heads = "".join(f"<th>{column}</th>" for column in COLUMNS)
    body = "".join(_row(*row, now) for row in rows)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>azure-billing-exporter</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>azure-billing-exporter <small>{__version__}</small></h1>"
        f'<p><a href="{escape(metrics_path)}">Metrics</a> · <a href="/-/ready">Ready</a> · '
        '<a href="/-/healthy">Healthy</a></p>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></body></html>"
    )


def _row(job: Job, plan: Plan, collection: Collection | None, now: datetime) -> str:
    series = f"{collection.series:,}" if collection else ""
    success = f"{_span(now - collection.collected)} ago" if collection else "never"
    cells = (
        f"<td>{escape(job.account)}</td><td>{escape(job.collector.name)}</td><td>{_state(plan, collection)}</td>"
        f'<td class="number">{series}</td><td>{success}</td><td>{_next_run(plan, now)}</td>'
    )
    return f"<tr>{cells}</tr>"


def _next_run(plan: Plan, now: datetime) -> str:
    if plan.running_since:
        return f"running for {_span(now - plan.running_since)}"
    return f"in {_span(plan.next_run - now)}"


def _state(plan: Plan, collection: Collection | None) -> str:
    if plan.failures:
        error = escape(hidden(plan.last_error))
        return f'<span class="failed">failed ({plan.failures} in a row)</span> <small>{error}</small>'
    if not collection:
        return '<span class="waiting">waiting for the first run</span>'
    warnings = "".join(f" <small>{escape(hidden(warning))}</small>" for warning in collection.warnings)
    return f'<span class="ok">ok</span>{warnings}'


def _span(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
