"""The identity provider that each user of Microsoft Graph counts for."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET

from exporter.apis.b2c.graph.issuers import published
from exporter.apis.b2c.graph.users_pages import Identity, UnreadUser, User
from exporter.apis.b2c.records import DIRECTORY, LOCAL, RESERVED, UNATTRIBUTED, label

MULTIPLE, GUEST, OTHER_USERS = "multiple", "guest", "other"
PROVIDER = "provider"
LOCAL_TYPES = re.compile(r"(emailaddress|username|phonenumber)[0-9]*")
"""Documented sign-in types of local accounts, in lower case; `emailAddress1` and further ones occur."""
PRINCIPAL_NAME, FEDERATED = "userprincipalname", "federated"
LOCAL_CREATION = frozenset({"localaccount", "namecoexistence"})


class Traits(NamedTuple):
    """What determines the part that a user counts for; unlike the user it may be stored.

    `source` is where the credentials are stored: `local`, the one provider, `multiple`, `directory` for a user with
    nothing but a principal name, `unattributed` for one who can't be read, or empty. `created` is `local`, `invitation`
    or empty, `kind` `guest`, `member` or empty.
    """

    source: str = ""
    created: str = ""
    kind: str = ""

    @property
    def text(self) -> str:
        """The traits for the database."""
        return "\t".join(self)

    @classmethod
    def from_text(cls, text: str) -> "Traits":
        """What `text` has written."""
        return cls(*text.split("\t"))

    @property
    def part(self) -> str:
        """The one part that the user counts for, so that the parts sum to all users.

        Guests, who sign in elsewhere, count as `guest` only. A user without any identity counts as `local` if created
        as a local account, and otherwise as `other`.
        """
        if self.kind == GUEST or (not self.kind and self.created == "invitation"):
            return GUEST
        if self.source in {"", DIRECTORY} and self.created == LOCAL:
            return LOCAL
        return self.source or OTHER_USERS


def traits(user: User | UnreadUser, tenant: str, before: Traits | None = None) -> Traits:
    """The traits of a user of `tenant`, a domain or an id; what a change omits is as `before`."""
    if isinstance(user, UnreadUser):
        return Traits(UNATTRIBUTED)
    before = before or Traits()
    return Traits(
        before.source if user.identities is UNSET else _source(user.identities or (), tenant),
        before.created if user.creation_type is UNSET else _created(_folded(user.creation_type)),
        before.kind if user.user_type is UNSET else _kind(_folded(user.user_type)),
    )


def _source(identities: Iterable[Identity], tenant: str) -> str:
    """Local sign-in and each provider count once, whatever the spelling; who has several of them is `multiple`.

    A sign-in type that is not documented is local if its issuer is the tenant, or if it has none.
    """
    entries = [(_folded(entry.sign_in_type), _folded(entry.issuer)) for entry in identities]
    own = {tenant.casefold(), ""} | {issuer for kind, issuer in entries if kind == PRINCIPAL_NAME}
    found = set()
    for kind, issuer in entries:
        if kind == PRINCIPAL_NAME:
            continue
        local = LOCAL_TYPES.fullmatch(kind) or (kind != FEDERATED and issuer in own)
        found.add(LOCAL if local else _provider(issuer))
    if not found:
        return DIRECTORY if entries else ""
    return found.pop() if len(found) == 1 else MULTIPLE


def _provider(issuer: str) -> str:
    """The label value of a provider; different from every part that is none."""
    issuer = issuer.rstrip("/")
    name = published(issuer)
    if issuer and not name:
        return OTHER_USERS
    if name in {MULTIPLE, GUEST, OTHER_USERS} and name not in RESERVED:
        return f"{PROVIDER}:{name}"
    return label(PROVIDER, name)


def _created(text: str) -> str:
    return LOCAL if text in LOCAL_CREATION else text if text == "invitation" else ""


def _kind(text: str) -> str:
    return text if text in {GUEST, "member"} else ""


def _folded(text: str | None) -> str:
    return (text or "").strip().casefold()
