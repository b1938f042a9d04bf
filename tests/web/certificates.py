"""Certificates of an authority of the tests, and files of `--web.config.file`."""

import ssl
from pathlib import Path

import trustme

ALICE = "$2b$04$FDN1kMOl6xuzJfzlst.bR.Kz6/NtVLKzGUFW8NINsdN9mqL/WHw4u"
"""The bcrypt hash of the password wonderland."""


class Authority:
    """An authority whose files are in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._ca = trustme.CA()
        self._directory = directory
        self._ca.cert_pem.write_to_path(directory / "ca.pem")

    def issue(self, name: str, *identities: str) -> None:
        """Write `<name>.pem` and `<name>.key` for the identities."""
        issued = self._ca.issue_cert(*identities)
        # The pair is exchanged in two steps, as by tools that renew certificates.
        (self._directory / f"{name}.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(self._directory / f"{name}.key")

    def client(self, certificate: str = "", version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """A client that trusts the authority, with a certificate that was issued."""
        context = ssl.create_default_context(cafile=self._directory / "ca.pem")
        if certificate:
            context.load_cert_chain(self._directory / f"{certificate}.pem", self._directory / f"{certificate}.key")
        if version:
            context.maximum_version = context.minimum_version = version
        return context
