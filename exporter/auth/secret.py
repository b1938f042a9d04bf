"""A secret that is read when it is used and can't be printed."""

from dataclasses import dataclass, field
from pathlib import Path

from exporter.errors import Reason, Rejected


@dataclass(frozen=True, slots=True)
class Secret:
    """A text from the configuration, or the content of a file, read again at each use so that it can rotate."""

    text: str | None = field(default=None, repr=False)
    path: Path | None = None

    def read(self) -> str:
        """The secret without surrounding white space; raises `Rejected` when its file can't be read."""
        try:
            return self.read_bytes().decode().strip()
        except UnicodeDecodeError as error:
            raise Rejected(f"{self.path}: it is not UTF-8 text", Reason.CREDENTIAL_UNREADABLE) from error

    def read_bytes(self) -> bytes:
        """The secret as it is kept, which need not be text; raises `Rejected` when its file can't be read."""
        if self.path is None:
            return (self.text or "").encode()
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise Rejected(f"{self.path}: {error.strerror}", Reason.CREDENTIAL_UNREADABLE) from error
        if not content.strip():
            raise Rejected(f"{self.path}: the file is empty", Reason.CREDENTIAL_UNREADABLE)
        return content
