"""A person's delegated identity, renewed by refresh tokens (App+User of the Secure Application Model)."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from msgspec import structs

from exporter.auth.answers import LoginRefused, TokenAnswer
from exporter.auth.claims import authentication_methods, instant
from exporter.auth.entra import Application, EntraToken
from exporter.auth.secret import Secret, is_token
from exporter.auth.token_file import Store, StoredToken, TokenFile, fingerprint
from exporter.errors import Failure, Reason, Rejected, SignInRequired

INACTIVITY = timedelta(days=90)
"""A refresh token that is not used for so long expires."""
SIGN_IN_CODES = {
    50076: "multi-factor authentication is now demanded",
    50079: "the person must register for multi-factor authentication",
    50173: "the refresh token was revoked, or the password was changed",
    700082: "the refresh token was not used for 90 days and has expired",
}
"""AADSTS codes that require an interactive sign-in."""
INVALID_GRANT = "invalid_grant"
GRANT_ENDED = frozenset({INVALID_GRANT, "interaction_required", "consent_required", "login_required"})
"""Error codes of OAuth and OpenID Connect with the same meaning, whatever the number."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A successor that could not be written, and the content of the file at that time."""

    token: StoredToken = field(repr=False)
    on_disk: StoredToken | None = field(repr=False)
    why: str


class RefreshToken(EntraToken):
    """Exchanges a refresh token for access tokens; every rotated one is on disk before its access token is used.

    The stored token is used in place of a configured one that it replaces: that it descends from, or that was
    configured already when a person signed in. Any other configured token is newer, and is used instead.
    The space on the disk is reserved before an exchange. A successor that still can't be written is used from
    memory, and written as soon as possible.
    """

    def __init__(self, *arguments: Any, first: Secret, kept: TokenFile, account: str, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._first = first
        self._file = kept
        self._account = account
        self._unwritten: Unwritten | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._unwritten:
            with self._renewal:
                self._write_again()
        return super().__call__(request)

    @property
    def mfa(self) -> bool | None:
        """Whether the access token proves multi-factor authentication; None where that is not known."""
        methods = authentication_methods(self._token)
        return None if methods is None else "mfa" in methods

    def warnings(self) -> Sequence[str]:
        """A token without multi-factor authentication, and a successor that is in memory only."""
        found = []
        if self.mfa is False:
            found.append(
                f"the sign-in of account {self._account} does not prove multi-factor authentication, which Partner "
                f"Center requires; run `azure-billing-exporter login {self._account}`"
            )
        if unwritten := self._unwritten:
            found.append(f"the refresh token of account {self._account} is in memory only: {unwritten.why}")
        return found

    def lacking(self) -> str:
        """An interactive sign-in, where no token is configured or stored."""
        try:
            missing = self._first == Secret() and not self._file.read()
        except Failure:  # a request reports it
            return ""
        return f"nobody has signed in yet; azure-billing-exporter login {self._account}" if missing else ""

    def expiries(self) -> Mapping[str, datetime]:
        """90 days after the last use of the stored token, which is in its file too."""
        try:
            stored = self._unwritten.token if self._unwritten else self._file.read()
        except Failure:
            return {}
        used = instant(stored.used) if stored and stored.used else None
        try:
            return {"refresh_token": used + INACTIVITY} if used else {}
        except OverflowError:
            return {}

    @contextmanager
    def signing_in(self) -> Iterator[Callable[[str], None]]:
        """Check all that storing a sign-in's refresh token needs, before the person signs in; raises a `Failure`.

        Yields the function that stores the token, which is used from then on, whichever is configured now. The
        token before it is stored too until the new one has worked.
        """
        replaces = fingerprint(self._first.read())
        self._client_credential.read()
        with self._file.locked():
            pass
        with self._file.reserved(f"sign-in-{os.getpid()}") as replace:

            def store(refresh_token: str) -> None:
                with self._file.locked():
                    previous = ""
                    with suppress(Failure):  # nobody has signed in yet, or the person replaces what can't be read
                        previous = self._current().refresh_token
                    replace(StoredToken(replaces, refresh_token, self._clock(), previous))

            yield store

    def _acquire(self, application: Application) -> TokenAnswer:
        with self._file.locked():
            current = self._current()
            with self._file.reserved("exchange") as store:
                try:
                    return self._exchange(application, current, current.refresh_token, store)
                except LoginRefused as refused:
                    if refused.code != INVALID_GRANT or not current.previous:
                        raise self._explained(refused) from refused
                    return self._fall_back(application, current, store, refused)

    def _fall_back(
        self, application: Application, current: StoredToken, store: Store, refused: LoginRefused
    ) -> TokenAnswer:
        """The last token that worked, in place of a successor that never did."""
        try:
            return self._exchange(application, current, current.previous, store)
        except LoginRefused:
            raise self._explained(refused) from refused

    def _exchange(self, application: Application, current: StoredToken, token: str, store: Store) -> TokenAnswer:
        answer = application.token_by_refresh_token(token)
        successor = answer.refresh_token or token
        if answer.access_token:
            worked = token
        elif answer.refresh_token:  # the old token may be used up, but the new one comes from an incomplete response
            worked = current.previous if current.previous and token == current.refresh_token else token
        else:
            return answer
        previous = worked if worked != successor else ""
        self._store(store, structs.replace(current, refresh_token=successor, used=self._clock(), previous=previous))
        return answer

    def _store(self, store: Store, token: StoredToken) -> None:
        on_disk = self._unwritten.on_disk if self._unwritten else None
        if not self._unwritten:
            with suppress(Failure):
                on_disk = self._file.read()
        try:
            store(token)
            self._unwritten = None
        except Failure as failure:
            self._unwritten = Unwritten(token, on_disk, str(failure))

    def _write_again(self) -> None:
        with suppress(Failure), self._file.locked(timeout_seconds=0.0), self._file.reserved("exchange") as store:
            self._current()
            if self._unwritten:
                self._store(store, self._unwritten.token)

    def _current(self) -> StoredToken:
        """The token to use now; raises a `Failure`."""
        first = self._first.read()
        stored = self._file.read()
        if self._unwritten and stored in (None, self._unwritten.on_disk):
            stored = self._unwritten.token
        else:
            self._unwritten = None  # another process has written a newer one
        if stored and (not first or stored.replaces == fingerprint(first)):
            return stored
        if not first:
            raise SignInRequired("nobody has signed in yet", self._account)
        if not is_token(first):
            raise Rejected("the refresh token contains blanks or non-ASCII text", Reason.CREDENTIAL_UNREADABLE)
        return StoredToken(fingerprint(first), first)

    def _explained(self, refused: LoginRefused) -> Rejected:
        """The refusal itself, or that an interactive sign-in is required."""
        codes = [number for number in refused.numbers if number in SIGN_IN_CODES]
        if not codes and refused.code not in GRANT_ENDED:
            return refused
        why = SIGN_IN_CODES[codes[0]] if codes else "the refresh token is not accepted any more"
        return SignInRequired(f"{why} ({refused})", self._account)
