"""Any text is a configuration or an error without secrets, in bounded time."""

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exporter.apis.messages import sections
from exporter.config import FILE, load, loads
from exporter.errors import ConfigError
from exporter.strict_yaml import MAX_BYTES, MAX_VALUES

MARK = "hush5hush"
SECRETS = ("api_key", "client_secret", "refresh_token", "certificate_passphrase", "customer_names_key", "api_key_file")
TAGS = ("", "!!bool ", "!!int ", "!!float ", "!!timestamp ", "!!binary ", "!!null ", "!!set ", "!!omap ", "!!pairs ",
        "!!map ", "!!seq ", "!!str ", "!!python/name:x ", "!x ", "!x!y ", "!<", "&", "*", "? ", "- ", "%", "@", "`",
        "|", ">", "|9", "{", "[", "]", "}", '"', "'", '"\\q', ": ", "<<: ", "= ", "# ", "--- ", "...\n", "\t", "0x",
        "0b", "1:", "1e", "2026-11-", "\x00", "\x85", "\ufeff", "\u2028", "\ud800")  # fmt: skip
NO_DEADLINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def message(text: str) -> str:
    """The errors of a configuration; empty if it is valid."""
    try:
        loads(text, "config.yaml")
    except ConfigError as error:
        return str(error)
    return ""


@NO_DEADLINE
@given(st.text(st.sampled_from("ea:b2c []{}-?!&*|>%@`'\"#,\n\t<=019.x\\") | st.characters(), max_size=80))
@example("ea: !!bool maybe")
@example("ea: !!timestamp x")
@example("ea: !!int ''")
@example("{ea: 2026-13-45}")
def test_any_text_is_a_configuration_or_an_error(text: str) -> None:
    """No other exception is raised."""
    message(text)


@NO_DEADLINE
@given(st.sampled_from(SECRETS), st.lists(st.sampled_from((*TAGS, MARK)), max_size=4).map("".join), st.text(max_size=8))
@example("api_key", "*", "")
@example("api_key", "{", f",{MARK}")
@example("client_secret", "!!int ", "")
def test_no_message_repeats_a_secret(key: str, before: str, after: str) -> None:
    """Whatever special characters an unquoted secret contains."""
    value = " ".join(f"{before}{MARK}{after}".splitlines())
    text = f"ea:\n  - enrollment: '100'\n    {key}: {value}\n"
    assert MARK not in message(text)


KEYS = sorted(
    {name for field in FILE.model_fields.values() for each in sections(field.annotation) for name in each.model_fields}
    | {"b2c", "ea", "partner_center", "storage", "start", "end", "where", "amount", "usagedetails", "enabled", "every"}
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.text(max_size=9)
    | st.sampled_from(["sNaN", "-Infinity", "1e999999", "9" * 12 + "y", "000000", "999912", "http://[", "https://a:b",
                       "https://[::1", "00000000-0000-0000-0000-000000000000", "USD", "current", "\0", "a" * 300])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner),
    max_leaves=8,
)


@NO_DEADLINE
@given(st.sampled_from(["b2c", "ea", "partner_center"]), st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_values_are_a_configuration_or_an_error(api: str, account: dict[str, object]) -> None:
    """Values of a wrong type included."""
    required = {
        "enrollment": "1",
        "api_key": "k",
        "tenant": "t.example",
        "client_id": "00000000-0000-0000-0000-000000000000",
    }
    known = {key: value for key, value in required.items() if (key in ("enrollment", "api_key")) == (api == "ea")}
    with suppress(yaml.YAMLError):
        message(yaml.safe_dump({api: [{**known, **account}]}))


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "{",
        "- ",
        "? ",
        "!a ",
        "&a ",
        "%A b\n",
        "a: b\n",
        "- a: b\n",
        "1:",
        "9",
        "# x\n",
        "\n",
        "\\x41",
        "'",
        "ea: [",
    ],
)
def test_a_long_text_is_refused_in_bounded_time(unit: str) -> None:
    """Just below the maximum size."""
    for before, after in (("", ""), ("ea: [", "]")):
        message(before + unit * ((MAX_BYTES - 10) // len(unit)) + after)


def test_a_file_of_more_than_a_mebibyte_is_not_read(tmp_path: Path) -> None:
    """Nor is an endless one."""
    file = tmp_path / "config.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    for path in (file, Path("/dev/zero")):
        with pytest.raises(ConfigError) as raised:
            load(path)
        assert (f"{path}: larger than 1 MiB",) == raised.value.errors


def test_many_errors_are_truncated(tmp_path: Path) -> None:
    """After the first hundred."""
    lines = message("\n".join(f"unknown{number}: 1" for number in range(1000))).splitlines()
    assert (101, "and 900 more errors") == (len(lines), lines[-1])


def test_many_labels_are_compared_in_linear_time() -> None:
    """With the most tags that a file may contain."""
    tags = ", ".join(f"t{number}" for number in range(MAX_VALUES // 2))
    assert "" == message(f'ea: [{{enrollment: "1", api_key: k, usage: {{tags: [{tags}]}}}}]')


def test_aliases_and_merging_work() -> None:
    """Settings of several accounts can be shared; an account's own key wins."""
    config = loads(
        """
ea:
  - &first {name: a, enrollment: "1", api_key: k, usage: &usage {days_late: 3}}
  - {<<: *first, name: b, usage: {<<: *usage, settled_day: 7, days_late: 4}}
  - {<<: *first, name: c}
""",
        "config.yaml",
    )
    accounts = [account.model_dump() for _, account in config.accounts()]
    assert [("a", 3, 6), ("b", 4, 7), ("c", 3, 6)] == [
        (each["name"], each["usage"]["days_late"], each["usage"]["settled_day"]) for each in accounts
    ]
