"""The bytes of a response."""

import gzip
import zlib
from collections.abc import Sequence

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.runtime import page as pages
from exporter.runtime.assembly import MOST, USUAL, Assembly, groups
from exporter.runtime.page import BUFFER, KEYS, Block, Page, Part

GZIP = zlib.MAX_WBITS + 16
texts = st.lists(st.binary(max_size=3000) | st.sampled_from([b"x" * BUFFER, bytes(range(256)) * 300]), max_size=5)


def page(contents: Sequence[bytes]) -> Page:
    return Page([Block(text) for text in contents])


def decoded(*together: Page) -> tuple[bytes, bytes, bytes]:
    """The body in all codings; gzip must be one member, which a single call of zlib's inflate reads."""
    compressed = pages.gzip(*together)
    one_member = zlib.decompressobj(GZIP)
    inflated = one_member.decompress(bytes(compressed))
    assert (True, b"", inflated) == (one_member.eof, one_member.unused_data, gzip.decompress(bytes(compressed)))
    frames, plain = pages.zstd(*together), pages.plain(*together)
    for body in (compressed, frames, plain):
        assert len(bytes(body)) == body.length
    reader = zstandard.ZstdDecompressor().stream_reader(bytes(frames), read_across_frames=True)
    return inflated, reader.read(), bytes(plain)


@settings(deadline=None, max_examples=50)
@given(texts, texts)
def test_every_coding_has_all_lines(published: list[bytes], own: list[bytes]) -> None:
    """Several gzip members would be valid, but curl fails on them and Chromium shows only the first."""
    expected = b"".join(published + own)
    assert (expected, expected, expected) == decoded(page(published), page(own))


def test_a_window_of_zstd_is_small_enough_for_http() -> None:
    """RFC 9659 allows 8 MB, also for a block that is larger."""
    frame = Block(b'cost{who="x"} 1\n' * 700_000).frame
    assert zstandard.get_frame_parameters(frame).window_size <= 8 << 20


def test_large_pieces_are_not_copied() -> None:
    """All pages share them; small ones are joined, as each is a write to a connection."""
    large = b"x" * BUFFER
    pieces = page([b"a", b"b", large, b"c"]).plain.pieces
    assert [b"ab", large, b"c"] == list(pieces)
    assert pieces[1] is large


sizes = st.sampled_from([1, 100, USUAL // 8, USUAL - 1, USUAL, MOST + 1])
changes = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), sizes | st.just(0)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=50)
@given(changes)
def test_any_sequence_of_pages_is_as_if_made_anew(sequence: list[tuple[int, int, int]]) -> None:
    """Blocks that are used again are those of unchanged lines."""
    assembly = Assembly()
    families: dict[str, tuple[Part, ...]] = {}
    for number, (family, place, size) in enumerate(sequence):
        parts = {part.key: part for part in families.get(str(family), ())} | {
            place * KEYS // 10: Part(b"%d" % number * size, place * KEYS // 10)
        }
        families[str(family)] = tuple(parts[key] for key in sorted(parts) if parts[key].plain)
        found = assembly.page(dict(sorted(families.items())))
        expected = b"".join(part.plain for name in sorted(families) for part in families[name])
        assert (expected, expected, expected) == decoded(found)


def test_a_changed_part_leaves_the_other_blocks() -> None:
    """Publishing a job must not compress the page again."""
    assembly = Assembly()
    parts = tuple(Part(b"%04d" % number * 2_500, number * 2654435761 % KEYS) for number in range(1000))
    before = assembly.page({"cost": parts, "users": (Part(b"users", 1),)})
    grown = Part(b"grown" * 9_000, parts[100].key)
    after = assembly.page({"cost": (*parts[:100], grown, *parts[101:]), "users": (Part(b"users", 1),)})
    again = len(after.blocks) - len(set(before.blocks) & set(after.blocks))
    assert len(after.blocks) > 15
    assert again <= 3


def test_zstd_is_made_in_advance_once_a_client_has_accepted_it() -> None:
    """No client of an exporter that only Prometheus reads does."""
    assembly = Assembly()
    first = assembly.page({"a": (Part(b"1", 0),)})
    second = assembly.page({"a": (Part(b"2", 0),)})
    assert (False, False) == (first.has_frames, second.has_frames)
    pages.zstd(second)
    assert assembly.page({"a": (Part(b"3", 0),)}).has_frames


@settings(deadline=None, max_examples=50)
@given(st.lists(st.builds(Part, sizes.map(lambda size: b"x" * size), st.integers(0, KEYS - 1)), max_size=20))
def test_groups_are_consecutive(parts: list[Part]) -> None:
    """Every part is in one of them, and large ones are alone."""
    found = list(groups(parts))
    assert parts == [part for group in found for part in group]
    assert all(len(group) == 1 for group in found if any(len(part.plain) >= USUAL for part in group))
