"""The envelope of lists."""

import json
from collections.abc import Sequence

from starlette.responses import Response

TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
CONTEXT = "https://graph.microsoft.com/"
"""Where the metadata is; a client has no use for it."""


def rows_answer(
    context: str, rows: Sequence[object], *, next_link: str | None = None, delta_link: str | None = None
) -> Response:
    """A page: its context, the link to what follows, and the rows."""
    links = {"@odata.nextLink": next_link, "@odata.deltaLink": delta_link}
    stated = {name: link for name, link in links.items() if link is not None}
    body = json.dumps({"@odata.context": CONTEXT + context, **stated, "value": rows}, separators=(",", ":"))
    return Response(body.encode(), media_type=TYPE)
