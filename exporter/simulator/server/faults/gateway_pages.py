"""Error pages of the servers between a client and the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

Server = Literal["nginx", "iis", "proxy"]

NGINX = (
    "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
IIS = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r\n'
    '<html xmlns="http://www.w3.org/1999/xhtml">\r\n<head>\r\n<title>{0} - {1}</title>\r\n</head>\r\n<body>\r\n'
    '<div id="header"><h1>Server Error</h1></div>\r\n<div id="content"><fieldset>\r\n<h2>{0} - {1}</h2>\r\n'
    "<h3>The page cannot be displayed.</h3>\r\n</fieldset></div>\r\n</body>\r\n</html>\r\n"
)
PROXY = (
    "<!DOCTYPE html><html><head><title>ERROR: The requested URL could not be retrieved</title></head>\n"
    "<body><h1>ERROR</h1><h2>The requested URL could not be retrieved</h2><hr>\n"
    "<p>The following error was encountered: <b>{0} {1}</b></p>\n<p>Your cache administrator is "
    '<a href="mailto:webmaster">webmaster</a>.</p></body></html>\n'
)


@dataclass(frozen=True)
class _Kind:
    page: str
    headers: Mapping[str, str]
    content_type: str


_KINDS: Mapping[Server, _Kind] = {
    "nginx": _Kind(NGINX, {"Server": "nginx"}, "text/html"),
    "iis": _Kind(IIS, {"Server": "Microsoft-IIS/10.0", "X-Powered-By": "ASP.NET"}, "text/html"),
    "proxy": _Kind(PROXY, {"Server": "squid/5.7", "X-Squid-Error": "ERR_CONNECT_FAIL 111"}, "text/html;charset=utf-8"),
}


def gateway_page(server: Server, status: int) -> tuple[str, Mapping[str, str], str]:
    """The page of `server` for any `status`, the headers that it is sent with, and its content type."""
    kind = _KINDS[server]
    return kind.page.format(status, HTTPStatus(status).phrase), kind.headers, kind.content_type
