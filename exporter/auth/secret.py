"""A secret that is read when it is used, and is not in its repr."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

from exporter.errors import Reason, Transient


@dataclass(frozen=True, slots=True)
class Secret:
    """A text from the configuration, or the content of a file, read again at each use so that it can rotate.

    A file that can't be read is `Transient`: it may be mounted after the exporter starts.
    """

    text: str | None = field(default=None, repr=False)
    path: Path | None = None

    def read(self) -> str:
        """The secret without surrounding white space; raises `Transient` when its file can't be read."""
        try:
            return self.read_bytes().decode().strip()
        except UnicodeDecodeError as error:
            raise self._unreadable("it is not UTF-8 text") from error

    def read_bytes(self) -> bytes:
        """The secret as it is stored, which need not be text; raises `Transient` when its file can't be read."""
        if self.path is None:
            return (self.text or "").encode()
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise self._unreadable(error.strerror or type(error).__name__) from error
        except ValueError as error:  # a NUL in the path
            raise self._unreadable(str(error)) from error
        if not content.strip():
            raise self._unreadable("the file is empty")
        return content

    def _unreadable(self, why: str) -> Transient:
        return Transient(f"{self.path}: {why}", Reason.CREDENTIAL_UNREADABLE)


def is_token(value: object) -> TypeGuard[str]:
    """Whether a value is valid in a header: text, not empty, printable ASCII, without blanks."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value and value != ""
