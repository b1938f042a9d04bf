"""The samples of billing periods in the order of time, with markers where series end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from exporter.backfill.instants import Instants
from exporter.backfill.openmetrics import Target, merged
from exporter.backfill.remote_write import messages
from exporter.model.periods import Days

ByDay = Mapping[date, Sequence[tuple[bytes, bytes]]]
"""Labels and value of the series of each day, encoded."""


@dataclass
class Timeline:
    """Encodes the samples of one period after another; remembers which series the last day had."""

    instants: Instants
    target: Target
    _active: dict[bytes, None] = field(default_factory=dict)
    _last: date | None = None

    def skip(self, by_day: ByDay) -> None:
        """A period that was sent before."""
        for day, found in by_day.items():
            self._active, self._last = dict.fromkeys(labels for labels, _ in found), day

    def samples(self, by_day: ByDay) -> Iterator[bytes]:
        """One series with one sample each, in the order of time."""
        for day, found in by_day.items():
            stamps = self.instants.of(day)
            now = dict.fromkeys(labels for labels, _ in found)
            yield from self._ended(now)
            for instant in stamps:
                time = messages.time(instant)
                yield from (messages.series(labels, value, time) for labels, value in found)
            self._active, self._last = now, day

    def end(self) -> Iterator[bytes]:
        """Markers for all series, after the last day."""
        yield from self._ended({})
        self._active = {}

    def _ended(self, now: Mapping[bytes, None]) -> Iterator[bytes]:
        """A marker at the end of a day for each series that is not among those of the next one."""
        if self._last:
            time = messages.time(self.instants.marker(self._last))
            yield from (messages.series(labels, messages.STALE, time) for labels in self._active if labels not in now)

    def by_day(self, paths: Sequence[Path], days: Days) -> ByDay:
        """The series of a billing period by its days: memory is bounded by the series of one period."""
        found: dict[date, list[tuple[bytes, bytes]]] = {}
        for family, values, start, names, amounts in merged(paths, days):
            pairs = zip(names, values, strict=True)
            labels = messages.labels([("__name__", family), *self.target, *pairs])
            for place, amount in enumerate(amounts):
                if amount is not None:
                    day = date.fromordinal(start.toordinal() + place)
                    found.setdefault(day, []).append((labels, messages.value(amount)))
        return dict(sorted(found.items()))
