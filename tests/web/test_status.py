"""The status page as values, and how the template shows them."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from exporter.errors import Reason
from exporter.mixin.alerts import FILES
from exporter.mixin.reasons import REASONS
from exporter.runtime.job import Plan
from exporter.runtime.reload import Reload
from exporter.web.status.accounts import State
from exporter.web.status.observed import Observed, Selection
from exporter.web.status.page import StatusPage
from exporter.web.status.times import interval, span, until
from exporter.web.status.view import view
from tests.runtime.collectors import NOW
from tests.web import companies
from tests.web.companies import collected, failing, job

EVERYTHING = Selection()
HOSTILE = """<script>alert(1)</script>"'&"""


def page(observed: Observed, **query: str) -> str:
    return StatusPage(lambda: observed, "/metrics").render(query)


def test_a_summary_counts_every_collector_once() -> None:
    """By the state of its last run, whatever is still published."""
    summary = view(companies.broken(), EVERYTHING).summary
    assert (State.FAILING, 5, 9, 1, 1) == (
        summary.state, summary.ok, summary.failing, summary.waiting, summary.running
    )  # fmt: skip
    assert (15, 4, "9 d", "3eea97bd90aa") == (summary.total, summary.accounts, summary.uptime, summary.revision)
    assert summary.oldest is not None
    assert (("cost_management", "contoso"), "usage", "2 d ago") == (
        summary.oldest.account, summary.oldest.collector, summary.oldest.collected.relative
    )  # fmt: skip


def test_one_cause_of_several_reports_is_one_line() -> None:
    """With all of them, though the texts name different paths; the reason with the most reports is first."""
    first, second, third = view(companies.broken(), EVERYTHING).problems
    (missing,) = first.causes
    assert ("credential_unreadable", 5, 1) == (first.reason, first.collectors, first.accounts)
    assert [(("ea", "contoso-ea"), tuple(sorted(companies.EA)))] == [
        (one.account, one.collectors) for one in missing.affected
    ]
    assert (3, 1, "in 4 min") == (missing.failures, missing.without_data, missing.next_attempt.relative)
    assert ["GET https://graph.windows.net/…: Name or service not known"] == [cause.text for cause in second.causes]
    assert "throttled" == third.reason
    assert third.causes[0].text.startswith("GET https://api.partnercenter.microsoft.com/v1/customers/usagesummary: ")


def test_an_unexpected_reason_is_shown_too() -> None:
    """Such as that of a plan which an earlier version has stored."""
    rows = [failing(row, "", "x") for row in companies.healthy().rows]
    assert [("", "Failed", 15)] == [
        (one.reason, one.title, one.collectors) for one in view(Observed(rows, NOW, NOW), EVERYTHING).problems
    ]


def test_every_reason_has_advice_and_links_exist() -> None:
    """Each reason is described once, and each link leads to a section of the runbook."""
    assert sorted(Reason) == sorted(reason for advice in REASONS for reason in advice.titles)
    anchors = {alert.runbook.anchor for file in FILES for alert in file.alerts()}
    linked = set(re.findall(r'href="[^"]*runbook\.md#([^"]*)"', page(companies.broken())))
    assert (True, True) == (len(linked) > 4, linked <= anchors)


def test_failing_accounts_and_collectors_are_first() -> None:
    """Then those without data, then the others, by name."""
    shown = view(companies.broken(), EVERYTHING).accounts
    assert ["contoso-b2c", "contoso-csp", "contoso-ea", "contoso"] == [one.key[1] for one in shown]
    assert ["usagesummary", "subscriptions", "usagerecords"] == [one.name for one in shown[1].collectors]
    assert [State.WAITING, State.OK, State.OK, State.OK] == [one.state for one in shown[3].collectors]


def test_old_data_is_stale_after_three_intervals() -> None:
    """As the alert has it."""
    every = timedelta(hours=12)
    for age, late in ((3 * every, False), (3 * every + timedelta(seconds=1), True)):
        row = job("ea", "a", "usage", every), Plan(NOW), collected(NOW - age, 1)
        assert late == view(Observed([row], NOW, NOW), EVERYTHING).accounts[0].collectors[0].late


def test_credentials_that_expire_are_listed_by_time() -> None:
    """Within 30 days, or in the past."""
    expiring = view(companies.broken(), EVERYTHING).expiring
    assert [("api_key", True, "24 h ago"), ("refresh_token", False, "in 5 d")] == [
        (one.name, one.expired, one.expiry.relative) for one in expiring
    ]
    assert () == view(companies.healthy(), EVERYTHING).expiring


def test_the_last_reload_is_shown() -> None:
    """What it did, or its errors."""
    assert "11 kept, 2 changed, 2 added" in page(companies.healthy())
    failed = page(companies.broken())
    assert "The configuration was not reloaded" in failed
    assert "did you mean enrollment?" in failed
    nothing = replace(companies.healthy(), last_reload=Reload(NOW, kept=15))
    assert "15 kept</dd>" in page(nothing)


