"""B2C usage reports, in every spelling that is plausible."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from exporter.errors import RateLimited
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Fault, Html, Status
from tests.harness import NOON, Answer, CannedService, ExporterHarness, Scrape, series, value

USERS, LOGINS, MFA = "tenantUserCount", "b2cAuthenticationCountSummary", "b2cMfaRequestCountSummary"


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, harness_for: Callable[..., ExporterHarness]) -> ExporterHarness:
    """A harness that signs in at the simulator and reads canned answers."""
    world = simulator.world.b2c
    return harness_for(
        f"""
b2c:
  - {{tenant: {world.tenant}, client_id: {world.client_id}, client_secret: "{world.client_secret}",
     source: azure_ad_graph, base_url: "{canned.url}", authority: "{simulator.url}", ca_file: "{simulator.ca_file}"}}"""
    )


def path(simulator: Simulator, report: str) -> str:
    return f"/{simulator.world.b2c.tenant}/reports/{report}"


def by(samples: Scrape, name: str, label: str) -> dict[str, float]:
    return {dict(labels)[label]: found for labels, found in series(samples, name).items()}


def users(day: str, total: int, local: int, other: int, **providers: int) -> dict[str, object]:
    return {
        "TimeStamp": day,
        "TotalUserCount": total,
        "LocalUserCount": local,
        "OtherUserCount": other,
        "AlternateIdUserCount": total - local - other,
        "AlternateIdUserBreakDown": providers,
    }


def test_users_are_those_of_the_newest_day_and_parts_sum_to_the_total(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness
) -> None:
    """What the breakdown leaves of the total is a part of its own; growth counts ten days back."""
    rows = [
        users("2026-11-19T00:00:00Z", 100, 60, 5, facebook_com=20),
        users("2026-11-09T00:00:00Z", 80, 55, 5, amazon_com=20),
        users("2026-11-01T00:00:00Z", 10, 10, 0),
    ]
    canned.answer(path(simulator, USERS), Answer({"@odata.context": "x", "value": rows}))
    assert [None] == tenant.run(USERS)
    samples = tenant.scrape()
    assert {"local": 60, "directory": 5, "facebook_com": 20, "unattributed": 15} == by(
        samples, "azure_b2c_users", "identity_provider"
    )
    assert {"local": 5, "directory": 0, "facebook_com": 20, "amazon_com": -20, "unattributed": 15} == by(
        samples, "azure_b2c_users_registered_trailing_10d", "identity_provider"
    )


def test_the_request_is_in_the_documented_grammar(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness
) -> None:
    """Blanks as plus, the dollar escaped, a bare day; two weeks and a day more than the windows need."""
    canned.answer(path(simulator, MFA), Answer({"value": []}))
    assert [None] == tenant.run(MFA)
    assert [f"{path(simulator, MFA)}?%24filter=TimeStamp+gt+2026-10-06&api-version=beta"] == [
        requested for requested, _ in canned.received
    ]


@pytest.mark.parametrize("spelling", ["@odata.nextLink", "odata.nextLink"])
@pytest.mark.parametrize(
    "link", ["{url}{path}/more?$skiptoken=X%2744%27", "reports/{report}/more?$skiptoken=X%2744%27"]
)
def test_a_next_link_is_followed_in_both_spellings(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness, spelling: str, link: str
) -> None:
    """Absolute or relative to the tenant; the version is added where the link lacks it."""
    where = path(simulator, MFA)
    rows = [
        {"Date": f"2026-11-{n}T00:00:00.1234567Z", "MfaCount": n, "MfaTypeBreakDown": {"SmsMfa": n}} for n in (18, 19)
    ]
    canned.answer(where, Answer({"value": rows[:1], spelling: link.format(url=canned.url, path=where, report=MFA)}))
    canned.answer(f"{where}/more", Answer({"value": rows[1:]}))
    assert [None] == tenant.run(MFA)
    assert 18 == value(tenant.scrape(), "azure_b2c_mfa_requests_daily", method="SmsMfa")
    assert 2 == value(tenant.scrape(), "azure_billing_exporter_collector_records", collector=MFA)
    assert "api-version=beta" in canned.received[1][0]


def test_a_missing_breakdown_leaves_the_whole_total_unattributed(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness
) -> None:
    """No part is invented."""
    rows = [{"Date": "2026-11-19", "MfaCount": 3}, {"Date": "2026-11-20", "MfaCount": 1}]
    canned.answer(path(simulator, MFA), Answer({"value": rows}))
    assert [None] == tenant.run(MFA)
    assert {"unattributed": 3} == by(tenant.scrape(), "azure_b2c_mfa_requests_daily", "method")


@pytest.mark.parametrize(
    "quirk",
    [
        {"b2c_envelope": "odata"},
        {"b2c_page_size": 7},
        {"b2c_page_size": 4, "b2c_next_link": "relative", "b2c_envelope": "odata"},
        {"b2c_page_size": 9, "b2c_next_link_api_version": True},
        {"b2c_time_zone": "", "b2c_fraction_digits": 7},
        {"b2c_time_zone": "+00:00"},
        {"b2c_bounds_included": True},
    ],
    ids=str,
)
def test_every_quirk_of_the_service_yields_the_same_samples(
    simulator: Simulator, b2c: ExporterHarness, quirk: dict[str, object]
) -> None:
    """How the answer is wrapped and how time is spelled changes nothing."""
    reports = (USERS, LOGINS, MFA)
    assert [[None]] * 3 == [b2c.run(report) for report in reports]
    published = b2c.exporter.store.current.body
    for name, setting in quirk.items():
        setattr(simulator.switches, name, setting)
    assert [[None]] * 3 == [b2c.run(report) for report in reports]
    assert published == b2c.exporter.store.current.body


@pytest.mark.parametrize("envelope", ["odata.error", "error"])
@pytest.mark.parametrize("report", [USERS, "b2cMfaRequestCount"])
def test_the_failure_of_a_blocked_application_states_the_remedy(
    simulator: Simulator, b2c: ExporterHarness, report: str, envelope: Literal["odata.error", "error"]
) -> None:
    """Azure AD Graph is retired; the message quotes Microsoft's and adds advice."""
    simulator.switches.b2c_blocked, simulator.switches.b2c_error = True, envelope
    failure = b2c.failure(report)
    assert "forbidden" == failure.reason
    assert "Authentication_Unauthorized: Access blocked to AAD Graph API" in str(failure)
    assert "set `source: microsoft_graph`, or `user_insights` for an External ID tenant" in str(failure)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"Access to AAD Graph API is blocked. See https://aka.ms/AzureADGraphMigration", 403),
        Answer(b"<html><h1>Azure AD Graph is retired</h1></html>", 403),
        Answer({"error": {"code": "Gone", "message": "Azure Active Directory Graph has been retired."}}, 404),
        Answer(b"", 410),
        Answer({"odata.error": {"code": "", "message": {"value": "Gone for good."}}}, 410),
        Answer({"odata.error": {"code": "Authentication_Unauthorized", "message": {"value": "No."}}}, 403),
    ],
    ids=["plain", "html", "other-words", "gone", "gone-odata", "code"],
)
def test_a_retired_api_is_recognized_in_any_words(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness, answer: Answer
) -> None:
    """By the status, by the code, or by what the text is about."""
    canned.answer(path(simulator, USERS), answer)
    (failure,) = tenant.run(USERS)
    assert "(Microsoft has shut Azure AD Graph for this application" in str(failure)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_other_refusals_get_no_advice_on_retirement(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness, status: int
) -> None:
    """A tenant that does not exist is no retired API."""
    body = {"odata.error": {"code": "Request_ResourceNotFound", "message": {"value": "Row 410 was not found."}}}
    canned.answer(path(simulator, USERS), Answer(body, status))
    (failure,) = tenant.run(USERS)
    assert (status, False) == (int(str(failure).partition(": ")[2][:3]), "Microsoft has shut" in str(failure))


