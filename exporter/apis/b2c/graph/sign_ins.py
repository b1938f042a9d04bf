"""What an entry of the audit log counts as: a sign-in, an attempt at multi-factor authentication, or nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from exporter.apis.b2c.graph.activities import CALL, GRANTED, SIGN_INS, SMS, kind_of
from exporter.apis.b2c.graph.entries import UNREADABLE, Detail, Entry, Resource, Unread, parsed
from exporter.apis.b2c.graph.salvage import NotReadError, salvaged_details, salvaged_resources
from exporter.model.periods import DAY

METHODS = {SMS: "SmsMfa", CALL: "VoiceMfa"}
"""As in the reports of Azure AD Graph: `SmsMfa` was observed, `VoiceMfa` is formed like it."""
FLOW, APPLICATION, OTHER_DETAIL = "policyid", "applicationid", "other"
MAX_TEXT = 256
MAX_NAMES = 1_000


class SignIn(msgspec.Struct, gc=False):
    """The events of one correlation id so far: the day of the first (UTC, yyyy-mm-dd), and the bits of all of them.

    `at` is the instant of the event that was read first.

    `place` is that of an event that states a flow; a sign-in has one flow and one application. It is `complete` if
    further events of the day have nothing new but their bits. `link` is that of the code which it may have redeemed if
    it began in the first minute of its day, empty for any other.
    """

    day: str
    kinds: int
    place: "Place"
    user: str
    complete: bool
    link: str
    at: datetime


class Place(msgspec.Struct, gc=False, frozen=True):
    """Where users sign in: the application's id and the flow, both in lower case, and how the flow is spelled."""

    application: str
    flow: str
    spelling: str


class Attempt(NamedTuple):
    """A text message or a phone call, successful or not: each is billed."""

    day: date
    application: str
    method: str


@dataclass(slots=True)
class Activity:
    """What entries say, each correlation id and each attempt once.

    `late_codes` are the links of codes that were granted in the last minute of a day, with that day. `users` are ids of
    users by the month in which they were active, as (year, month). `spellings` has a day on which the name of a flow
    was spelled so. `unread` are the entries that may count and can't be read.
    """

    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    late_codes: dict[str, date] = field(default_factory=dict)
    users: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    spellings: dict[str, date] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)


