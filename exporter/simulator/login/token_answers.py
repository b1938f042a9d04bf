"""Answers of the token endpoint that are not as documented."""

import json
from collections.abc import Awaitable, Mapping

from starlette.responses import Response

from exporter.simulator.server.answers import Refused, json_answer
from exporter.simulator.switches import NULL


async def altered(answering: Awaitable[Response], fields: Mapping[str, object]) -> Response:
    """The token or the refusal that `answering` gives, with `fields` instead of its own.

    A field of None is left out, one of `NULL` is null in the JSON text.
    """
    try:
        answer = await answering
    except Refused as refused:
        answer = refused.answer
    if not fields or not answer.body:
        return answer
    stated = {**json.loads(bytes(answer.body)), **fields}
    shown = {name: None if value is NULL else value for name, value in stated.items() if value is not None}
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-type")}
    return json_answer(shown, status=answer.status_code, headers=headers)
