"""Names of identity providers that may be published: an issuer without what could identify a user."""

import re

MASKED = "*"
MAX_LENGTH = 200
NAME = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9 ._~:-]*")
"""A domain with or without a port, or a name, in lower case."""
DOMAIN = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*(?::[0-9]+)?")
SEGMENT = re.compile(r"[a-z0-9._~-]{1,64}")
GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
NUMBER = re.compile(r"[0-9](?:[ ._~-]?[0-9]){5,}")
"""A telephone number, or the number of an account."""
OPAQUE = re.compile(r"(?=[a-z_~-]*[0-9])[a-z0-9_~-]{20,}")
"""A long word with a digit, such as an encoded id; words of a path are shorter or have none."""


def published(issuer: str) -> str:
    """An issuer (in lower case) as a label may have it; empty if nothing of it may be.

    The scheme, the domain or name, and the path, each of whose segments is `*` if it may be the id, the address or the
    number of a user or of a tenant. User information, query and fragment of a URL are left out.
    """
    scheme, separator, rest = issuer.rpartition("://")
    if separator and not scheme.isalpha():
        return ""
    address, *segments = re.split(r"[?#]", rest)[0].split("/")
    if separator:
        address = address.rpartition("@")[2]
    if not NAME.fullmatch(address) or GUID.search(address):
        return ""
    if not DOMAIN.fullmatch(address) and (separator or NUMBER.search(address) or OPAQUE.search(address)):
        return ""
    path = [_segment(segment) for segment in segments if segment]
    return f"{scheme}{separator}{'/'.join([address, *path])}"[:MAX_LENGTH]


def identifying(text: str) -> bool:
    """Whether a word, in any case, may be the id, the address or the number of a user or of a tenant."""
    text = text.casefold()
    return "@" in text or any(form.search(text) for form in (GUID, NUMBER, OPAQUE))


def _segment(text: str) -> str:
    return text if SEGMENT.fullmatch(text) and not identifying(text) else MASKED
