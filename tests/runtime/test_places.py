"""Who may work: limits of runs, and fair turns."""

import threading
from collections import Counter
from datetime import timedelta

from exporter.errors import Failure
from exporter.runtime.job import Job
from exporter.runtime.places import Limits, Waiting
from tests.process import eventually
from tests.runtime.collectors import Canned, Other, job
from tests.runtime.schedulers import Held, scheduler, started


def test_only_so_many_runs_work_at_once_and_accounts_take_turns() -> None:
    """Of one account, of all of one API, and in all; what is over makes place for the account that waits longest."""
    jobs = [Job("api", account, kind(), timedelta(hours=1)) for account in "abcd" for kind in (Canned, Other)]
    held = Held()
    with started(scheduler(held, jobs, Limits(at_once=3, at_once_per_account=1, waiting=1))) as running:
        eventually(lambda: len(held.begun) == 3, "three runs")
        assert 3 == running.working
        assert 3 == len({job.account for job in held.begun})
        held.go_on.set()
        eventually(lambda: len(held.begun) == 8, "all runs")
        assert {"a": 2, "b": 2, "c": 2, "d": 2} == Counter(job.account for job in held.begun)
        assert len({job.account for job in held.begun[:4]}) >= 3


def test_an_api_that_hangs_leaves_places_to_others() -> None:
    """However many of its accounts are due."""
    hanging = [Job("slow", str(number), Canned(), timedelta(hours=1)) for number in range(20)]
    others = [Job("quick", str(number), Canned(), timedelta(hours=1)) for number in range(20)]
    go_on, done = threading.Event(), threading.Event()
    quick: list[Job] = []

    def run(job: Job) -> Failure | None:
        if job.api == "slow":
            assert go_on.wait(30)
            return None
        quick.append(job)
        if len(quick) == 20:
            done.set()
        return None

    with started(scheduler(run, [*hanging, *others], Limits(at_once=4))):
        assert done.wait(30)
        go_on.set()


def test_a_run_that_only_waits_gives_its_place_to_another() -> None:
    """And gets one again; all waits in the middle of a run are waits of its stop."""
    first, second = job("a"), job("b")
    entered, begun = threading.Event(), threading.Event()
    stops: list[Waiting] = []
    order: list[str] = []

    def run(job: Job) -> Failure | None:
        if job is first:
            entered.set()
            stops[0].wait(30)
            order.append("a goes on")
        else:
            assert entered.wait(30)
            order.append("b")
            begun.set()
        return None

    found = scheduler(run, [first, second], Limits(at_once=1))
    stops.append(Waiting(found.released))
    with started(found):
        assert begun.wait(30)
        stops[0].set()
        eventually(lambda: len(order) == 2, "both runs")
    assert ["b", "a goes on"] == order


def test_the_threads_of_waiting_runs_are_bounded() -> None:
    """A service that prepares all its reports for hours does not fill the process with threads."""
    jobs = [job(str(number)) for number in range(20)]
    begun: list[Job] = []
    stops: list[Waiting] = []

    def run(job: Job) -> Failure | None:
        begun.append(job)
        stops[0].wait(30)
        return None

    found = scheduler(run, jobs, Limits(at_once=2, waiting=3))
    stops.append(Waiting(found.released))
    with started(found):
        eventually(lambda: len(begun) == 5, "as many runs as are allowed")
        assert 0 <= found.working <= 2
        stops[0].set()
        eventually(lambda: len(begun) == 20, "all runs")
