"""The generated `config.example.yaml`: valid, complete, and as described by the fields."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
import trustme
import yaml
from pydantic import Field

from exporter.apis.fields import Currency, Duration, FilePath, SecretText, Shown
from exporter.apis.messages import sections
from exporter.apis.settings import Section
from exporter.config import FILE, load, validated
from exporter.example import file as example

FILE_PATH = Path(__file__).parents[2] / example.FILE_NAME
OPTIONAL = re.compile(r"^( *)# (?=- |\w+:(?: |$))", re.MULTILINE)
ALTERNATIVE = re.compile(r"^( *)#   (?=- |\w+:(?: |$))", re.MULTILINE)


def test_the_example_is_a_configuration() -> None:
    """As it is, without the files that it names."""
    load(FILE_PATH)


def test_the_example_with_all_optional_keys_is_a_configuration(tmp_path: Path) -> None:
    """Uncommented at once; an alternative replaces one of them."""
    ca_file = tmp_path / "ca.pem"
    trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.write_to_path(str(ca_file))
    text = OPTIONAL.sub(r"\1", FILE_PATH.read_text()).replace("/etc/ssl/private-ca.pem", str(ca_file))
    validated(yaml.safe_load(text), str(FILE_PATH))


def test_the_example_shows_every_key() -> None:
    """Also as an alternative; uncommented, each is in its section. An example of a whole key may leave keys out."""
    content = yaml.safe_load(ALTERNATIVE.sub(r"\1", OPTIONAL.sub(r"\1", FILE_PATH.read_text())))
    assert set() == set(_keys(FILE)) - set(_shown(content))


def _keys(section: type[Section], path: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield f"{path}{name}"
        for inner in () if field.examples else sections(field.annotation):
            yield from _keys(inner, f"{path}{name}.")


def _shown(content: Any, path: str = "") -> Iterator[str]:
    for each in content if isinstance(content, list) else [content]:
        for name, value in each.items() if isinstance(each, dict) else ():
            yield f"{path}{name}"
            yield from _shown(value, f"{path}{name}.")


class Small(Section):
    """Key and value."""

    advice: ClassVar[str] = "Teams that are counted.\n\nAt most ten."

    key: str = Field(description="what is compared", examples=["team"])
    retries: int = Field(3, description="how often it is read again")


class Password(Section):
    """A user's own password."""

    kind: Literal["password"] = Field(description="by password")
    password: SecretText | None = Field(None, description="the password")
    password_file: Annotated[FilePath | None, Shown.SET] = Field(
        None, description="file with the password", examples=["/run/secrets/password"]
    )


class Managed(Section):
    """The machine's identity."""

    kind: Literal["managed"] = Field(description="managed by Azure")


class Account(Section):
    """Every kind of field."""

    identity: Password | Managed = Field(description="who reads")
    every: Duration = Field(timedelta(hours=36), description="how often it is read")
    currency: Currency | None = Field(None, description="the account's currency")
    level: Literal["low", "high"] = Field("low", description="how much is read")
    filters: tuple[Small, ...] = Field((), description="what is counted")
    where: dict[str, str] = Field(default_factory=dict, description="what matches", examples=[{"a b": "100"}])
    names: tuple[str, ...] = Field(
        tuple(f"a_rather_long_name_of_column_{n}" for n in range(4)), description="the columns"
    )


EXPECTED = """\
identity:                                     # who reads
  kind: password                              # by password
  password_file: /run/secrets/password        # file with the password
  #   password: prefer a file                 # the password
#   identity:                                 # or: the machine's identity
  #   kind: managed                           # managed by Azure
# every: 1d12h                                # how often it is read
# currency: EUR                               # the account's currency; default: none
# level: low                                  # low or high; how much is read
#
# Teams that are counted.
#
# At most ten.
# filters:                                    # what is counted
  # - key: team                               # what is compared
    # retries: 3                              # how often it is read again
# where: {a b: "100"}                         # what matches; default: none
# names:                                      # the columns
  # - a_rather_long_name_of_column_0
  # - a_rather_long_name_of_column_1
  # - a_rather_long_name_of_column_2
  # - a_rather_long_name_of_column_3
"""


def test_a_new_key_appears_with_its_default_and_description() -> None:
    """Whatever its type: nothing but the field is written by hand."""
    assert EXPECTED == "".join(f"{line}\n" for line in example.keys(Account, 0, ""))


def test_an_alternative_follows_the_key_that_it_replaces() -> None:
    """Not the optional keys, which come last; secrets are with the other secrets."""

    class Place(Section):
        """One of several keys."""

        retries: int = Field(3, description="how often it is read again")
        region: Annotated[str | None, Shown.SET] = Field(None, description="a region", examples=["eu"])
        zone: Annotated[str | None, Shown.INSTEAD] = Field(None, description="a zone", examples=["a"])
        host: Annotated[str | None, Shown.INSTEAD] = Field(None, description="a host", examples=["b"])
        name: str = Field(description="a name", examples=["n"])
        password: SecretText | None = Field(None, description="a password")
        password_file: Annotated[FilePath | None, Shown.SET] = Field(None, description="a file", examples=["/p"])

    keys = [line.lstrip("# ").partition(":")[0] for line in example.keys(Place, 0, "")]
    assert ["region", "zone", "host", "name", "password_file", "password", "retries"] == keys


def test_a_long_description_continues_below_its_key() -> None:
    """Within the width of a line."""

    class Long(Section):
        """One key."""

        key: int = Field(1, description="word " * 20 + "end")

    first, second = example.keys(Long, 2, "")
    assert max(len(first), len(second)) <= 120
    assert f"  #{' ' * 45}{'word ' * 6}end" == second


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field(description="a key"), r"New\.key: has no default to show; add examples=\[\.\.\.\] to its Field"),
        (Field("x"), r"New\.key: has no description; add one to its Field"),
    ],
)
def test_a_key_that_can_not_be_shown_is_an_error(field: Any, expected: str) -> None:
    """With what to add."""

    class New(Section):
        """One key."""

        key: str = field

    with pytest.raises(ValueError, match=f"^{expected}$"):
        list(example.keys(New, 0, ""))
