"""Costs summed by the service: the endpoint ``query``."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.access import Access, json_body
from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import bad_request
from exporter.simulator.cost_management.selection import NO_DATASET, read_selection
from exporter.simulator.cost_management.sums import Table, summed
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer, origin

LINK_VERSION = "2021-10-01"
MAX_TOP = 5000


class Query(Resource):
    """Sums by day or month and by groupings, in pages that are requested with the same body."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.answers = 0

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        path = "Microsoft.CostManagement/query"
        return {("POST", path): self.post, ("GET", path): self.get}

    async def post(self, request: Request, scope: Scope) -> Response:
        """A page of the rows; what a page shows is that of the first page's request."""
        body = await json_body(request)
        switches, now = self.access.switches, self.access.world.ea.now()
        selection = read_selection(body, scope, switches.cost_management_max_groupings, now.date())
        offset = 0
        if token := request.query_params.get("$skiptoken"):
            offset, now = _read_token(token, body)
        months = (selection.end.year - selection.start.year) * 12 + selection.end.month - selection.start.month + 1
        headers = self.access.quotas.take(months)
        rows = scope.rows(selection.metric, selection.start, selection.end, now)
        table = summed([row for row in rows if selection.covers(row)], selection, scope.agreement, switches)
        if not table.rows and switches.cost_management_no_data == "204":
            return Response(status_code=204, headers=headers)
        size = _size(request, switches.cost_management_page_size)
        end = offset + size
        link = None
        if end < len(table.rows):
            place = quote(_write_token(end, now, body), safe="")
            link = f"{origin(request)}{request.url.path}?api-version={LINK_VERSION}&$skiptoken={place}"
        shown = self._ordered(Table(table.columns, table.rows[offset:end]))
        last = switches.cost_management_last_link
        return json_answer(envelope(scope, shown, {} if link is None and last == "missing" else {"nextLink": link}),
                           headers=headers)  # fmt: skip

    async def get(self, request: Request, scope: Scope) -> Response:
        """400: a link to the next page has to be posted, too."""
        raise bad_request(NO_DATASET)

    def _ordered(self, table: Table) -> Table:
        self.answers += 1
        if self.access.switches.cost_management_column_order == "documented":
            return table
        turn = self.answers % len(table.columns)
        return Table(_turned(table.columns, turn), [_turned(row, turn) for row in table.rows])


def envelope(scope: Scope, table: Table, link: Mapping[str, object]) -> dict[str, object]:
    """A query's answer, in which a row is an array in the order of the columns."""
    name = str(uuid4())
    return {
        "id": f"{scope.path.lstrip('/')}/providers/Microsoft.CostManagement/query/{name}",
        "name": name,
        "type": "Microsoft.CostManagement/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {
            **link,
            "columns": [{"name": column.name, "type": column.type} for column in table.columns],
            "rows": table.rows,
        },
    }


def _turned(items: Sequence[Any], turn: int) -> list[Any]:
    return [*items[turn:], *items[:turn]]


def _size(request: Request, usual: int) -> int:
    text = request.query_params.get("$top", "")
    return min(int(text), MAX_TOP) if text.isdecimal() and int(text) else usual


def _write_token(offset: int, now: datetime, body: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps([offset, now.isoformat(), _digest(body)]).encode()).decode()


def _read_token(token: str, body: Mapping[str, Any]) -> tuple[int, datetime]:
    try:
        offset, now, digest = json.loads(base64.b64decode(token))
        at = datetime.fromisoformat(now)
    except (ValueError, TypeError):
        raise bad_request("Invalid query definition, the skip token is invalid.") from None
    if digest != _digest(body):
        raise bad_request(NO_DATASET)
    return int(offset), at


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
