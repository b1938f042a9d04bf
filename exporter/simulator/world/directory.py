"""The user objects of a directory: who exists at an instant, and with which identities."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from exporter.simulator.world.digest import digest, object_id

Identity = tuple[str, str, str | None]
"""The type of sign-in, the issuer, and what the issuer calls the person."""
WEIGHTS: Mapping[str, int] = {
    "local": 70,
    "facebook.com": 10,
    "amazon.com": 3,
    "google.com": 14,
    "live.com": 3,
    "other": 1,
}
"""The groups of users, and how many of each follow each other in a listing."""
WIDTH = sum(WEIGHTS.values())
OIDC = "https://login.radverband.example/members/v2.0"
DELETED_EVERY, DELETED_REST, DELETED_AFTER = 12, 7, 60
LINKED_EVERY, LINKED_REST, LINKED_AFTER = 9, 3, 30
RENAMED_EVERY, RENAMED_REST, RENAMED_AFTER = 7, 5, 20
"""Which users of a group are deleted, get another provider or another name; and after how many later ones."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user object: the `number`-th that was created in its `group`."""

    id: str
    group: str
    number: int
    linked: bool
    """Whether the person signs in through a second provider too."""


@dataclass(frozen=True)
class Change:
    """What happened to a user object between two instants; `person` is None once it is deleted."""

    id: str
    person: Person | None
    created: bool = False
    linked: bool = False


