"""The section `tls_server_config`: certificates, which clients are admitted, and what TLS may use."""

import ipaddress
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, model_validator

from exporter.apis.fields import FilePath, invalid
from exporter.apis.settings import Section
from exporter.errors import ConfigError
from exporter.web.suites import CURVES, SUITES

Version = Literal["TLS10", "TLS11", "TLS12", "TLS13"]
VERSIONS = {
    "TLS10": ssl.TLSVersion.TLSv1,
    "TLS11": ssl.TLSVersion.TLSv1_1,
    "TLS12": ssl.TLSVersion.TLSv1_2,
    "TLS13": ssl.TLSVersion.TLSv1_3,
}
VERIFY = {
    "": ssl.CERT_NONE,
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")


def _beside(path: Path, info: ValidationInfo) -> Path:
    return info.context / path if isinstance(info.context, Path) else path


def _suite(name: str) -> str:
    if name not in SUITES:
        raise invalid(f"unknown cipher suite {name[:100]!r}")
    return name


def _client_auth(name: str) -> str:
    if name in UNVERIFIED:
        raise invalid("accepts any certificate; use RequireAndVerifyClientCert or VerifyClientCertIfGiven")
    if name not in VERIFY:
        raise invalid("must be NoClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert")
    return name


def _curve(name: str) -> str:
    if name not in CURVES:
        raise invalid(f"must be {', '.join(CURVES)}")
    return name


Beside = Annotated[FilePath, AfterValidator(_beside)]


class TlsServerConfig(Section):
    """The keys of the section; a certificate is a file, or text in the PEM format."""

    cert: str | None = None
    key: SecretStr | None = None
    client_ca: str | None = None
    cert_file: Beside | None = None
    key_file: Beside | None = None
    client_ca_file: Beside | None = None
    client_auth_type: Annotated[str, AfterValidator(_client_auth)] = "NoClientCert"
    client_allowed_sans: list[str] | None = None
    min_version: Version = "TLS12"
    max_version: Version = "TLS13"
    cipher_suites: list[Annotated[str, AfterValidator(_suite)]] = Field(default_factory=list)
    prefer_server_cipher_suites: bool = True
    curve_preferences: list[Annotated[str, AfterValidator(_curve)]] = Field(default_factory=list, max_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for one, other in (("cert", "cert_file"), ("key", "key_file"), ("client_ca", "client_ca_file")):
            given = [name for name in (one, other) if dict(self)[name] is not None]
            if len(given) == 2:
                raise invalid(f"{one} and {other} are both set; remove one")
            if not given and one != "client_ca":
                raise invalid(f"{one} or {other} is required; without TLS, remove the section")
        verify, has_ca = VERIFY[self.client_auth_type], self.client_ca is not None or self.client_ca_file is not None
        if has_ca is not (verify is not ssl.CERT_NONE):
            raise invalid("client_auth_type and client_ca_file are only valid together")
        if self.client_allowed_sans is not None and verify is not ssl.CERT_REQUIRED:
            raise invalid("client_allowed_sans requires client_auth_type: RequireAndVerifyClientCert")
        if VERSIONS[self.min_version] > VERSIONS[self.max_version]:
            raise invalid("min_version is above max_version")
        return self

    def files(self) -> Iterator[Path]:
        """The files with certificates and keys."""
        yield from (path for path in (self.cert_file, self.key_file, self.client_ca_file) if path is not None)


@dataclass(frozen=True)
class Tls:
    """How a connection is secured, and which certificates of clients are admitted; None for all that are valid."""

    context: ssl.SSLContext
    allowed_sans: frozenset[str] | None

    def admits(self, connection: ssl.SSLObject) -> bool:
        """Whether the client's certificate has an allowed name, if names are required."""
        certificate = connection.getpeercert() or {}
        names = {_name(*map(str, each)) for each in certificate.get("subjectAltName", ())}
        return self.allowed_sans is None or bool(names & self.allowed_sans)


def _name(kind: str, value: str) -> str:
    """A name as Go formats it: an IPv6 address is shortened."""
    try:
        return str(ipaddress.ip_address(value.strip())) if kind == "IP Address" else value
    except ValueError:
        return value


def tls(config: TlsServerConfig) -> Tls:
    """The context of new connections; reads the files. Raises `ConfigError` with the key and what is wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = VERSIONS[config.min_version], VERSIONS[config.max_version]
    context.verify_mode = VERIFY[config.client_auth_type]
    context.set_alpn_protocols(["http/1.1"])
    if not config.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    names = [SUITES[name] for name in config.cipher_suites if SUITES[name]]
    if names:
        context.set_ciphers(":".join(names))
    for curve in config.curve_preferences:
        context.set_ecdh_curve(CURVES[curve])
    with tempfile.TemporaryDirectory(prefix="azure-billing-exporter-") as directory:
        certificate = _file("cert", config.cert, config.cert_file, Path(directory))
        inline = config.key.get_secret_value() if config.key else None
        key = _file("key", inline, config.key_file, Path(directory))
        try:
            context.load_cert_chain(certificate, key, password=lambda: b"")
        except ssl.SSLError as error:
            raise ConfigError([_mismatch(config, error)]) from error
        if context.verify_mode is not ssl.CERT_NONE:
            authorities = _file("client_ca", config.client_ca, config.client_ca_file, Path(directory))
            try:
                context.load_verify_locations(authorities)
            except ssl.SSLError as error:
                raise ConfigError(["client_ca_file: has no certificate in the PEM format"]) from error
    allowed = config.client_allowed_sans
    return Tls(context, None if allowed is None else frozenset(allowed))


def _mismatch(config: TlsServerConfig, error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{'key_file' if config.key_file else 'key'}: is not the key of the certificate"
    return f"{'cert_file' if config.cert_file else 'cert'}: the certificate or its key is not valid PEM, or encrypted"


def _file(name: str, text: str | None, path: Path | None, directory: Path) -> Path:
    """The file itself, or one that has the text: OpenSSL reads files only. Raises `ConfigError`."""
    if path is None:
        path = directory / name
        path.touch(0o600)
        path.write_text(text or "")
        return path
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise ConfigError([f"{name}_file: {path}: {error.strerror}"]) from error
