"""What the log never says."""

import io
import json
import logging

import pytest

from exporter.logs import hidden, setup


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
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str) -> None:
    """In every form in which libraries repeat what they sent or got."""
    assert "hush" not in hidden(text)
    assert "<secret>" in hidden(text)


def test_libraries_are_heard_from_warnings_on_and_msal_not_at_all() -> None:
    """msal repeats the login host's answers."""
    stream, before = io.StringIO(), logging.getLogger("msal").level
    try:
        setup("info", "json", stream)
        for name, level in (("msal.application", logging.ERROR), ("urllib3", logging.INFO), ("urllib3", logging.ERROR)):
            logging.getLogger(name).log(level, "of %s", name)
    finally:
        logging.getLogger("msal").setLevel(before)
    assert ["of urllib3"] == [json.loads(line)["msg"] for line in stream.getvalue().splitlines()]
