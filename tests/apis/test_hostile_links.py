"""No link of an answer leads a credential away: every form of `hostile_links.txt`, in every place of every API."""

from collections.abc import Callable, Iterator

import pytest

from exporter.simulator import Simulator
from exporter.simulator.server.faults import Status
from tests.harness import Answer, CannedService, ExporterHarness
from tests.hostile import Recorder, hostile_links

BUILD = Callable[[str], ExporterHarness]
GOOD = "/good"


@pytest.fixture
def evil() -> Iterator[Recorder]:
    """A server that must not see a credential."""
    with Recorder() as recorder:
        yield recorder


@pytest.fixture
def links(evil: Recorder, canned: CannedService) -> list[str]:
    """Every hostile form; what leads home after all finds an answer there."""
    canned.answer(GOOD, Answer({"data": [], "value": [], "items": []}))
    return hostile_links(evil.netloc, canned.url.removeprefix("http://"), GOOD)


@pytest.fixture
def login(simulator: Simulator) -> dict[str, str]:
    """Who signs in at the simulator, for an API elsewhere."""
    return {"authority": simulator.url, "ca_file": str(simulator.ca_file)}


def settings(**keys: str) -> str:
    return ", ".join(f'{key}: "{value}"' for key, value in keys.items())


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, harness_for: BUILD, login: dict[str, str]) -> ExporterHarness:
    """A B2C account that signs in at the simulator and reads canned answers."""
    world = simulator.world.b2c
    account = settings(
        source="azure_ad_graph",
        tenant=world.tenant,
        client_id=world.client_id,
        client_secret=world.client_secret,
        base_url=canned.url,
        **login,
    )
    return harness_for(f"b2c: [{{{account}}}]")


def require_harmless(harness: ExporterHarness, collector: str, evil: Recorder, link: str) -> None:
    """A run with this link has a documented end, and nothing at all reached the other server."""
    harness.stopped.wait_ends_run = True  # no second attempt: the first one decides
    (failure,) = harness.run(collector)
    assert failure is None or failure.reason != "internal", (link, failure)
    assert [] == evil.requests, link


def test_next_links_of_an_enrollment(
    canned: CannedService, harness_for: BUILD, evil: Recorder, links: list[str]
) -> None:
    """Usage details."""
    canned.answer("/v3/enrollments/100/balancesummary", Answer({"currencyCode": "EUR", "totalUsage": 1}))
    harness = harness_for(f'ea: [{{enrollment: "100", api_key: hush-hush, base_url: "{canned.url}"}}]')
    for link in links:
        page = {"data": [{"date": "2026-11-02", "cost": 1, "consumedQuantity": 1}], "nextLink": link}
        canned.answer("/v3/enrollments/100/usagedetails", Answer(page))
        require_harmless(harness, "usagedetails", evil, link)


@pytest.mark.parametrize("name", ["reportUrl", "blobPath"])
def test_links_of_a_prepared_report(
    canned: CannedService, harness_for: BUILD, evil: Recorder, links: list[str], name: str
) -> None:
    """The report's own URL needs the key and stays at home; a blob may be anywhere, and never sees it."""
    canned.answer("/v3/enrollments/100/balancesummary", Answer({"currencyCode": "EUR", "totalUsage": 1}))
    harness = harness_for(
        f'ea: [{{enrollment: "100", api_key: hush-hush, base_url: "{canned.url}", usage: {{download: csv_async}}}}]'
    )
    harness.stopped.wait_ends_run = True
    for link in links:
        status = {"status": 2, "requestedOn": "2026-11-20T12:00:00Z", "reportUrl": f"{canned.url}{GOOD}"}
        status |= {name: link} | ({"status": 3} if name == "blobPath" else {})
        canned.answer("/v3/enrollments/100/usagedetails/submit", Answer(status, 202))
        (failure,) = harness.run("usagedetails")
        assert failure is None or failure.reason != "internal", (link, failure)
        assert [] == [request for request in evil.requests if "authorization" in request.headers], link
        assert name == "blobPath" or [] == evil.requests, link


def test_next_links_of_a_tenant(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness, evil: Recorder, links: list[str]
) -> None:
    """In both spellings."""
    report = f"/{simulator.world.b2c.tenant}/reports/tenantUserCount"
    for place, link in enumerate(links):
        name = ("@odata.nextLink", "odata.nextLink")[place % 2]
        canned.answer(report, Answer({"value": [], name: link}))
        require_harmless(tenant, "tenantUserCount", evil, link)


def test_next_links_of_a_partner(
    simulator: Simulator,
    canned: CannedService,
    harness_for: BUILD,
    evil: Recorder,
    links: list[str],
    login: dict[str, str],
) -> None:
    """With headers of the answer's choice."""
    world = simulator.world.partner_center
    account = settings(
        tenant=world.tenant,
        client_id=world.client_id,
        client_secret=world.client_secret,
        refresh_token=world.refresh_token,
        base_url=canned.url,
        **login,
    )
    harness = harness_for(f"partner_center: [{{{account}}}]")
    for link in links:
        headers = [{"key": "MS-ContinuationToken", "value": "1"}, {"key": "Host", "value": evil.netloc}]
        page = {"items": [], "links": {"next": {"uri": link, "method": "GET", "headers": headers}}}
        canned.answer("/v1/customers/usagerecords", Answer(page))
        require_harmless(harness, "usagerecords", evil, link)


def test_token_endpoints_of_discovery(
    simulator: Simulator, tenant: ExporterHarness, evil: Recorder, links: list[str]
) -> None:
    """The secret is in the form that is posted there."""
    endpoints = [*links, *(f"https://{evil.netloc}{end}" for end in ("", "/oauth2/v2.0/token", "?x"))]
    for link in endpoints:
        simulator.faults.clear()
        document = {"authorization_endpoint": link, "token_endpoint": link, "issuer": simulator.url}
        simulator.faults.script("openid-configuration", Status(200, document), times=None)
        require_harmless(tenant, "tenantUserCount", evil, link)
    assert 0 == evil.connections


def test_redirects_lead_nowhere(canned: CannedService, harness_for: BUILD, evil: Recorder, links: list[str]) -> None:
    """Neither across origins nor at home."""
    harness = harness_for(f'ea: [{{enrollment: "100", api_key: hush-hush, base_url: "{canned.url}"}}]')
    for link in (link for link in links if link.isascii() and link.isprintable()):
        for status in (302, 307):
            canned.answer("/v3/enrollments/100/balancesummary", Answer(b"", status, {"Location": link}))
            require_harmless(harness, "balancesummary", evil, link)
