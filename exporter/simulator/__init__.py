"""Microsoft's side, from the documentation alone: a company to bill, and services that report on it."""

from exporter.simulator.simulator import Simulator

__all__ = ["Simulator"]
