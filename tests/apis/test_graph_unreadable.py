"""Entries of the audit log that are not in the documented form: what still counts, and what makes a day unknown."""

import json
from datetime import timedelta

import pytest

from exporter.apis.b2c.records import DailyMfaRequests
from exporter.errors import Malformed
from tests.apis.graph_log import SMS, TOKEN, Entry, LogService, LogTenant, entry, logins
from tests.harness import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY, YESTERDAY = NOON.date(), NOON.date() - DAY
THEN = NOON - DAY
BROKEN = {"id": {"user": "uuuu-broken"}}
OTHERS = "Verify phone number"


def changed(number: int = 1, activity: str = TOKEN, *without: str, **fields: object) -> Entry:
    """An entry of yesterday with other properties."""
    found = entry(number, THEN, activity) | fields
    return {name: value for name, value in found.items() if name not in without}


@pytest.mark.parametrize(
    "value",
    [
        changed(1, OTHERS, id=BROKEN, correlationId=7, targetResources=3, additionalDetails="none", result=None),
        changed(1, OTHERS, "activityDateTime"),
        changed(1, OTHERS, activityDateTime=None),
        changed(loggedByService="Core Directory", id=[], activityDateTime=0),
        changed(activityDisplayName=None, category="UserManagement", id=12),
        changed(result="failure", activityDateTime=False),
        changed(result=None, correlationId=BROKEN),
        None,
        "an entry",
        7,
    ],
)
def test_what_cannot_count_is_no_reason_to_doubt_a_day(log_tenant: LogTenant, log: LogService, value: object) -> None:
    """Another activity, service or category, a failed sign-in, and what is no entry, whatever else is in it."""
    log.record_value(value, THEN)
    log.record(entry(2, THEN))
    assert logins(log_tenant)[YESTERDAY] == {"B2C_1_signin": 1}
    ignored = "audit log: a page has values that are not entries, such as null; they were ignored"
    assert (ignored in log_tenant.warnings) == (not isinstance(value, dict))
    assert not any("can't be read" in text for text in log_tenant.warnings)


DETAILS = entry(1, THEN)["additionalDetails"]


@pytest.mark.parametrize(
    "value",
    [
        changed(id=4984536),
        changed(id=BROKEN),
        changed(correlationId=12),
        changed(loggedByService=[]),
        changed(category=1, resultReason=BROKEN, initiatedBy="x"),
        changed(additionalDetails=[None, {"key": None, "value": "x"}, {"value": 1}, "x", *DETAILS]),
        changed(additionalDetails=[{"key": "Client", "value": BROKEN}, {"key": 1.5}, *DETAILS]),
        changed(targetResources=[None, {"id": "uuuu-anna"}, 5][:2]),
        changed(targetResources=[{"id": "uuuu-anna"}, {"id": 5}]),
        changed(targetResources=None),
    ],
)
def test_what_is_counted_is_enough(log_tenant: LogTenant, log: LogService, value: Entry) -> None:
    """An entry counts if what is counted can be read, and so does its flow."""
    log.record_value(value, THEN)
    log.record(entry(2, THEN))
    assert logins(log_tenant)[YESTERDAY] == {"B2C_1_signin": 2}


def test_text_that_is_not_utf_8_is_no_reason_either(log_tenant: LogTenant, log: LogService) -> None:
    """In a property that does not count, such as the name of a browser, also as half of a surrogate pair."""
    strange = changed(additionalDetails=[{"key": "Client", "value": "\ud800"}, *DETAILS])
    log.record(strange, entry(2, THEN))
    assert logins(log_tenant)[YESTERDAY] == {"B2C_1_signin": 2}
    content = json.dumps({"value": [changed(3, additionalDetails=[{"key": "Client", "value": "?!"}, *DETAILS])]})
    log.refuse = lambda number: (200, content.encode().replace(b"?!", b"\xff\xc0"))
    log.now += HOUR
    assert logins(log_tenant.restarted())[YESTERDAY] == {"B2C_1_signin": 3}


def test_an_attempt_has_the_id_of_its_entry(log_tenant: LogTenant, log: LogService) -> None:
    """Also if that is a number; its result and its correlation id do not matter."""
    sms = changed(1, SMS, id=17, result=BROKEN, correlationId=BROKEN)
    log.record(sms, sms, changed(2, SMS, id=18))
    assert log_tenant.daily(DailyMfaRequests)[YESTERDAY] == {"SmsMfa": 2}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (changed(1, TOKEN, "activityDisplayName"), "its activityDisplayName is not a text"),
        (changed(activityDisplayName=5), "its activityDisplayName is not a text"),
        (changed(1, TOKEN, "activityDateTime"), "its activityDateTime is not a text"),
        (changed(activityDateTime="yesterday"), "its activityDateTime is not a date and time"),
        (changed(correlationId=BROKEN), "its correlationId is not a text"),
        (changed(result=1), "its result is not a text"),
        (changed(targetResources=[BROKEN]), "the id of its targetResources is not a text"),
        (changed(targetResources="uuuu-broken"), "its targetResources are not a list of objects"),
        (changed(additionalDetails="uuuu-broken"), "its additionalDetails are not a list"),
    ],
)
def test_what_may_be_a_sign_in_makes_its_day_unknown(
    log_tenant: LogTenant, log: LogService, value: Entry, why: str
) -> None:
    """And no other day; one warning says why, without personal data."""
    log.record_value(value, THEN)
    log.record(entry(2, THEN), entry(3, NOON - HOUR), entry(4, THEN - DAY))
    found = logins(log_tenant)
    assert (found[YESTERDAY - DAY], found[YESTERDAY], found[TODAY]) == ({"B2C_1_signin": 1}, None, {"B2C_1_signin": 1})
    (warning,) = log_tenant.warnings
    assert warning.startswith(f"audit log: an entry of 2026-11-19 in the audit log can't be read: {why}: ")
    assert "uuuu" not in warning


def test_an_entry_that_is_outside_of_the_filter_is_ignored(log_tenant: LogTenant, log: LogService) -> None:
    """Unreadable or not: the service should not have sent it, and its day may be final."""
    logins(log_tenant)
    log.record_value(changed(activityDateTime="2026-11-02T00:00:00Z", correlationId=BROKEN), THEN)
    log.record_value(changed(activityDateTime="2031-01-01T00:00:00Z", correlationId=BROKEN), THEN)
    log.now += HOUR
    assert logins(log_tenant)[YESTERDAY] == {}
    assert not any("can't be read" in text for text in log_tenant.warnings)


def test_a_day_that_can_be_read_later_is_known(log_tenant: LogTenant, log: LogService) -> None:
    """When it is read once more before it is final."""
    log.record_value(changed(correlationId=BROKEN), THEN)
    assert logins(log_tenant)[YESTERDAY] is None
    log.recorded.clear()
    log.record(entry(1, THEN))
    log.now += DAY
    assert logins(log_tenant)[YESTERDAY] == {"B2C_1_signin": 1}


def test_a_page_without_any_entry_is_malformed(log_tenant: LogTenant, log: LogService) -> None:
    """Nothing says that its entries did not count."""
    log.record_value(None, THEN)
    log.record_value("uuuu-anna", THEN)
    with pytest.raises(Malformed, match="audit log: a page has 2 values, none of which is an entry") as caught:
        logins(log_tenant)
    assert "uuuu" not in str(caught.value)