def test_an_exporter_that_restores_has_no_data_yet() -> None:
    """Whatever its jobs are."""
    assert "Restoring stored values" in page(replace(companies.starting(), restoring=True))
    assert "No collectors are configured" in page(Observed([], NOW, NOW))


def test_many_accounts_are_a_list_with_pages() -> None:
    """Each account has a page of its own; failures are limited, and counted."""
    observed = companies.large()
    first, last = (view(observed, Selection(page=number)) for number in (1, 10))
    assert (10, 100, "customer-0003") == (first.pages, len(first.accounts), first.accounts[0].key[1])
    assert {()} == {one.collectors for one in (*first.accounts, *last.accounts)}
    assert (1625, 125, 12, 113) == (
        first.problems[0].collectors, first.problems[0].accounts, len(first.problems[0].causes),
        first.problems[0].more_causes,
    )  # fmt: skip
    (only,) = view(observed, Selection(("ea", "customer-0004"))).accounts
    assert (13, "customer-0004") == (len(only.collectors), only.key[1])
    assert len(page(observed)) < 100_000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Selection()),
        ({"api": "ea", "account": "a&b"}, Selection(("ea", "a&b"))),
        ({"account": "a"}, Selection()),
        ({"page": "3", "refresh": "off"}, Selection(page=3, refreshing=False)),
        ({"page": "0"}, Selection()),
        ({"page": "-1", "refresh": "on"}, Selection()),
        ({"page": "9" * 99}, Selection()),
        ({"page": "²"}, Selection()),
    ],
)
def test_a_query_selects(query: dict[str, str], expected: Selection) -> None:
    """Links lead back to the same selection; anything else is ignored."""
    assert expected == Selection.from_query(query)
    assert expected == Selection.from_query(expected.query())


def test_the_selection_survives_a_refresh() -> None:
    """It is part of the address, as there are no scripts; refreshing can be stopped."""
    shown = page(companies.large(), api="ea", account="customer-0004")
    assert '<meta http-equiv="refresh" content="15">' in shown
    assert 'href="/?api=ea&amp;account=customer-0004&amp;refresh=off"' in shown
    assert "<meta http-equiv" not in page(companies.large(), refresh="off")
    assert "This account is not configured" in page(companies.large(), api="ea", account="none")


class Tags(HTMLParser):
    """Collects the elements and attributes of a page, and what is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


def test_every_text_is_escaped_and_no_credential_is_shown() -> None:
    """Texts come from services; names of accounts from the configuration and the address."""
    row = job("ea", HOSTILE, "usage"), Plan(NOW), collected(NOW, 1, f"{HOSTILE} Bearer hush-hush")
    failed = failing(row, HOSTILE, f"{HOSTILE} client_secret=hush")
    reload = Reload(NOW, (f"{HOSTILE} https://user:hush@host",))
    observed = Observed([row, failed], NOW, NOW, {("ea", HOSTILE): {HOSTILE: NOW}}, reload)
    for query in ({}, {"api": "ea", "account": HOSTILE}, {"api": HOSTILE, "account": HOSTILE}):
        shown = page(observed, **query)
        tags = Tags()
        tags.feed(shown)
        assert ([], False, False) == (tags.open, "script" in tags.elements, "hush" in shown)
        assert [] == [name for name in tags.attributes if name.startswith("on") or name == "style"]


def test_only_the_own_style_sheet_is_allowed() -> None:
    """The policy names its digest; nothing else is loaded, and no address is passed on."""
    headers = StatusPage(companies.healthy, "/metrics").headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert ("unsafe" in policy, "no-referrer", "no-store") == (
        False, headers["Referrer-Policy"], headers["Cache-Control"]
    )  # fmt: skip


def test_a_page_is_made_once_a_second() -> None:
    """However many clients request it."""
    observed: list[Observed] = []

    def observe() -> Observed:
        observed.append(companies.healthy())
        return observed[-1]

    status = StatusPage(observe, "/metrics")
    assert status.render({}) == status.render({"unknown": "x"})
    assert 1 == len(observed)
    status.render({"refresh": "off"})
    assert 2 == len(observed)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(-5, "0 s"), (59, "59 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172_800, "2 d")],
)
def test_a_span_has_one_unit(length: int, expected: str) -> None:
    """The largest of which there are two."""
    assert expected == span(timedelta(seconds=length))


@pytest.mark.parametrize(
    ("length", "expected"), [(43_200, "12 h"), (5400, "90 min"), (86_400, "1 d"), (90_000, "25 h"), (0.5, "0.5 s")]
)
def test_an_interval_is_exact(length: float, expected: str) -> None:
    """As it is configured."""
    assert expected == interval(timedelta(seconds=length))


def test_a_moment_has_its_exact_time() -> None:
    """In UTC; what is overdue is due now."""
    assert ("in 2 h", "2026-11-20 14:00:00 UTC") == (
        until(NOW + timedelta(hours=2), NOW).relative, until(NOW + timedelta(hours=2), NOW).exact
    )  # fmt: skip
    assert "now" == until(NOW - timedelta(hours=2), NOW).relative
