"""Links of Microsoft Graph at rest: their opaque parts can hold ids and names of users."""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from exporter.errors import Reason, Transient
from exporter.storage import replace


class SealedLinks:
    """Encrypts links with a key in a file of its own (0600), which is created when it is first needed."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def sealed(self, link: str) -> str:
        """The encrypted link; raises `Transient` if the key can't be stored."""
        return self._cipher().encrypt(link.encode()).decode()

    def opened(self, text: str) -> str | None:
        """The link; None if it was not encrypted with this key."""
        try:
            return self._cipher().decrypt(text).decode()
        except InvalidToken:
            return None

    def _cipher(self) -> Fernet:
        try:
            if not self._key_file.exists():
                replace(self._key_file, Fernet.generate_key())
            return Fernet(self._key_file.read_bytes())
        except (OSError, ValueError) as error:
            raise Transient(f"{self._key_file.name}: can't be used: {error}", Reason.STORAGE) from error
