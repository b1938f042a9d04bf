"""Errors of the Enterprise Agreement reporting APIs."""

from exporter.simulator.server.answers import Refused, json_answer


def ea_body(status: int, text: str) -> dict[str, object]:
    """The envelope that was observed for 401: the code is the HTTP status as text."""
    return {"error": {"code": str(status), "message": text}}


def ea_refused(status: int, text: str) -> Refused:
    """A refusal in that envelope."""
    return Refused(json_answer(ea_body(status, text), status=status))
