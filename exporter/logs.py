"""Log lines as logfmt or JSON, without secrets."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Protocol

FORMATS = ("logfmt", "json")
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
"""The levels by the names that Prometheus' programs use on their command lines and in their lines."""
NAMES_OF_LEVELS = {number: name for name, number in LEVELS.items()} | {logging.CRITICAL: "error"}
PLAIN = (bool, int, float, NoneType)
"""Types of values that hold no text and are not masked."""
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
EQUALS, QUOTES = r"(?:=|%3D)", r"\\{0,4}[\"']"
QUOTED = r"\\{0,4}(?:\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?)"
VALUE = r"(?:(?!%26|%22)[^&\s\"'])+"
"""The value of a form field, plain or percent-encoded once."""
NAMES = (
    r"(?:client_secret|(?:client_)?assertion|(?:access|refresh|id)_token|code_verifier|device_code|password|api_?key"
    r"|account_?key)"
)
START = r"(?:(?<!\w)|(?<=%26)|(?<=%3F)|(?<=%22))"
"""The start of a name that is also the end of others: `code`, but not `status_code`."""
SECRETS = re.compile(
    rf"(?is)(?P<name>{NAMES}{EQUALS}|sig(?:nature)?{EQUALS}|{START}code{EQUALS}){VALUE}"
    rf"|(?P<key>{NAMES}(?:{QUOTES})?\s*[:=]\s*(?:b(?=[\"']))?){QUOTED}"
    # An authorization code is long; error codes are short, and must stay readable.
    rf"|(?P<code>{QUOTES}code{QUOTES}\s*:\s*){QUOTES}[^\"'\s]{{64,}}[\"']?"
    rf"|(?P<encoded>%22{NAMES}%22(?:\+|%20)*%3A(?:\+|%20)*)%22{VALUE}"
    r"|(?P<header>authorization[\"']?\s*[:=]\s*(?:b(?=[\"']))?[\"']?)(?:digest\s[^\r\n]*|(?:[\w-]+\s+)?[^\s\"',;]+)"
    r"|(?P<port>to integer value as )\S+"
    r"|bearer(?:\s|\+|%20)+[^\s\"']+"
    r"|\b(?:basic|negotiate|ntlm)\s+(?!auth|realm)[\w+/=.~-]+"
    r"|(?:\b|(?<=%3D)|(?<=%20)|(?<=%22))eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"
)
"""Each alternative begins with fixed text and does not backtrack over the others: matching takes linear time."""
SCHEME_END, LAST_AT = re.compile(r"(?i)://|%3A%2F%2F"), re.compile(r"(?i)\S*(@|%40)")
RUN = re.compile(r"\S+")


class Lines(Protocol):
    """A stream that log lines are written to."""

    def write(self, text: str, /) -> object:
        """Write a line with its end."""

    def flush(self) -> object:
        """Write what is buffered."""


def setup(level: str, form: str, stream: Lines = sys.stderr) -> None:
    """Install one handler for the process. `level` is one of `LEVELS`, `form` one of `FORMATS`.

    Libraries log warnings and errors only; msal logs nothing, since its messages contain responses of the login host
    with their tokens. The exporter itself reports a failed login.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else LogfmtFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("exporter").setLevel(LEVELS[level])
    logging.getLogger("msal").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are of each invalid request


class LogfmtFormatter(logging.Formatter):
    """`ts=… level=… msg=… key=value`, as promslog writes lines in the style of go-kit."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{key}={_quoted(str(value))}" for key, value in _fields(self, record).items())


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_fields(self, record), ensure_ascii=False, default=str)


def _fields(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": NAMES_OF_LEVELS.get(record.levelno, record.levelname.lower()),
        "msg": record.getMessage(),
    }
    fields |= {key: value for key, value in vars(record).items() if key not in ORDINARY}
    if record.exc_info and record.exc_info[0]:
        fields["traceback"] = formatter.formatException(record.exc_info)
    return {key: value if isinstance(value, PLAIN) else hidden(str(value)) for key, value in fields.items()}


def hidden(text: str) -> str:
    """The text with everything masked that looks like a credential; takes linear time."""
    return SECRETS.sub(_masked, RUN.sub(_without_user, text))


def _masked(found: re.Match[str]) -> str:
    return f"{found[found.lastgroup] if found.lastgroup else ''}<secret>"


def _without_user(run: re.Match[str]) -> str:
    """A word, masked between its first `://` and its last `@`: a password may contain any character."""
    text = run[0]
    scheme = SCHEME_END.search(text)
    at = LAST_AT.match(text, scheme.end()) if scheme else None
    return f"{text[: scheme.end()]}<secret>{text[at.start(1) :]}" if scheme and at else text


def _quoted(text: str) -> str:
    if text and text.isprintable() and not set(text) & set(' "=\\'):
        return text
    return json.dumps(text, ensure_ascii=False)
