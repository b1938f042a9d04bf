"""Checks of values of the configuration and of the files that it names; no message repeats a secret."""

import re
import ssl
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

PLACEHOLDER = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z][A-Z0-9_]*|\{\{.*\}\}|<[^<>]*>", re.DOTALL)
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Finding:
    """What `check-config` reports about a key: an error, or a warning that does not fail the check."""

    key: str
    text: str
    warning: bool = False


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """The end of a message: the most similar known word, if its similarity is at least `cutoff` (0 to 1)."""
    near = get_close_matches(word[:100], list(known), 1, cutoff)
    return f"; did you mean {near[0]!r}?" if near else ""


def secret_error(secret: str) -> str | None:
    """Why a text is not a valid secret; None if it may be one."""
    if PLACEHOLDER.fullmatch(secret):
        return "is a placeholder; variables are not expanded, use a file that holds the value"
    if re.match(r"(?i)(authorization:\s*)?bearer\s", secret):
        return "begins with 'bearer'; leave that word out"
    return None


def secret_file_error(path: Path, *, text: bool) -> str | None:
    """Why the file `path` has no valid secret; without `text` its content may be binary."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return "is a directory, not a file"
        if not stat.S_ISREG(mode):
            return "is not a regular file, and can't be read again at each use"
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            return "is larger than 1 MiB"
        if not content.strip():
            return "the file is empty"
        found = secret_error(content.decode().strip()) if text else None
    except UnicodeDecodeError:
        return "is not UTF-8 text"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return f"the content {found}" if found else None


def ca_file_error(path: Path) -> str | None:
    """Why the file `path` has no certificate of an authority."""
    try:
        if not path.is_file():
            return "there is no such file"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=path)
    except ssl.SSLError:
        return "holds no PEM certificate"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return None if context.cert_store_stats()["x509"] else "holds no PEM certificate"


def ca_file_expiry(path: Path) -> datetime | None:
    """When the last authority of the file expires; None if that is not known."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
        ends = [ssl.cert_time_to_seconds(str(found["notAfter"])) for found in context.get_ca_certs()]
        return datetime.fromtimestamp(max(ends), UTC) if ends else None
    except (OSError, ValueError, OverflowError):  # loading has reported what can't be read
        return None


def directory_error(path: Path) -> str | None:
    """Why the directory `path` can't be created or used."""
    try:
        present = next((parent for parent in (path, *path.absolute().parents) if parent.exists()), None)
        return None if present is None or present.is_dir() else f"{present} is not a directory"
    except OSError as error:
        return f"can't be used: {error.strerror}"
