"""The proxy that the environment names for a URL."""

from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy
from urllib3.util import Url, parse_url

from exporter.errors import Reason, Transient


def require_usable_proxy(url: str) -> None:
    """Raises `Transient` for a proxy that is not a URL, without its text, which may hold a password.

    `#`, `?` and `/` in a password end the host for every parser, and the rest would appear in messages.
    """
    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return
    address = proxy if "://" in proxy else f"http://{proxy}"
    try:
        urlsplit(address)  # both are used on the way to it
        parts = parse_url(address)
    except ValueError:
        parts = Url()
    if not parts.host or "@" in (parts.path or "") + (parts.query or "") + (parts.fragment or ""):
        raise Transient(
            "the proxy of the environment is not a URL such as http://user:password@proxy.example:3128; "
            "percent-encode special characters of its password",
            Reason.CONNECTION,
        )
