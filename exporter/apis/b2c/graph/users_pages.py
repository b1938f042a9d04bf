"""Pages of users as Microsoft Graph lists them; a user who can't be read does not hide the others."""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from exporter.errors import Malformed
from exporter.transport.response import Response, decode

WHAT = "users"
UNREADABLE = msgspec.DecodeError, UnicodeDecodeError, RecursionError
UserId: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]
Removed: TypeAlias = msgspec.Raw | UnsetType


class Identity(msgspec.Struct, rename="camel"):
    """How a user signs in, without the name or number that identifies the user: that is never decoded."""

    sign_in_type: str | None = None
    issuer: str | None = None


class User(msgspec.Struct, rename="camel"):
    """A user of a page; a page of changes may omit what has not changed, and names who was removed."""

    id: UserId
    identities: list[Identity] | UnsetType | None = UNSET
    creation_type: str | UnsetType | None = UNSET
    user_type: str | UnsetType | None = UNSET
    created: datetime | UnsetType | None = msgspec.field(name="createdDateTime", default=UNSET)
    removed: Removed = msgspec.field(name="@removed", default=UNSET)


class UnreadUser(msgspec.Struct):
    """What remains of a user whose other properties can't be read."""

    id: UserId
    removed: Removed = msgspec.field(name="@removed", default=UNSET)


class Links(msgspec.Struct, kw_only=True):
    """The links of a page; the last one of changes has the link to those that follow later."""

    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta_link: str | None = msgspec.field(name="@odata.deltaLink", default=None)


class ReadablePage(Links):
    """A page, each of whose users can be read."""

    value: list[User]


class RawPage(Links):
    """A page whose users are read one by one."""

    value: list[msgspec.Raw]


class Page(Links):
    """The users of a page; `dropped` have no id that can be read, so whether they are listed twice is unknown."""

    value: list[User | UnreadUser]
    dropped: int = 0


class PageDecoder:
    """Decodes pages of users."""

    def __init__(self) -> None:
        self._readable = msgspec.json.Decoder(ReadablePage)
        self._raw = msgspec.json.Decoder(RawPage)
        self._user = msgspec.json.Decoder(User)
        self._unread = msgspec.json.Decoder(UnreadUser)

    def decode(self, response: Response) -> Page:
        """The page; raises `Malformed` for an answer that is no page."""
        try:
            page: ReadablePage = decode(self._readable, response, WHAT)
        except Malformed:
            raw: RawPage = decode(self._raw, response, WHAT)
            found = [self._user_of(one) for one in raw.value]
            users = [user for user in found if user]
            dropped = len(found) - len(users)
            return Page(users, dropped, next_link=raw.next_link, delta_link=raw.delta_link)
        return Page([*page.value], next_link=page.next_link, delta_link=page.delta_link)

    def _user_of(self, raw: msgspec.Raw) -> User | UnreadUser | None:
        for decoder in (self._user, self._unread):
            try:
                found: User | UnreadUser = decoder.decode(raw)
            except UNREADABLE:
                continue
            return found
        return None
