"""Publishing one family of 50 on a page of 100,000 series, against rendering all of them."""

from dataclasses import replace

from bench.pages import collection, fastest, job, ratio, rendered, samples
from exporter.model.collection import Collection
from exporter.runtime.store import SnapshotStore

FAMILIES, SERIES = 50, 2_000
ROUNDS = 9
LIMIT = 0.1


def _changed(first: Collection, number: int) -> Collection:
    """A collection with other amounts in one family."""
    changed = list(first.samples)[FAMILIES // 2]
    return replace(first, samples={**first.samples, changed: samples(SERIES, FAMILIES // 2, number)})


def main() -> None:
    """Measure and print."""
    only = job("account", FAMILIES)
    first = collection(only, SERIES)
    store = SnapshotStore()
    store.publish(only, first)
    # As after a run: the samples of unchanged families are the published ones.
    following = [_changed(first, number) for number in range(1, ROUNDS + 1)]
    rendering, publishing_all, publishing = fastest(
        ROUNDS,
        lambda: rendered(only, first),
        lambda: SnapshotStore().publish(only, first),
        lambda: store.publish(only, following.pop()),
    )
    page = store.current.page
    print(
        f"{FAMILIES * SERIES} series, {page.size / 1e6:.1f} MB, gzip {page.deflated.length / 1e6:.1f} MB: "
        f"rendering {rendering * 1e3:.0f} ms, publishing all {publishing_all * 1e3:.0f} ms, "
        f"one of {FAMILIES} families {publishing * 1e3:.1f} ms of CPU time"
    )
    ratio("publishing one family, to rendering all", publishing / rendering, LIMIT)


if __name__ == "__main__":
    main()
