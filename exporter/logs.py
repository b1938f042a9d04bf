"""Log lines as logfmt or JSON, without secrets."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

FORMATS = ("logfmt", "json")
LEVELS = ("debug", "info", "warning", "error")
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
SECRETS = re.compile(
    r"(?i)(?:bearer\s+\S+"
    r"|\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"
    r"|(?<=sig=)[^&\s\"']+"
    r"|(?<=client_secret=)[^&\s\"']+"
    r"|(?<=refresh_token=)[^&\s\"']+"
    r"|\"(?:client_secret|(?:access|refresh|id)_token)\"\s*:\s*\"[^\"]*\"?)"
)


def setup(level: str, form: str, stream: TextIO = sys.stderr) -> None:
    """One handler for the whole process; libraries are heard from warnings on, and msal, which repeats answers of the
    login host with their tokens, not at all: a failed login is told by our own failure.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else LogfmtFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("exporter").setLevel(level.upper())
    logging.getLogger("msal").setLevel(logging.CRITICAL)


class LogfmtFormatter(logging.Formatter):
    """`ts=… level=… msg=… key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{key}={_quoted(str(value))}" for key, value in _fields(self, record).items())


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_fields(self, record), ensure_ascii=False, default=str)


def _fields(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "msg": record.getMessage(),
    }
    fields |= {key: value for key, value in vars(record).items() if key not in ORDINARY}
    if record.exc_info and record.exc_info[0]:
        fields["traceback"] = formatter.formatException(record.exc_info)
    return {key: hidden(value) if isinstance(value, str) else value for key, value in fields.items()}


def hidden(text: str) -> str:
    """The text with everything that looks like a credential masked."""
    return SECRETS.sub("<secret>", text)


def _quoted(text: str) -> str:
    if text and text.isprintable() and not set(text) & set(' "=\\'):
        return text
    return json.dumps(text, ensure_ascii=False)
