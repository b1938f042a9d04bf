"""Logs in which the events of a sign-in do not share a correlation id: a warning, because nothing can prove it."""

from datetime import timedelta

from exporter.apis.b2c.graph.correlation import REMEMBERED, Correlation
from tests.apis.graph_log import ACCESS, CODE, EXCHANGE, PORTAL, TOKEN, LogService, LogTenant, entry, logins
from tests.harness import NOON

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
WARNING = (
    "of the authentications look like a part of another one of the same user within 10 seconds: this log may give each "
    "event of a sign-in its own correlation id, and the counts may be too high: compare them with the invoice"
)


def record(log: LogService, *activities: str, apart: timedelta = SECOND, shared: bool = False, first: int = 0) -> None:
    """Twelve sign-ins of different users, each with one event of each activity."""
    for number in range(first, first + 12):
        for step, activity in enumerate(activities):
            sign_in = f"one-{number}" if shared else f"one-{number}-{step}"
            at = NOON - 2 * HOUR + number * timedelta(minutes=1) + step * apart
            log.record(entry(10 * number + step, at, activity, sign_in=sign_in, user=f"user-{number}"))


def doubted(tenant: LogTenant) -> bool:
    logins(tenant)
    return any(WARNING in text for text in tenant.warnings)


def test_events_with_an_id_each_are_reported(log_tenant: LogTenant, log: LogService) -> None:
    """Also after a restart, until most sign-ins are whole."""
    record(log, CODE, EXCHANGE, ACCESS, TOKEN)
    assert doubted(log_tenant)
    assert f"audit log: 100% {WARNING}" in log_tenant.warnings
    log.now += 2 * HOUR
    assert doubted(log_tenant.restarted())
    log.now += 2 * HOUR
    for number in range(1_000):
        log.record(entry(1_000 + number, NOON + HOUR, user=f"other-{number}"))
    assert not doubted(log_tenant.restarted())


def test_whole_sign_ins_are_not_reported(log_tenant: LogTenant, log: LogService) -> None:
    """With one id for a sign-in, or one for the code and one for its redemption."""
    record(log, CODE, EXCHANGE, ACCESS, TOKEN, shared=True)
    record(log, CODE, EXCHANGE, first=20)
    assert not doubted(log_tenant)


def test_separate_sign_ins_are_not_reported(log_tenant: LogTenant, log: LogService) -> None:
    """Renewals at once, sign-ins after a while or in another application, users that are not known, and few of all."""
    record(log, EXCHANGE, EXCHANGE)
    record(log, TOKEN, EXCHANGE, apart=11 * SECOND, first=20)
    for number in range(20):
        at = NOON - HOUR + number * timedelta(minutes=1)
        log.record(entry(1_000 + number, at), entry(1_100 + number, at, ACCESS, application=PORTAL))
        log.record(entry(1_200 + number, at, ACCESS, user=None), entry(1_300 + number, at, EXCHANGE, user=None))
    log.record(entry(1_400, NOON - 3 * HOUR), entry(1_401, NOON - 3 * HOUR, ACCESS))
    assert not doubted(log_tenant)


def test_old_numbers_fade() -> None:
    """So that a log which changes its ways is noticed."""
    assert Correlation(REMEMBERED * 3, 90).after(()) == Correlation(REMEMBERED * 3 // 4, 22)
