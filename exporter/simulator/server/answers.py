"""Answers: exact JSON, and refusals as exceptions."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.server.json_text import dumps


def json_answer(
    payload: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json; charset=utf-8",
    bom: bool = False,
) -> Response:
    """`payload` as JSON text, after a byte order mark if `bom`."""
    body = dumps(payload).encode("utf-8-sig" if bom else "utf-8")
    return Response(body, status, dict(headers or {}), content_type)


class Refused(Exception):  # noqa: N818 - an answer, not an error of this program
    """Raised with the answer to a request that the service refuses."""

    def __init__(self, answer: Response) -> None:
        super().__init__(f"refused with {answer.status_code}")
        self.answer = answer


async def refusal(request: Request, refused: Exception) -> Response:
    """Starlette's exception handler for `Refused`."""
    assert isinstance(refused, Refused)
    return refused.answer


def origin(request: Request) -> str:
    """The scheme and host that the client used, for links: ``https://localhost:8443``."""
    return f"{request.url.scheme}://{request.url.netloc}"
