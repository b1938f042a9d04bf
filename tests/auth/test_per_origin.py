"""One account that reads several services, each with a credential of its own."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
import requests

from exporter.auth.api_key import ApiKey
from exporter.auth.per_origin import PerOrigin
from exporter.auth.sas import Sas
from exporter.auth.secret import Secret
from exporter.errors import Failure, Malformed
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from tests.harness import Answer, CannedService
from tests.hostile import Recorder, hostile_links
from tests.transport.sessions import Impatient, Observer

SAS = "sv=2023-11-03&se=2036-05-01T00:00:00Z&sp=rl&sig=c2ln%3D"
HOME, STORAGE = "https://management.example", "https://account.blob.example"


class Known(ApiKey):
    """An API key that a test has an opinion of."""

    renewable = True
    hint = "; known"

    def warnings(self) -> tuple[str, ...]:
        return ("careful",)


def sent(credential: PerOrigin, url: str) -> requests.PreparedRequest:
    return credential(requests.Request("GET", url).prepare())


def test_each_service_gets_its_own_credential() -> None:
    """Whatever the case of the host, with the usual port or without."""
    both = PerOrigin({f"{HOME}/path": ApiKey(Secret("key")), STORAGE: Sas(Secret(SAS))})
    home, storage = sent(both, "https://MANAGEMENT.example:443/x"), sent(both, f"{STORAGE}/c?comp=list")
    assert ("bearer key", False) == (home.headers["Authorization"], "sig=" in str(home.url))
    assert (False, f"{STORAGE}/c?comp=list&{SAS}") == ("Authorization" in storage.headers, storage.url)


@pytest.mark.parametrize(
    "url", ["http://management.example/x", "https://management.example:8443/x", "https://evil.example/x"]
)
def test_any_other_origin_gets_none(url: str) -> None:
    """Before a secret is read."""
    with pytest.raises(Malformed, match="has no credential for"):
        sent(PerOrigin({HOME: ApiKey(Secret("key"))}), url)


def test_what_is_known_of_each_is_known_of_all() -> None:
    """The earliest expiry of a name, each warning once."""
    early, late = (Sas(Secret(f"se={year}-05-01&sig=x")) for year in (2035, 2036))
    both = PerOrigin(
        {
            HOME: Known(Secret("key")),
            STORAGE: late,
            "https://other.example": early,
            "https://x.example": Known(Secret("k")),
        }
    )
    assert ("; known", True, ("careful",)) == (both.hint, both.renewable, both.warnings())
    assert {"sas": datetime(2035, 5, 1, tzinfo=UTC)} == both.expiries()
    assert False is PerOrigin({STORAGE: late}).renewable


def test_no_hostile_link_gets_a_credential_of_either_service() -> None:
    """Neither the token, nor the signature, to a third host."""
    with CannedService() as home, CannedService() as storage, Recorder() as evil:
        for service in (home, storage):
            service.answer("/list", Answer(b"x"))
        both = PerOrigin({home.url: ApiKey(Secret("key")), storage.url: Sas(Secret(SAS))})
        http = HttpClient(origin=home.url, observer=Observer(), timeout=60)
        session = Session(http, both, base_url=home.url, observer=Observer(), stopped=Impatient())
        for account, own in ((session, home), (session.at(storage.url), storage)):
            for link in hostile_links(evil.netloc, own.url.removeprefix("http://"), "/list"):
                with suppress(Failure):
                    account.get(link)
    assert [] == [
        request.target for request in evil.requests if "sig" in request.target or "authorization" in request.headers
    ]
    assert [] == [path for path, _ in home.received if "sig=" in path]
    assert [] == [path for path, headers in storage.received if "authorization" in headers]
