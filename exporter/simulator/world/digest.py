"""Numbers and object ids from words, faster than a seeded generator: for entries that are made by the million."""

from hashlib import blake2b


def digest(*words: object) -> int:
    """A number of 128 bits that depends on `words` alone."""
    return int.from_bytes(blake2b("/".join(map(str, words)).encode(), digest_size=16).digest())


def object_id(*words: object) -> str:
    """An object id in the form of a version 4 UUID that depends on `words` alone."""
    text = f"{digest(*words):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
