"""A folder of invalid configurations: the first line of each file is the expected first message."""

import re
from pathlib import Path

import pytest
import trustme
import yaml

from exporter.apis.settings import Section
from exporter.config import FILE, load, sections
from exporter.errors import ConfigError

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


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


def test_the_example_shows_every_key_and_is_a_configuration() -> None:
    """Some of them commented out."""
    load(EXAMPLE)
    text = EXAMPLE.read_text()
    keys = set(re.findall(r"^[\s#-]*([A-Za-z0-9_]+):", text, re.MULTILINE)) | set(re.findall(r"[{,] ?(\w+):", text))
    assert set() == _keys(FILE) - keys


def test_the_example_with_all_keys_uncommented_is_a_configuration(tmp_path: Path) -> None:
    """Only one of each pair of secrets may be given."""
    lines = [
        re.sub(r"^(\s*)# (?=(?:- )?[a-z0-9_A-Z]+:( |$))", r"\1", line) for line in EXAMPLE.read_text().splitlines()
    ]
    content = yaml.safe_load("\n".join(lines))
    ca_file = tmp_path / "ca.pem"
    trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.write_to_path(str(ca_file))
    for accounts in (content["b2c"], content["ea"], content["partner_center"]):
        for account in accounts:
            for key in [key for key in account if f"{key}_file" in account]:
                del account[key]
            account["ca_file"] = str(ca_file)
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(content))
    load(file)


def _keys(section: type[Section]) -> set[str]:
    inner = (each for field in section.model_fields.values() for each in sections(field.annotation))
    return {*section.model_fields}.union(*map(_keys, inner))
