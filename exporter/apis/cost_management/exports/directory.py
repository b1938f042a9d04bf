"""Exports in a local directory, such as one that is synchronized with a storage account."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from exporter.apis.cost_management.exports.source import Gone, Item, Opened
from exporter.errors import Reason, Rejected, Transient

CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory of one export, which has the folders of its periods."""

    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def at_once(self) -> int:
        return 1

    def folders(self) -> Sequence[str]:
        with self._readable(self.path):
            return sorted(entry.name for entry in self.path.iterdir() if entry.is_dir())

    def items(self, folder: str) -> Sequence[Item]:
        found = []
        with self._readable(self.path / folder):
            for directory, _, names in os.walk(self.path / folder, onerror=_raise_unless_missing):
                for path in (Path(directory, name) for name in sorted(names)):
                    if path.is_file() and (state := path.stat()).st_size:
                        modified = datetime.fromtimestamp(state.st_mtime, UTC)
                        found.append(
                            Item(path.relative_to(self.path).as_posix(), _etag(state), modified, state.st_size)
                        )
        return found

    @contextmanager
    def open(self, item: Item) -> Iterator[Opened]:
        path = self.path / item.name
        with self._readable(path), path.open("rb") as file:
            _require_unchanged(file, item, path)
            yield Opened(iter(lambda: file.read(CHUNK), b""), file)
            _require_unchanged(file, item, path)

    @contextmanager
    def _readable(self, path: Path) -> Iterator[None]:
        """Turns what the operating system reports into a `Failure`."""
        try:
            yield
        except FileNotFoundError as error:
            if path == self.path:
                text = f"{path}: there is no such directory; check `path`"
                raise Rejected(text, Reason.NOT_FOUND) from error
            raise Gone(f"{path}: the file is gone") from error
        except PermissionError as error:
            text = f"{path}: the exporter's user may not read it"
            raise Rejected(text, Reason.FORBIDDEN) from error
        except OSError as error:
            raise Transient(f"{path}: {error.strerror}", Reason.STORAGE) from error


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _etag(state: os.stat_result) -> str:
    return f"{state.st_size}-{state.st_mtime_ns}"


def _require_unchanged(file: BinaryIO, item: Item, path: Path) -> None:
    if _etag(os.fstat(file.fileno())) != item.etag:
        raise Gone(f"{path}: the file has changed since it was listed")
