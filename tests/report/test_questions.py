"""The documented questions about B2C tenants, each answered by one command of the README.

The expected figures are computed in this module from the JSON that the simulator sends, and compared with its ledger.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from exporter.commands.simulate import PRICES
from exporter.simulator import Simulator
from tests.harness import NOON
from tests.report.conftest import Command, Raw, Rows, summed

README = (Path(__file__).parents[2] / "README.md").read_text()
SECTION = README.partition("## Answers in the terminal\n")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"`azure-billing-exporter report ([^`]*)`", SECTION)
TODAY = NOON.date()
FIRST = TODAY.replace(day=1)
ONE_DAY = timedelta(days=1)


def documented(report: str) -> str:
    """The command of the README about a report, of the tenant and in a format that programs read."""
    (line,) = [line for line in COMMANDS if f" {report}" in f" {line}"]
    return f"{line} --format=json --account=contoso-b2c"


def by_day(rows: Rows, name: str) -> dict[date, dict[str, object]]:
    return {date.fromisoformat(row[name][:10]): row for row in rows}


def test_how_many_users_of_each_provider_have_registered_in_ten_days(command: Command, raw: Raw) -> None:
    """The difference of two days of the report; local and external identity providers."""
    days = by_day(raw.b2c("tenantUserCount"), "TimeStamp")
    newest = max(days)
    now, before = days[newest], days[newest - 10 * ONE_DAY]
    expected = {"local": now["LocalUserCount"] - before["LocalUserCount"]}  # type: ignore[operator]
    for provider, count in now["AlternateIdUserBreakDown"].items():  # type: ignore[attr-defined]
        expected[provider] = count - before["AlternateIdUserBreakDown"].get(provider, 0)  # type: ignore[attr-defined]
    printed = command(documented("tenantUserCount"))
    found = {row["identity_provider"]: row["users_registered_trailing_10d"] for row in printed.rows}
    found.pop("directory")
    assert (0, expected) == (printed.code, found)
    assert sum(expected.values()) > 0


def test_how_many_mfa_have_completed_in_the_last_month(command: Command, raw: Raw, simulator: Simulator) -> None:
    """The sum of 30 days, as in the ledger."""
    rows = raw.b2c("b2cMfaRequestCountSummary")
    expected = sum(row["MfaCount"] for row in rows)
    days = [TODAY - n * ONE_DAY for n in range(30)]
    assert expected == sum(sum(simulator.world.b2c.mfa_requests(day).values()) for day in days)
    printed = command(documented("b2cMfaRequestCountSummary"))
    assert (0, expected) == (printed.code, sum(row["mfa_requests_trailing_30d"] for row in printed.rows))


def test_how_many_authentications_this_month_per_day_and_per_application(command: Command, raw: Raw) -> None:
    """One command: a row for each day, and one for each application; the days add up to the month."""
    days = by_day(raw.b2c("b2cAuthenticationCountSummary", f"TimeStamp gt {FIRST - ONE_DAY}"), "Date")
    per_day = {(f"{day}",): row["AuthenticationCount"] for day, row in days.items() if row["AuthenticationCount"]}
    printed = command(documented("b2cAuthenticationCountSummary"))
    rows = [row for row in printed.rows if row["authentications"]]
    assert 0 == printed.code
    found = [row for row in rows if row["report"] == "b2cAuthenticationCountSummary"]
    assert per_day == summed(found, "authentications", "date")
    per_application: dict[tuple[str, ...], Decimal] = {}
    for one in raw.simulator.world.b2c.applications:
        answer = raw.b2c("b2cAuthenticationCount", f"ApplicationId eq {one.id} and TimeStamp gt {FIRST - ONE_DAY}")
        if answer:
            per_application[(one.name,)] = answer[0]["AuthenticationCount"]
    found = [row for row in rows if row["report"] == "b2cAuthenticationCount"]
    assert per_application == summed(found, "authentications", "application")
    assert sum(per_day.values()) == sum(per_application.values())  # type: ignore[arg-type]


def test_what_the_month_will_cost(command: Command, raw: Raw) -> None:
    """Unit by unit through the price list, for the elapsed days at their mean rate, to the cent."""
    length, elapsed = monthrange(TODAY.year, TODAY.month)[1], (TODAY - FIRST).days

    def expected_of(report: str, count: str) -> int:
        days = by_day(raw.b2c(report, f"TimeStamp gt {FIRST - ONE_DAY}"), "Date")
        total = sum(row[count] for day, row in days.items() if FIRST <= day < TODAY)  # type: ignore[misc]
        return round(Decimal(total) * length / elapsed)

    users = by_day(raw.b2c("tenantUserCount", f"TimeStamp gt {FIRST - 45 * ONE_DAY}"), "TimeStamp")
    newest = max(users)
    now, then = (users[day]["TotalUserCount"] for day in (newest, newest - 29 * ONE_DAY))
    growth = Decimal(now - then) / 29 * (FIRST.replace(day=length) - newest).days  # type: ignore[operator]
    expected = {
        "users": priced("per_user", now + round(growth)),  # type: ignore[operator]
        "authentications": priced(
            "per_authentication", expected_of("b2cAuthenticationCountSummary", "AuthenticationCount")
        ),
        "mfa": priced("per_mfa_request", expected_of("b2cMfaRequestCountSummary", "MfaCount")),
    }
    printed = command(documented("bill"))
    found = {row["component"]: cents(row["estimated_cost_month"]) for row in printed.rows}
    assert (0, {part: cents(cost) for part, cost in expected.items()}) == (printed.code, found)
    assert {"USD"} == {row["currency"] for row in printed.rows}


def priced(price_list: str, quantity: int) -> Decimal:
    tiers: list[dict[str, object]] = PRICES[price_list]  # type: ignore[assignment]
    cost, unit = Decimal(0), 0
    for tier in tiers:
        last = min(int(str(tier.get("up_to", quantity))), quantity)
        cost += (last - unit) * Decimal(str(tier["price"])) if last > unit else 0
        unit = max(unit, last)
    return cost


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def test_every_command_of_the_readme_prints_a_table(command: Command) -> None:
    """Also those about costs and customers."""
    assert len(COMMANDS) >= 5
    for line in COMMANDS:
        printed = command(line)
        assert (0, True) == (printed.code, printed.text.startswith(("account ", "b2cAuth"))), (line, printed.errors)
