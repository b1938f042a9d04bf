"""Keys of an enrollment, and what is refused."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from .conftest import NOON, Browser, ea_error


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
def test_the_word_bearer_has_no_case(browser: Browser, scheme: str) -> None:
    """Clients write it either way."""
    ea = browser.sim.world.ea
    headers = {"Authorization": f"{scheme} {ea.api_key}"}
    assert 200 == browser.get(f"/v2/enrollments/{ea.enrollment}/billingperiods", headers=headers).status_code


def test_the_key_looks_like_a_real_one(browser: Browser) -> None:
    """It is long and says when it expires."""
    key = browser.sim.world.ea.api_key
    claims = jwt.decode(key, options={"verify_signature": False})
    assert len(key) > 700
    assert NOON < datetime.fromtimestamp(claims["exp"], UTC) < NOON + timedelta(days=183)
    assert claims["nbf"] < claims["exp"]


def test_bad_keys_are_refused(browser: Browser) -> None:
    """A missing, invented, changed, or expired key is 401 in the observed envelope."""
    ea = browser.sim.world.ea
    keys = [None, "", "made.up.key", ea.api_key[:-1] + "_", ea.make_key(age=timedelta(days=190))]
    path = f"/v3/enrollments/{ea.enrollment}/usagedetails"
    assert [(401, "401")] * 5 == [ea_error(browser.get(path, key)) for key in keys]


def test_a_key_may_be_too_small_for_a_report(browser: Browser) -> None:
    """An account owner's key reads usage but no balance."""
    key = browser.sim.world.ea.make_key("AccountOwner")
    refused = browser.ea("balancesummary", key=key)
    assert (401, "401") == ea_error(refused)
    assert "Report Type: BalanceSummary, Report View: AccountOwner" in refused.json()["error"]["message"]
    assert 200 == browser.ea("usagedetails", key=key).status_code


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v3/enrollments/123/usagedetails", 404),
        ("/v3/enrollments/abc/usagedetails", 400),
        ("/v4/enrollments/{0}/usagedetails", 404),
        ("/v3/enrollments/{0}/billingperiods", 404),
        ("/v3/enrollments/{0}/nonsense", 404),
        ("/v3/enrollments/{0}/billingPeriods/202613/usagedetails", 400),
        ("/v3/enrollments/{0}/billingPeriods/2026-1/usagedetails", 400),
        ("/v3/enrollments/{0}/billingPeriods/202701/usagedetails", 404),
        ("/v3/enrollments/{0}/billingPeriods/201404/balancesummary", 404),
        ("/v3/enrollments/{0}/billingPeriods/202701/balancesummary", 404),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate", 400),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate?startTime=2026-11-01", 400),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate?startTime=20261101&endTime=2026-11-02", 400),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate?startTime=2026-02-30&endTime=2026-11-02", 400),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate?startTime=2026-11-03&endTime=2026-11-02", 400),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate?startTime=2023-11-02&endTime=2026-11-02", 400),
        ("/v3/enrollments/{0}/usagedetailsbycustomdate?startTime=2014-01-01&endTime=2014-02-01", 404),
        ("/v3/enrollments/{0}/usagedetails?skiptoken=nonsense", 400),
    ],
)
def test_what_does_not_exist_or_make_sense_is_refused(browser: Browser, path: str, status: int) -> None:
    """404 for what is not there, 400 for what cannot be; the code is the status as text."""
    ea = browser.sim.world.ea
    assert (status, str(status)) == ea_error(browser.get(path.format(ea.enrollment), ea.api_key))


def test_no_rows_can_be_400_as_well(browser: Browser) -> None:
    """Both statuses are documented for a range without data."""
    browser.sim.switches.ea_no_rows = 400
    assert (400, "400") == ea_error(browser.ea("billingPeriods/202701/usagedetails"))
