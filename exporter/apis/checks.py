"""What is wrong with a value of the configuration or with a file that it names; a secret is never repeated."""

import re
import ssl
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

PLACEHOLDER = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z][A-Z0-9_]*|\{\{.*\}\}", re.DOTALL)
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Finding:
    """What `check-config` reports of a key: an error, or a warning that does not fail the check."""

    key: str
    text: str
    warning: bool = False


def did_you_mean(word: str, known: Iterable[str], likeness: float = 0.5) -> str:
    """The end of a message: the known word that is at least so much alike (0 to 1), if there is one."""
    near = get_close_matches(word[:100], list(known), 1, likeness)
    return f"; did you mean {near[0]!r}?" if near else ""


def secret_error(secret: str) -> str | None:
    """Why a text can't be a secret: it is a placeholder, or a whole header."""
    if PLACEHOLDER.fullmatch(secret):
        return "is a placeholder; variables are not expanded, use a file that holds the value"
    if re.match(r"(?i)(authorization:\s*)?bearer\s", secret):
        return "begins with 'bearer'; leave that word out"
    return None


def secret_file_error(path: Path, *, text: bool) -> str | None:
    """Why a secret can't be read from the file `path`; where `text` is false any bytes will do."""
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
    """Why the file `path` can't be the authorities that servers' certificates are verified with."""
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


def directory_error(path: Path) -> str | None:
    """Why the directory `path` can't be created or used: what is there already is something else."""
    try:
        present = next((one for one in (path, *path.absolute().parents) if one.exists()), None)
        return None if present is None or present.is_dir() else f"{present} is not a directory"
    except OSError as error:
        return f"can't be used: {error.strerror}"
