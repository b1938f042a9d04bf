"""Where a command writes its document: a file that is replaced as a whole, or the standard output."""

import os
import sys
from pathlib import Path

from exporter import storage
from exporter.errors import ConfigError


def require_writable(option: str, output: Path) -> None:
    """Raises `ConfigError` before any request if the file can't be created."""
    if not output.parent.is_dir():
        raise ConfigError([f"{option}: {output.parent}: not a directory"])
    if output.is_dir():
        raise ConfigError([f"{option}: {output}: is a directory"])
    if output.exists() and not output.is_file():
        raise ConfigError([f"{option}: {output}: is not a regular file, and would be replaced by one"])
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise ConfigError([f"{option}: {output.parent}: Permission denied"])


def require_own(option: str, output: Path, begins: tuple[bytes, ...]) -> None:
    """Raises `ConfigError` unless the file is missing, empty, or begins as those that the command writes."""
    if output.exists() or output.is_symlink():
        require_writable(option, output)
    try:
        with output.open("rb") as file:
            start = file.read(max(map(len, begins)))
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError([f"{option}: {output}: {error.strerror}"]) from error
    if start and not start.startswith(begins):
        text = f"{option}: {output}: is not a file of this command, and would be replaced; remove it or choose another"
        raise ConfigError([text])


def write(option: str, text: bytes, output: Path | None, *, mode: int) -> None:
    """To the file, or to the standard output; if that is a pipe that was closed, the rest is discarded."""
    try:
        if output:
            storage.replace(output, text, mode=mode)
        else:
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())  # else the interpreter reports the closed pipe again at its end
    except OSError as error:
        raise ConfigError([f"{option}: {output or 'standard output'}: {error.strerror}"]) from error
