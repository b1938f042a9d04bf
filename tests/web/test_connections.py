"""Which connections are closed, and when."""

import resource

import pytest

from exporter.web.connections import Connected, Connections, State, limit


class Transport:
    """A transport with some unsent bytes."""

    def __init__(self) -> None:
        self.unsent = 0
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def get_write_buffer_size(self) -> int:
        return self.unsent


def opened(connections: Connections, transport: Transport) -> Connected | None:
    """Admit a connection with this transport."""
    connected = connections.opened(transport.abort)
    if connected:
        connected.unsent = transport.get_write_buffer_size
    return connected


class Now:
    """Seconds of a clock."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(("state", "seconds"), [(State.IDLE, 120), (State.READING, 10)])
def test_a_connection_that_sends_nothing_is_closed(state: State, seconds: float) -> None:
    """After the time for its state, and not before."""
    now, transport = Now(), Transport()
    connections = Connections(10, now)
    connected = opened(connections, transport)
    assert connected is not None
    connections.enter(connected, state)
    now.seconds += seconds
    connections.check()
    assert not transport.aborted
    now.seconds += 1
    connections.check()
    assert (True, 0) == (transport.aborted, len(connections))


def test_a_response_that_is_not_read_is_aborted() -> None:
    """30 s after the last byte was taken; one that is being made, such as a reload, is not.

    The rest of a response counts, too, although the server has added its last bytes.
    """
    now, reading, stalled, waiting, rest = Now(), Transport(), Transport(), Transport(), Transport()
    connections = Connections(10, now)
    for transport in (reading, stalled, waiting, rest):
        connected = opened(connections, transport)
        assert connected is not None
        connections.enter(connected, State.IDLE if transport is rest else State.RESPONDING)
    stalled.unsent = rest.unsent = 5
    for second in range(32):
        reading.unsent = 1000 - second
        connections.check()
        now.seconds += 1
    assert [False, True, False, True] == [each.aborted for each in (reading, stalled, waiting, rest)]


def test_at_the_limit_the_longest_idle_connection_is_replaced() -> None:
    """Then the one whose response stalls for longest; one that is being read stays, and the new one is refused."""
    now, transports = Now(), [Transport() for _ in range(6)]
    connections = Connections(2, now)
    first, second = (opened(connections, transport) for transport in transports[:2])
    assert first is not None
    assert second is not None
    connections.enter(second, State.IDLE)
    now.seconds += 1
    connections.enter(first, State.RESPONDING)
    now.seconds += 0.5
    third = opened(connections, transports[2])
    assert third is not None
    connections.enter(third, State.RESPONDING)
    assert opened(connections, transports[3]) is None
    now.seconds += 3
    assert opened(connections, transports[4]) is not None
    assert [True, True, False, False, False] == [each.aborted for each in transports[:5]]


def test_the_limit_leaves_descriptors_for_files() -> None:
    """It is below the limit of open files."""
    assert 8 <= limit() <= 4096
    assert limit(10**6) < resource.getrlimit(resource.RLIMIT_NOFILE)[0]
