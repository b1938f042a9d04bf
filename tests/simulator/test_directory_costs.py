"""What the customer directories cost, and the lists of them in Azure Resource Manager."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from exporter.simulator.costs.book import CostBook
from exporter.simulator.switches import Switches
from exporter.simulator.world import B2cSize, World

from .conftest import NOON, Browser, Clock
from .costs import Arm

FIRST, TODAY = date(2026, 11, 1), NOON.date()


@pytest.fixture
def arm(browser: Browser) -> Arm:
    return Arm(browser)


def test_a_subscription_has_the_meters_of_both_directories(arm: Arm) -> None:
    """By the names of the price list; the attempts of the second factor are those of the ledger."""
    grouping = ["ResourceType", "MeterCategory", "Meter"]
    rows = arm.rows(arm.query(arm.azure.identity, "None", grouping))
    costs = {(row["ResourceType"].lower(), row["MeterCategory"], row["Meter"]): row["Cost"] for row in rows}
    b2c, external = "microsoft.azureactivedirectory/b2cdirectories", "microsoft.azureactivedirectory/ciamdirectories"
    assert set(costs) == {
        (b2c, "Azure Active Directory for External Identities", "P1 Monthly Active Users"),
        (b2c, "Azure Active Directory B2C", "Basic Multi-Factor Authentication"),
        (external, "Microsoft Entra", "Core Monthly Active Users"),
        (external, "Microsoft Entra", "Phone Authentication Low Cost Transaction"),
    }
    ledger, hour = arm.sim.world.b2c.ledger, NOON.replace(minute=0)
    attempts = sum(ledger.mfa_attempts_by(lambda one: one.kind, FIRST, TODAY, hour).values())
    assert attempts * Decimal("0.03") == costs[b2c, "Azure Active Directory B2C", "Basic Multi-Factor Authentication"]
    # Far less than 50,000 active users: all of them are free.
    assert 0 == costs[b2c, "Azure Active Directory for External Identities", "P1 Monthly Active Users"]


def test_active_users_beyond_the_free_ones_are_paid() -> None:
    """Each once a month: 50,000 at no cost, then the price."""
    world = World(7, Clock(), B2cSize(users=70, sign_ins=130))
    rows = CostBook(world, Switches()).rows("WebDirect", FIRST, FIRST + timedelta(days=2))
    users = [row for row in rows if row.meter_name == "P1 Monthly Active Users"]
    assert 50_000 == sum(row.quantity for row in users if not row.actual)
    paid = [row for row in users if row.actual]
    assert paid
    assert all(row.actual == row.quantity * Decimal("0.003") for row in paid)
    total = world.b2c.ledger.month_users(FIRST + timedelta(days=2))
    assert total == sum(row.quantity for row in users)
    assert total >= world.b2c.ledger.active_users(FIRST, FIRST)


def test_the_enrollment_has_them_by_switch_alone(arm: Arm) -> None:
    """Its sums equal those of the retired reports, which never had them."""
    categories = {row["MeterCategory"] for row in arm.rows(arm.query(arm.azure.enrollment, "None", ["MeterCategory"]))}
    assert "Microsoft Entra" not in categories
    arm.sim.switches.cost_management_directories = True
    for scope in (arm.azure.enrollment, arm.azure.subscription):
        assert "Microsoft Entra" in {
            row["MeterCategory"] for row in arm.rows(arm.query(scope, "None", ["MeterCategory"]))
        }


@pytest.mark.parametrize(("kind", "sku"), [("b2cDirectories", "PremiumP1"), ("ciamDirectories", "Standard")])
def test_directories_are_listed_below_their_subscription(arm: Arm, kind: str, sku: str) -> None:
    """With the price model; another subscription has none."""
    world = arm.sim.world
    tenant = world.b2c if kind == "b2cDirectories" else world.external_id
    [directory] = arm.read(arm.azure.identity, f"AzureActiveDirectory/{kind}").json()["value"]
    assert (tenant.tenant, f"Microsoft.AzureActiveDirectory/{kind}") == (directory["name"], directory["type"])
    assert sku == directory["sku"]["name"]
    assert "MAU" == directory["properties"]["billingConfig"]["billingType"]
    assert tenant.tenant_id == directory["properties"]["tenantId"]
    assert [] == arm.read(arm.azure.subscription, f"AzureActiveDirectory/{kind}").json()["value"]
    assert 404 == arm.read(arm.azure.identity, "AzureActiveDirectory/guests").status_code