@pytest.mark.parametrize(
    ("code", "advised"), [("Authorization_RequestDenied", True), ("Directory_QuotaExceeded", False)]
)
def test_a_missing_permission_is_distinguished_from_other_refusals(
    simulator: Simulator, b2c: ExporterHarness, code: str, advised: bool
) -> None:
    """Only a refusal with a known remedy gets advice."""
    body = {"odata.error": {"code": code, "message": {"lang": "en", "value": "No."}, "values": None}}
    simulator.faults.script(USERS, Status(403, body))
    (failure,) = b2c.run(USERS)
    assert (True, advised) == (f"403 {code}: No." in str(failure), "Directory.Read.All" in str(failure))


@pytest.mark.parametrize("fault", [Html(200), Html(403), Status(403, {}), Status(400, [])], ids=str)
def test_a_body_in_no_known_form_is_a_failure_like_others(
    simulator: Simulator, b2c: ExporterHarness, fault: Fault
) -> None:
    """Some answers come from a proxy."""
    simulator.faults.script(USERS, fault)
    failure = b2c.failure(USERS)
    assert failure.reason in ("malformed", "forbidden", "bad_request")


@pytest.mark.parametrize(
    "row",
    [
        {"MfaCount": -1},
        {"MfaCount": 1.5},
        {"MfaCount": "many"},
        {"MfaCount": 3, "MfaTypeBreakDown": {"SmsMfa": -3}},
        {"MfaCount": 3, "MfaTypeBreakDown": {"SmsMfa": [3]}},
        {"MfaCount": 3, "MfaTypeBreakDown": 3},
        {"Date": None, "MfaCount": 3},
        {"Date": "20th of November", "MfaCount": 3},
    ],
    ids=str,
)
def test_an_answer_whose_rows_are_all_unreadable_is_malformed(
    simulator: Simulator, canned: CannedService, tenant: ExporterHarness, row: dict[str, object]
) -> None:
    """Counts are whole and not negative, days are days; the failure is reported."""
    canned.answer(path(simulator, MFA), Answer({"value": [{"Date": "2026-11-19", **row}]}))
    assert "malformed" == tenant.failure(MFA).reason


