"""Coverage of the exporter alone: measuring the threads of the services that it reads would slow down most."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal, TypeAlias

Event: TypeAlias = Literal["call", "line", "return", "exception", "opcode"]


@dataclass(frozen=True)
class ExporterThreads:
    """Begins to `measure` each thread, except those of services that tests start."""

    measure: Callable[[FrameType, Event, Any], object]

    def __call__(self, frame: FrameType, event: Event, argument: Any) -> Any:
        name = threading.current_thread().name
        if name.startswith("simulator-") or name.endswith("(process_request_thread)"):
            sys.settrace(None)
            return None
        return self.measure(frame, event, argument)


def leave_out_services() -> None:
    """Measure threads that begin from now on as `ExporterThreads`, if there is something that measures."""
    measure = threading.gettrace()
    if measure is not None and not isinstance(measure, ExporterThreads):
        threading.settrace(ExporterThreads(measure))
