"""A folder of invalid configurations: the first line of each file is the expected first message."""

from pathlib import Path

import pytest

from exporter.config import load
from exporter.errors import ConfigError

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_an_invalid_configuration_has_its_message(file: Path) -> None:
    """A new case is a new file."""
    expected = file.read_text().splitlines()[0].removeprefix("# ").replace("{file}", str(file))
    with pytest.raises(ConfigError) as raised:
        load(file)
    assert expected == raised.value.errors[0]


def test_all_errors_are_reported_at_once() -> None:
    """Not only the first one."""
    with pytest.raises(ConfigError) as raised:
        load(next(file for file in BAD if file.stem == "two-errors"))
    assert ("ea[0].enrollment: is required", "ea[0].colour: unknown key") == raised.value.errors


def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    """Not an `OSError`."""
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "none.yaml")
    assert (f"{tmp_path / 'none.yaml'}: No such file or directory",) == raised.value.errors


def test_errors_never_repeat_a_secret(tmp_path: Path) -> None:
    """Nor does the repr of the configuration."""
    file = tmp_path / "config.yaml"
    account = "enrollment: '100', api_key: hushhush, api_key_file: /x"
    file.write_text(f"ea: [{{{account}}}]")
    with pytest.raises(ConfigError) as raised:
        load(file)
    assert "hushhush" not in str(raised.value)
    file.write_text("ea: [{enrollment: '100', api_key: hushhush}]")
    assert "hushhush" not in repr(load(file))