def test_a_part_that_is_null_is_no_part(simulator: Simulator, canned: CannedService, tenant: ExporterHarness) -> None:
    """Absent is not zero."""
    row = {"MfaCount": 3, "MfaTypeBreakDown": {"SmsMfa": 3, "VoiceMfa": None}}
    canned.answer(path(simulator, MFA), Answer({"value": [{"Date": f"2026-11-{n}", **row} for n in (18, 19)]}))
    assert [None] == tenant.run(MFA)
    assert {"SmsMfa": 3} == by(tenant.scrape(), "azure_b2c_mfa_requests_daily", "method")


def test_users_that_are_two_days_late_are_those_of_that_day(simulator: Simulator, b2c: ExporterHarness) -> None:
    """User counts are documented as refreshed every 24 to 48 hours; they are published as of that day."""
    simulator.switches.b2c_users_late_days = 2
    assert [None] == b2c.run(USERS)
    samples, day = b2c.scrape(), NOON.date() - timedelta(days=2)
    assert simulator.world.b2c.users(day).total == sum(series(samples, "azure_b2c_users").values())
    data_timestamp = value(samples, "azure_billing_exporter_collector_data_timestamp_seconds", collector=USERS)
    assert day == datetime.fromtimestamp(data_timestamp, UTC).date()


def test_a_long_wait_that_only_the_message_names_is_honoured(simulator: Simulator, b2c: ExporterHarness) -> None:
    """Azure AD Graph's throttling 503 has no header for it."""
    text = "Your request is throttled temporarily. Please try after 150 seconds."
    body = {"odata.error": {"code": "Request_ThrottledTemporarily", "message": {"lang": "en", "value": text}}}
    simulator.faults.script(MFA, Status(503, body))
    failure = b2c.failure(MFA)
    assert isinstance(failure, RateLimited)
    assert 150 == failure.retry_after
