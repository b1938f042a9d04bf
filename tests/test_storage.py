"""Files are replaced as a whole, and killed processes leave nothing for long."""

import os
import stat
import time
from pathlib import Path

import pytest

from exporter.storage import ABANDONED_SECONDS, Reserved, replace, sweep


def test_a_file_is_replaced(tmp_path: Path) -> None:
    """Its directory is created, only the owner can read it, and no other file is left."""
    file = tmp_path / "below" / "file"
    for content in (b"old", b"new"):
        replace(file, content)
        assert content == file.read_bytes()
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == list(file.parent.iterdir())


def test_a_failed_replacement_leaves_nothing(tmp_path: Path) -> None:
    """The target is a directory."""
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        replace(tmp_path / "file", b"x")
    assert ["file"] == [file.name for file in tmp_path.iterdir()]


def test_old_temporary_files_are_swept(tmp_path: Path) -> None:
    """Those that another process may still write stay, and so does what is not such a file."""
    reserved = Reserved(tmp_path / "token.json", "exchange", 10)
    (left,) = tmp_path.iterdir()
    directory = tmp_path / ".directory.tmp"
    directory.mkdir()
    other = tmp_path / "other.tmp"
    other.touch()
    sweep(tmp_path)
    assert {left, directory, other} == set(tmp_path.iterdir())
    long_ago = time.time() - ABANDONED_SECONDS - 60
    for file in (left, directory, other):
        os.utime(file, (long_ago, long_ago))
    sweep(tmp_path)
    assert {directory, other} == set(tmp_path.iterdir())
    reserved.discard()
    sweep(tmp_path / "missing")
