"""The properties of a user object."""

from collections.abc import Iterable
from datetime import datetime

from exporter.simulator.world.creation import created_at
from exporter.simulator.world.directory import Directory, Person

FIELDS = (
    "id",
    "createdDateTime",
    "displayName",
    "mail",
    "mobilePhone",
    "userPrincipalName",
    "creationType",
    "userType",
    "identities",
)
USUAL = ("id", "displayName", "mail", "mobilePhone", "userPrincipalName")
"""Without ``$select``; identities and types are not among them."""


def person_fields(directory: Directory, person: Person, names: Iterable[str], now: datetime) -> dict[str, object]:
    """The properties `names` of a user who exists `now`."""
    return {name: _field(directory, person, name, now) for name in names}


def _field(directory: Directory, person: Person, name: str, now: datetime) -> object:
    match name:
        case "id":
            return person.id
        case "createdDateTime":
            at = created_at(directory, person, now)
            return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
        case "displayName":
            return f"Rider {person.number}"
        case "mail":
            return directory.mail(person)
        case "mobilePhone":
            return directory.phone(person) if person.number % 3 == 0 else None
        case "userPrincipalName":
            return f"{person.id}@{directory.domain}"
        case "creationType":
            return _creation_type(person)
        case "userType":
            return _user_type(person)
    return [
        {"signInType": kind, "issuer": issuer, "issuerAssignedId": assigned}
        for kind, issuer, assigned in directory.identities(person)
    ]


def _creation_type(person: Person) -> str | None:
    """Of social accounts it is null."""
    if person.group == "local":
        return "LocalAccount" if person.number % 17 else "nameCoexistence"
    return {1: "Invitation", 2: "nameCoexistence"}.get(person.number % 4) if person.group == "other" else None


def _user_type(person: Person) -> str | None:
    if person.group == "other":
        return {1: "Guest", 2: None}.get(person.number % 4, "Member")
    return "Member"
