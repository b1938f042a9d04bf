"""What the audit log of a B2C tenant records of each sign-in, each second factor, and everything else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from exporter.simulator.world.directory import Directory, Person
from exporter.simulator.world.sign_ins import Attempt

CODE: Final = "Issue an authorization code to the application"
ID_TOKEN: Final = "Issue an id_token to the application"
ACCESS_TOKEN: Final = "Issue an access token to the application"
EXCHANGE: Final = "Exchange token"
VALIDATE: Final = "Validate local account credentials"
FEDERATE: Final = "Federate with an identity provider"
SMS: Final = "Send SMS to verify phone number"
CALL: Final = "Make phone call to verify phone number"
VERIFY_PHONE: Final = "Verify phone number"
WRONG_PASSWORD = "The credentials provided are invalid."
Details = tuple[tuple[str, str], ...]
Sort = Literal["sign-in", "factor", "other"]
SORTS: tuple[Sort, ...] = ("sign-in", "factor", "other")


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the log; `reason` is empty for a success."""

    sort: Sort
    attempt: Attempt
    step: int
    time: datetime
    activity: str
    person: Person | None
    request: int = 0
    """0 for the request that signs in, 1 for the one that redeems its code."""
    reason: str = ""
    category: str = "Authentication"
    service: str = "B2C"
    details: Details = ()


def sign_in_events(attempt: Attempt, directory: Directory) -> Iterator[Event]:
    """The events of a sign-in; that at its own time is the first that issues something."""
    chance, step = attempt.chance, 0
    person = None if nameless(attempt) else attempt.person

    def event(seconds: float, activity: str, who: Person | None = person, **more: object) -> Event:
        nonlocal step
        step += 1
        at = attempt.time + timedelta(seconds=seconds)
        return Event("sign-in", attempt, step - 1, at, activity, who, **more)  # type: ignore[arg-type]

    if attempt.kind == "publicclient-refreshtoken":
        yield event(0, EXCHANGE)
        return
    yield from _proof(attempt, directory, event, person)
    if attempt.kind == "implicit":
        yield event(0, ID_TOKEN)
        if person and chance % 4 == 0:
            yield event(0.02, ACCESS_TOKEN)
        return
    yield event(0, CODE)
    if attempt.kind == "hybrid":
        yield event(0.05, ID_TOKEN)
    redeemed = 0.3 + chance % 250 / 10
    yield event(redeemed, EXCHANGE, request=1)
    yield event(redeemed + 0.01, ACCESS_TOKEN, request=1)
    if attempt.kind != "hybrid":
        yield event(redeemed + 0.02, ID_TOKEN, request=1)


def factor_events(attempt: Attempt, directory: Directory) -> Iterator[Event]:
    """A text message or a call, which is billed even if it fails, and whether the person then proved it."""
    chance, person = attempt.chance, attempt.person
    number = directory.phone(person)
    shown = number if chance % 2 else f"{number[:3]}XXXXXXX{number[-2:]}"
    voice = attempt.kind == "VoiceMfa"
    details = (("PhoneNumber", shown), ("VerificationMethod", "Call" if voice else "SMS"))
    failed = "The phone number is invalid." if chance % 7 == 0 else ""
    yield Event("factor", attempt, 0, attempt.time, CALL if voice else SMS, person, reason=failed, details=details)
    if failed:
        return
    wrong = "The verification code is wrong." if chance % 6 == 1 else ""
    at = attempt.time + timedelta(seconds=5 + chance % 40)
    yield Event("factor", attempt, 1, at, VERIFY_PHONE, person, reason=wrong, details=details[:1])


def other_events(attempt: Attempt, directory: Directory) -> Iterator[Event]:
    """What counts as neither: codes by e-mail, authenticator apps, failures, changes of the directory."""
    person, mail = attempt.person, (("Email", directory.mail(attempt.person)),)

    def event(step: int, activity: str, who: Person | None = None, **more: object) -> Event:
        at = attempt.time + timedelta(seconds=11 * step)
        return Event("other", attempt, step, at, activity, who, **more)  # type: ignore[arg-type]

    match attempt.number % 10:
        case 0 | 1:
            yield event(0, "Generate one time password", category="Other", details=mail)
            wrong = "The code is wrong." if attempt.chance % 5 == 0 else ""
            yield event(1, "Verify one time password", category="Other", details=mail, reason=wrong)
        case 2:
            yield event(0, "Verify email address", details=mail)
        case 3:
            yield event(0, "Register TOTP secret", person)
            yield event(1, "Validate user authentication", person)
        case 4:
            yield event(0, ID_TOKEN, person, reason="The user has cancelled entering self-asserted information.")
        case 5:
            yield event(0, EXCHANGE, person, reason="The provided refresh token has expired.")
        case 6 | 7:
            yield event(0, VALIDATE, reason=WRONG_PASSWORD, details=(("LocalAccountUsername", mail[0][1]),))
        case 8:
            yield event(0, "Update user", person, category="UserManagement", service="Core Directory")
        case _:
            yield event(0, "A self-service sign-up request was completed", person)


def nameless(attempt: Attempt) -> bool:
    """Whether the log does not say who signed in."""
    return attempt.kind == "implicit" and attempt.chance % 100 == 1


def address(attempt: Attempt) -> str:
    """The address of a person's device, of a range for documentation (RFC 5737, RFC 3849)."""
    chance = attempt.chance
    if chance % 5 == 0:
        return f"2001:db8:{chance // 5 % 65536:x}::{chance // 327680 % 65536:x}"
    return f"{('203.0.113', '198.51.100', '192.0.2')[chance // 5 % 3]}.{chance // 15 % 254 + 1}"


def _proof(
    attempt: Attempt, directory: Directory, event: Callable[..., Event], person: Person | None
) -> Iterator[Event]:
    """How the person proved who it is; one of three has signed in before and proves nothing."""
    chance = attempt.chance
    if chance % 3 == 0:
        return
    if attempt.person.group != "local":
        issuer = attempt.person.group
        details = (("IdentityProviderName", issuer.partition(".")[0]), ("IdentityProviderApplicationId", "0123456789"))
        yield event(-12, FEDERATE, None, details=details)
    else:
        if chance % 12 == 5:
            yield event(-30, VALIDATE, None, reason=WRONG_PASSWORD)
        yield event(-4, VALIDATE, person, details=(("LocalAccountUsername", directory.mail(attempt.person)),))
    if chance % 8 == 1:
        yield event(-2, "Evaluate Conditional Access policies", person)
    if chance % 10 == 2:
        yield event(-1, "An API was called as part of a user flow", None)
