"""Divides a page into blocks so that a change of a few lines compresses few of them again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from exporter.runtime.page import KEYS, Block, Page, Part

USUAL, MOST = 1 << 18, 1 << 20
"""Bytes of a block of several parts, on average and at most; a part of `USUAL` bytes is a block of its own."""


class Assembly:
    """Makes page after page, and reuses the blocks of the previous one; not thread-safe.

    The parts of a family are joined first, then small neighbours among these, so that the work for a page grows with
    the number of families and the changed ones' parts, and not with all parts.
    """

    def __init__(self) -> None:
        self._families: dict[str, tuple[Sequence[Part], dict[tuple[Part, ...], Part]]] = {}
        self._blocks: dict[tuple[Part, ...], Block] = {}
        self._page = Page()

    def page(self, families: Mapping[str, Sequence[Part]]) -> Page:
        """A page of these families in this order; an unchanged family is the same object as for the previous page."""
        joined = {name: self._joined(name, parts) for name, parts in families.items()}
        pieces = [piece for _, pieces in joined.values() for piece in pieces.values()]
        blocks = {
            group: self._blocks.get(group) or Block(b"".join(part.plain for part in group)) for group in groups(pieces)
        }
        page = Page(tuple(blocks.values()), families)
        page.prepare(frames=self._page.has_frames)  # zstd is made in advance once a client has accepted it
        self._families, self._blocks, self._page = joined, blocks, page
        return page

    def _joined(self, name: str, parts: Sequence[Part]) -> tuple[Sequence[Part], dict[tuple[Part, ...], Part]]:
        known, pieces = self._families.get(name, ((), {}))
        if known is parts:
            return known, pieces
        return parts, {group: pieces.get(group) or _join(group) for group in groups(parts)}


def groups(parts: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    """Consecutive parts; a change of a part leaves the groups before and after its own as they were.

    For that, whether a group ends after a part depends on this part only, at random with a chance by its size.
    """
    group: list[Part] = []
    total = 0
    for part in parts:
        size = len(part.plain)
        if group and (size >= USUAL or total + size > MOST):
            yield tuple(group)
            group, total = [], 0
        group.append(part)
        total += size
        if part.key * USUAL < size * KEYS:
            yield tuple(group)
            group, total = [], 0
    if group:
        yield tuple(group)


def _join(group: tuple[Part, ...]) -> Part:
    return group[0] if len(group) == 1 else Part(b"".join(part.plain for part in group), group[-1].key)
