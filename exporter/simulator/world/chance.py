"""Random numbers that are the same for the same words, on every machine."""

import random
import uuid


def chance(*words: object) -> random.Random:
    """A random number generator seeded with `words` alone."""
    return random.Random("/".join(map(str, words)))


def guid(*words: object) -> str:
    """A version 4 UUID (RFC 9562) that depends on `words` alone."""
    return str(uuid.UUID(int=chance("guid", *words).getrandbits(128), version=4))


def secret(*words: object, length: int = 40) -> str:
    """A simulated credential in the characters that the login service uses."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~._-"
    return "".join(chance("secret", *words).choices(alphabet, k=length))