@dataclass(frozen=True)
class Directory:
    """Users in groups, made when they are read.

    `counts` has the number of users of each group at an instant and never falls. More are created than that: one of
    twelve is deleted later.
    """

    seed: int
    domain: str
    counts: Callable[[datetime], Mapping[str, int]]

    def persons(self, at: datetime, start: int = 0) -> Iterator[tuple[int, Person]]:
        """The users at an instant in the order of a listing from position `start`, with the position of each."""
        created = self.created(at)
        end = max((-(-count // WEIGHTS[group]) for group, count in created.items()), default=0) * WIDTH
        places = [(group, place) for group, weight in WEIGHTS.items() for place in range(weight)]
        for position in range(start, end):
            group, place = places[position % WIDTH]
            number = position // WIDTH * WEIGHTS[group] + place
            if exists(number, created.get(group, 0)):
                yield position, self.person(group, number, created[group])

    def person(self, group: str, number: int, created: int) -> Person:
        """A user of `group`, when `created` of its users have been created."""
        return Person(self.id(group, number), group, number, linked(group, number, created))

    def id(self, group: str, number: int) -> str:
        """The object id of a user."""
        return object_id(self.seed, self.domain, group, number)

    def created(self, at: datetime) -> dict[str, int]:
        """How many users of each group have been created, deleted ones included."""
        return {group: _created(count) for group, count in self.counts(at).items()}

    def changes(self, since: datetime, until: datetime) -> Iterator[Change]:
        """What happened after `since`, up to `until`; a user that came and went in between is deleted."""
        before = self.created(since)
        for group, after in self.created(until).items():
            first = before.get(group, 0)
            touched = set(range(first, after))
            for every, rest, later in (
                (DELETED_EVERY, DELETED_REST, DELETED_AFTER),
                (LINKED_EVERY, LINKED_REST, LINKED_AFTER),
                (RENAMED_EVERY, RENAMED_REST, RENAMED_AFTER),
            ):
                newly = range(max(first - later + 1, 0), after - later + 1)
                touched.update(number for number in newly if number % every == rest)
            for number in sorted(touched):
                yield self._change(group, number, first, after)

    def providers(self, at: datetime) -> dict[str, int]:
        """The users at an instant by provider; each counts once.

        The keys are ``local``, the issuer of a single provider, ``multiple`` and, for users with a principal name
        alone or no identity at all, ``none``.
        """
        found: dict[str, int] = {}
        for group, created in self.created(at).items():
            for number in range(created):
                if exists(number, created):
                    name = _provider(group, number, created)
                    found[name] = found.get(name, 0) + 1
        return found

    def personal_data(self, at: datetime) -> Iterator[str]:
        """Every id, address, number and name of the users at an instant: what no surface may show."""
        for _, person in self.persons(at):
            yield person.id
            yield from (assigned for _, _, assigned in self.identities(person) if assigned)

    def identities(self, person: Person) -> list[Identity]:
        """The identities of a user, up to four."""
        found = self._identities(person)
        # Nearly every user has one; a guest's is in another tenant.
        named = digest(person.id) % 13 if person.group != "other" else person.number % 4 in (0, 3)
        if named:
            found.append(("userPrincipalName", self.domain, f"{person.id}@{self.domain}"))
        return found

    def mail(self, person: Person) -> str:
        """The person's address, at a domain that nobody has (RFC 2606)."""
        return f"rider{digest('mail', person.id) % 10**9:09d}@mail.example"

    def phone(self, person: Person) -> str:
        """The person's telephone number, of a range that is assigned to nobody."""
        return f"+49171{digest('phone', person.id) % 10**8:08d}"

    def _identities(self, person: Person) -> list[Identity]:
        number, domain = person.number, self.domain
        if person.group == "other":
            guest: Identity = ("federated", "ExternalAzureAD", None)
            member: Identity = ("federated", OIDC, f"sub-{digest('oidc', person.id) % 10**12}")
            by_kind: dict[int, list[Identity]] = {1: [guest], 3: [member]}
            return by_kind.get(number % 4, [])
        if person.group != "local":
            found: list[Identity] = [_federated(person, person.group)]
        elif number % 10 < 5:
            found = [("emailAddress", domain, self.mail(person))]
        elif number % 10 < 7:
            found = [
                ("userName", domain, f"rider{digest('name', person.id) % 10**9}"),
                ("emailAddress1", domain, self.mail(person)),
            ]
        elif number % 10 == 7:
            found = [("phoneNumber", domain, self.phone(person))]
        elif number % 10 == 8:
            found = [("loyaltyId", domain, f"L-{digest('card', person.id) % 10**9}")]
        else:
            found = [("emailAddress", domain, self.mail(person)), ("emailAddress1", domain, f"2{self.mail(person)}")]
        if person.linked:
            others = [issuer for issuer in ("facebook.com", "google.com", OIDC) if issuer != person.group]
            found.append(_federated(person, others[number % len(others)]))
        return found

    def _change(self, group: str, number: int, first: int, after: int) -> Change:
        if not exists(number, after):
            return Change(self.id(group, number), None)
        person = self.person(group, number, after)
        newly_linked = person.linked and not linked(group, number, first)
        return Change(person.id, person, created=number >= first, linked=newly_linked)


def exists(number: int, created: int) -> bool:
    """Whether the user is there when `created` of its group have been created."""
    return number < created and (number % DELETED_EVERY != DELETED_REST or number + DELETED_AFTER > created)


def lasting(count: int) -> int:
    """How many of `count` users of a group are never deleted."""
    return count - (count + DELETED_EVERY - 1 - DELETED_REST) // DELETED_EVERY


def lasting_number(index: int) -> int:
    """The number of the `index`-th user of a group that is never deleted."""
    block, rest = divmod(index, DELETED_EVERY - 1)
    return block * DELETED_EVERY + rest + (rest >= DELETED_REST)


def linked(group: str, number: int, created: int) -> bool:
    """Whether the user has a second provider when `created` of its group have been created."""
    return group != "other" and number % LINKED_EVERY == LINKED_REST and number + LINKED_AFTER <= created


def _created(count: int) -> int:
    """The greatest number of created users of which `count` are left."""
    created = count + max(0, (count - DELETED_AFTER) // (DELETED_EVERY - 1) - 2)
    while _left(created + 1) <= count:
        created += 1
    return created


def _left(created: int) -> int:
    return created - max(0, (created - DELETED_AFTER - DELETED_REST) // DELETED_EVERY + 1)


def _provider(group: str, number: int, created: int) -> str:
    if linked(group, number, created):
        return "multiple"
    if group != "other":
        return group
    return {1: "ExternalAzureAD", 3: OIDC}.get(number % 4, "none")


def _federated(person: Person, issuer: str) -> Identity:
    return "federated", issuer, str(digest(issuer, person.id) % 10**15)