class Reader:
    """Adds entries to an `Activity`.

    An authentication is a request in which tokens were issued, successfully; the events of a request share their
    correlation id [inferred]. A request that ends with an authorization code is none, whatever it issued beside it: the
    code is redeemed in another request ("Exchange token"), which counts, on the day of the code if the same user
    redeemed it within the first minute after midnight. Where both have one correlation id, they are one authentication.
    A renewal (only "Exchange token") counts too: billing counts tokens that an application requests
    on behalf of a user [documented for active users, inferred for authentications].

    Attempts are text messages and phone calls to verify a phone number; each counts, also a failed one, as it is billed
    [documented]. One-time codes by e-mail or from an app are not billed [inferred] and not counted.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._resources = msgspec.json.Decoder(list[Resource] | None)
        self._details = msgspec.json.Decoder(list[Detail] | None)

    def read(self, entries: Iterable[Entry], first: datetime, end: datetime, found: Activity) -> None:
        """Add what the entries from `first` until before `end` say; others are ignored."""
        kinds, sign_ins = self._kinds, found.sign_ins
        for entry in entries:
            kind = kinds.get(entry.activity_display_name)
            if kind is None:
                kind = self._kind(entry.activity_display_name)
            if not kind or (entry.logged_by_service != "B2C" and not entry.is_ours):
                continue
            stated = entry.activity_date_time
            known, key = None, ""
            if kind & SIGN_INS:
                if entry.result != "success" and not entry.succeeded:
                    continue
                key = (entry.correlation_id or entry.id or f"{stated} {kind}").lower()
                known = sign_ins.get(key)
                # Most events follow another one of the same day: there is nothing to learn from their time.
                if known and stated[:10] == known.day and stated[-1:] == "Z" and known.complete:
                    known.kinds |= kind
                    continue
            try:
                at = parsed(stated)
            except (ValueError, OverflowError):
                found.unread.append(Unread(None, "its activityDateTime is not a date and time"))
                continue
            if not first <= at < end:
                continue
            try:
                if known:
                    self._add_event(known, found, entry, at, kind)
                elif key:
                    sign_ins[key] = self._sign_in(found, entry, at, kind)
                else:
                    self._add_attempt(found, entry, at, METHODS[kind])
            except NotReadError as error:
                found.unread.append(Unread(at, str(error)))

    def _kind(self, name: str) -> int:
        """The bit of an activity; names are remembered, a limited number of them."""
        kind = kind_of(name)
        if len(self._kinds) < MAX_NAMES:
            self._kinds[name] = kind
        return kind

    def _add_attempt(self, found: Activity, entry: Entry, at: datetime, method: str) -> None:
        key = (entry.id or f"{entry.correlation_id} {method} {entry.activity_date_time}").lower()
        found.attempts.setdefault(key, Attempt(at.date(), self._place(entry).application, method))

    def _add_event(self, known: SignIn, found: Activity, entry: Entry, at: datetime, kind: int) -> None:
        """Another event of a sign-in: on another day, or with something that `known` lacks."""
        event = self._sign_in(found, entry, at, kind)
        known.day = min(known.day, event.day)
        known.kinds |= kind
        known.user = known.user or event.user
        known.place = known.place if known.place.flow else event.place
        known.link = known.link or event.link
        known.complete = event.complete and bool(known.user and known.place.flow)

    def _sign_in(self, found: Activity, entry: Entry, at: datetime, kind: int) -> SignIn:
        place, day = self._place(entry), at.date()
        if place.flow and place.spelling not in found.spellings:
            found.spellings[place.spelling] = day
        try:
            resources = self._resources.decode(entry.target_resources)
        except UNREADABLE:
            resources = salvaged_resources(entry.target_resources)
        user, link = (resources[0].id or "").lower() if resources else "", ""
        complete = bool(user and place.flow)
        if user:
            found.users[at.year, at.month].add(user)
        if user and at.hour == 0 and at.minute == 0:
            link = code_link(day - DAY, user, place)
        elif user and at.hour == 23 and at.minute == 59:
            complete = False
            if kind & GRANTED:
                found.late_codes[code_link(day, user, place)] = day
        return SignIn(day.isoformat(), kind, place, user, complete, link, at)

    def _place(self, entry: Entry) -> Place:
        """Where the entry is from, with empty texts for what it does not state; a limited number is remembered."""
        application = flow = ""
        names = self._names
        try:
            details = self._details.decode(entry.additional_details)
        except UNREADABLE:
            details = salvaged_details(entry.additional_details)
        for detail in details or ():
            name = names.get(detail.key) or self._name(detail.key)
            if name is not OTHER_DETAIL and isinstance(detail.value, str):
                if name is FLOW:
                    flow = detail.value
                else:
                    application = detail.value
        return self._places.get((application, flow)) or self._new_place(application, flow)

    def _new_place(self, application: str, flow: str) -> Place:
        spelling = flow.strip()[:MAX_TEXT]
        place = Place(application.strip().lower()[:MAX_TEXT], spelling.lower(), spelling)
        if len(self._places) < MAX_NAMES:
            self._places[application, flow] = place
        return place

    def _name(self, key: str) -> str:
        """What a detail is about; keys are remembered, a limited number of them."""
        name = {FLOW: FLOW, APPLICATION: APPLICATION}.get(key.strip().lower(), OTHER_DETAIL)
        if len(self._names) < MAX_NAMES:
            self._names[key] = name
        return name


def code_link(day: date, user: str, place: Place) -> str:
    """What a code that is granted at the end of a day has in common with its redemption after midnight."""
    return f"{day} {user} {place.application} {place.flow}"
