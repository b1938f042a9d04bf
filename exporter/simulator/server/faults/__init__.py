"""Faults: what can go wrong with an answer, and which requests are affected."""

from exporter.simulator.server.faults.bodies import Gateway, Truncated
from exporter.simulator.server.faults.kinds import Cut, Drip, Drop, Html, Redirect, Slow, Status
from exporter.simulator.server.faults.script import Fault, Faults

__all__ = [
    "Cut",
    "Drip",
    "Drop",
    "Fault",
    "Faults",
    "Gateway",
    "Html",
    "Redirect",
    "Slow",
    "Status",
    "Truncated",
]
