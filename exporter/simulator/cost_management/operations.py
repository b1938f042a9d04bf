"""Reports that are prepared on request: when they are ready, and the files that they have become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.server.answers import origin

LIFE = timedelta(hours=1)


@dataclass
class Operation:
    """A report that was requested: its scope's path, its polls so far and what it will be."""

    name: str
    scope: str
    requested: datetime
    finish: Callable[["Operation"], Response]
    polls: int = 0
    address: str = ""


@dataclass(frozen=True)
class File:
    """A finished file, readable until `until`."""

    content: bytes
    media_type: str
    until: datetime


@dataclass
class Files:
    """The files of finished reports on the blob host; `authorizations` are those sent there, where none belong."""

    now: Callable[[], datetime]
    blob_url: Callable[[], str]
    files: dict[str, File] = field(default_factory=dict, repr=False)
    authorizations: list[str] = field(default_factory=list)

    def routes(self) -> list[Route]:
        """Paths on the blob host; the shared access signature in the query is the permission."""
        return [Route("/armreports/{name:path}", self.blob), Route("/pricesheets/{name:path}", self.blob)]

    def add(self, path: str, content: bytes, media_type: str) -> str:
        """The link of a new file, with its signature."""
        until = self.now() + LIFE
        self.files[path] = File(content, media_type, until)
        expiry = quote(f"{until:%Y-%m-%dT%H:%M:%SZ}", safe="")
        return f"{self.blob_url()}{path}?sv=2023-11-03&se={expiry}&sr=b&sp=r&sig={quote(uuid4().hex + '=', safe='')}"

    async def blob(self, request: Request) -> Response:
        """A file; 403 to a client that sends a token, and after the link has expired."""
        if authorization := request.headers.get("authorization"):
            self.authorizations.append(authorization)
            return Response(status_code=403)
        file = self.files.get(request.url.path)
        if file is None or "sig" not in request.query_params:
            return Response(status_code=404)
        if self.now() >= file.until:
            return Response(status_code=403)
        return Response(file.content, media_type=file.media_type)


def accepted(request: Request, operation: Operation, kind: str, headers: Mapping[str, str]) -> Response:
    """202 with the address to poll, which is remembered as the operation's newest."""
    version = request.query_params["api-version"]
    location = f"{origin(request)}{operation.scope}/providers/Microsoft.CostManagement/{kind}/{operation.address}"
    return Response(status_code=202, headers={"Location": f"{location}?api-version={version}", **headers})
