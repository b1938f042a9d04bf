"""Masking of credentials in the log."""

import io
import json
import logging

import pytest

from exporter.logs import JsonFormatter, LogfmtFormatter, hidden, setup


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hush-hush",
        "eyJhbGciOiJIUzI1NiJ9.hush.hush",
        "https://blob.example/x?sv=1&sig=hush",
        "client_secret=hush&grant_type=x",
        "refresh_token=hush",
        '{"access_token": "hush", "expires_in": 3600}',
        """{"id_token":"hush",'x': 1}""",
        '{"refresh_token": "hush',
        "Basic hush",
        "Authorization: Basic aHVzaA==hush",
        "{'Authorization': b'Basic hush'}",
        "{'Proxy-Authorization': 'Basic hush'}",
        '"authorization":"Negotiate hush"',
        'Authorization: Digest username="a", response="hush", uri="/hush"',
        "authorization: hush",
        "client_assertion=hush&client_assertion_type=urn",
        "assertion=hush",
        "https://localhost:8400/?code=hush&state=x",
        "https%3A%2F%2Flocalhost%3A8400%2F%3Fcode%3Dhush%26state",
        "a=b%26client_secret%3Dhush%26c",
        "url%3Fsv%3D1%26sig%3Dhush",
        "signature=hush",
        "%22refresh_token%22%3A%20%22hush%22",
        "%3DeyJhbGciOiJIUzI1NiJ9.hush.hush",
        "eyJhbGciOiJIUzI1NiJ9.hush.hush.hush.hush",
        r'{"refresh_token": "a\"hush"}',
        r"{\"refresh_token\": \"hush\"}",
        "{'client_assertion': b'hush'}",
        "acquire(client_secret='hush hush')",
        'REFRESH_TOKEN: "hush"',
        f'{{"code": "{"0" * 64}hush"}}',
        "bearer%20hush",
        "http://user:P#hush@host",
        "http://user:P/hush@host:3128/",
        "http://user:P?hush@host",
        "http://user:P@hush@host",
        "proxy 'http://hush@host' failed",
        "http%3A%2F%2Fuser%3Ahush%40host",
        "Port could not be cast to integer value as 'hush'",
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str) -> None:
    """In every form in which libraries log requests and responses."""
    assert "hush" not in hidden(text)
    assert "<secret>" in hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "status_code=200",
        '{"error": {"code": "Authentication_ExpiredToken"}}',
        "GET https://graph.windows.net/t.example/reports",
        "basic authentication is not accepted",
        "Authorization_RequestDenied: insufficient privileges",
        "ea[0].client_secret: must not be empty",
        "mail to a@example.com",
    ],
)
def test_what_helps_to_find_an_error_stays(text: str) -> None:
    """Error codes, addresses and names of keys are not credentials."""
    assert text == hidden(text)


def test_the_host_of_an_address_stays() -> None:
    """Only the user and the password are masked."""
    assert "to http://<secret>@proxy.example:3128: refused" == hidden("to http://u:p#w@proxy.example:3128: refused")


@pytest.mark.parametrize(
    "unit",
    ["://", "@", "bearer ", "bearer", " ", '"code":"', "eyJ", "authorization:", "authorization ", "basic ", "\\",
     '"refresh_token":"\\', "%22refresh_token%22+", "client_secret=", "%26", "sig", "a", "code%3D"],
)  # fmt: skip
def test_a_long_text_is_masked_in_linear_time(unit: str) -> None:
    """Quadratic time would exceed the timeout of the test by far."""
    for prefix in ("", "authorization: http://"):
        hidden(prefix + unit * (1_000_000 // len(unit)))


def test_values_that_are_not_text_are_masked_too() -> None:
    """Every field of a log line is written as text."""
    record = logging.makeLogRecord(
        {"msg": "x", "error": ValueError("Bearer hush"), "list": ["client_secret=hush"], "number": 5}
    )
    for formatter in (JsonFormatter(), LogfmtFormatter()):
        assert "hush" not in formatter.format(record)
    assert 5 == json.loads(JsonFormatter().format(record))["number"]


@pytest.mark.parametrize(
    ("level", "name"),
    [(logging.DEBUG, "debug"), (logging.INFO, "info"), (logging.WARNING, "warn"), (logging.ERROR, "error"),
     (logging.CRITICAL, "error")],
)  # fmt: skip
def test_a_line_has_the_shape_of_promslog(level: int, name: str) -> None:
    """Time, level by its name in Prometheus' programs, message, then the fields."""
    record = logging.makeLogRecord({"levelno": level, "msg": "two words", "created": 1.5, "account": "a=b", "none": ""})
    line = 'ts=1970-01-01T00:00:01.500Z level=%s msg="two words" account="a=b" none=""'
    assert line % name == LogfmtFormatter().format(record)
    fields = {"ts": "1970-01-01T00:00:01.500Z", "level": name, "msg": "two words", "account": "a=b", "none": ""}
    assert [*fields.items()] == [*json.loads(JsonFormatter().format(record)).items()]


def test_libraries_log_warnings_and_msal_logs_nothing() -> None:
    """msal logs responses of the login host."""
    stream = io.StringIO()
    setup("info", "json", stream)
    for name, level in (("msal.application", logging.ERROR), ("urllib3", logging.INFO), ("urllib3", logging.ERROR)):
        logging.getLogger(name).log(level, "of %s", name)
    assert ["of urllib3"] == [json.loads(line)["msg"] for line in stream.getvalue().splitlines()]
