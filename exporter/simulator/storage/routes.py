"""Blob REST: the container's listing, and its blobs."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.login.tokens import Tokens
from exporter.simulator.server.answers import origin
from exporter.simulator.storage.errors import storage_refused
from exporter.simulator.storage.listing import MAX_RESULTS, Wanted, listing, read_marker
from exporter.simulator.storage.permission import Permission
from exporter.simulator.storage.store import Blob, Store
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
ANSWERED_VERSION = "2023-11-03"


@dataclass
class Storage:
    """``{account}.blob.core.windows.net/{container}/…``."""

    world: World
    tokens: Tokens
    switches: Switches
    store: Store
    authorizations: list[str] = field(default_factory=list)

    def routes(self) -> list[Route]:
        """The container, and whatever is in it."""
        return [Route("/{container}", self.container), Route("/{container}/{name:path}", self.blob)]

    async def container(self, request: Request) -> Response:
        """The listing (``restype=container&comp=list``); without blobs it is empty, not an error."""
        self._admit(request, "l")
        query = request.query_params
        if (query.get("restype"), query.get("comp")) != ("container", "list"):
            raise self._refused("InvalidQueryParameterValue", request)
        most = query.get("maxresults", str(MAX_RESULTS))
        if not most.isdecimal() or not int(most):
            raise self._refused("InvalidQueryParameterValue", request)
        try:
            marker = read_marker(query["marker"]) if query.get("marker") else ""
        except ValueError:
            raise self._refused("InvalidQueryParameterValue", request) from None
        names = {"Prefix": "prefix", "Marker": "marker", "MaxResults": "maxresults", "Delimiter": "delimiter"}
        stated = {shown: query[name] for shown, name in names.items() if query.get(name)}
        wanted = Wanted(query.get("prefix", ""), query.get("delimiter", ""), int(most), marker, stated)
        body = listing(self.store, wanted, origin(request))
        if self.switches.storage_overwrites > 0:
            self.switches.storage_overwrites -= 1
            self.store.overwrite()
        return Response(body, headers=_headers(), media_type="application/xml")

    async def blob(self, request: Request) -> Response:
        """A blob or a range of it, under the conditions of the request (RFC 9110, section 13)."""
        self._admit(request, "r")
        blob = self.store.blob(request.path_params["name"])
        if blob is None:
            raise self._refused("BlobNotFound", request)
        headers = {
            **_headers(),
            "ETag": f'"{blob.etag}"',
            "Last-Modified": format_datetime(blob.modified, usegmt=True),
            "x-ms-blob-type": "BlockBlob",
            "Accept-Ranges": "bytes",
        }
        if not _matches(request.headers.get("if-match", "*"), blob):
            raise self._refused("ConditionNotMet", request)
        if "if-none-match" in request.headers and _matches(request.headers["if-none-match"], blob):
            return Response(status_code=304, headers={**headers, "x-ms-error-code": "ConditionNotMet"})
        if self.switches.storage_content_encoding and blob.name.endswith(".gz"):
            headers["Content-Encoding"] = "gzip"
        md5 = base64.b64encode(hashlib.md5(blob.data, usedforsecurity=False).digest()).decode()
        stated = request.headers.get("x-ms-range") or request.headers.get("range", "")
        if match := RANGE.fullmatch(stated):
            start, end = int(match[1]), min(int(match[2] or len(blob.data)), len(blob.data) - 1)
            if start > end:
                raise self._refused("InvalidRange", request)
            headers |= {"Content-Range": f"bytes {start}-{end}/{len(blob.data)}"}
            if self.switches.storage_content_md5:
                headers["x-ms-blob-content-md5"] = md5
            return Response(blob.data[start : end + 1], 206, headers, blob.content_type)
        if self.switches.storage_content_md5:
            headers["Content-MD5"] = md5
        return Response(blob.data, 200, headers, blob.content_type)

    def _admit(self, request: Request, needed: str) -> None:
        Permission(self.world, self.tokens, self.switches, self.authorizations).admit(request, needed)
        if request.path_params["container"] != self.world.azure.container:
            raise self._refused("ContainerNotFound", request)

    def _refused(self, code: str, request: Request) -> Exception:
        return storage_refused(code, request, self.world.ea.now())


def _headers() -> dict[str, str]:
    return {"x-ms-version": ANSWERED_VERSION, "x-ms-request-id": "ada9462b-101e-001b-56e1-6b45f9000000"}


def _matches(stated: str, blob: Blob) -> bool:
    return stated.strip() == "*" or f'"{blob.etag}"' in [one.strip() for one in stated.split(",")]
