"""Partner Center's error bodies, in both of their shapes."""

from collections.abc import Mapping

from exporter.simulator.server.answers import Refused, json_answer

SOURCE = "PartnerApiServiceControllers"


def fault_body(code: str, description: str) -> dict[str, object]:
    """The documented error body; its code is a number in a text."""
    return {"code": code, "description": description, "data": [], "source": SOURCE}


def throttled_body(seconds: int) -> dict[str, object]:
    """The other shape, which the gateway in front of the API answers 429 with."""
    return {"statusCode": 429, "message": f"Rate limit is exceeded. Try again in {seconds} seconds."}


def partner_refused(status: int, code: str, description: str, headers: Mapping[str, str]) -> Refused:
    """A refusal with the documented body."""
    return Refused(json_answer(fault_body(code, description), status=status, headers=headers))
