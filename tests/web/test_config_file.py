"""The file of `--web.config.file`: what is valid, and the message for what is not."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.errors import ConfigError
from exporter.web.config_file import ConfigFile, load
from tests.web.certificates import ALICE, Authority

ROOT = Path(__file__).parents[2]
TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping with keys such as tls_server_config or basic_auth_users"),
        ("colour: red", "colour: unknown key"),
        ("basic_auth_user: {}", "basic_auth_user: unknown key; did you mean 'basic_auth_users'?"),
        ("basic_auth_users: {alice: wonderland}", "basic_auth_users.alice: must be a bcrypt hash such as htpasswd -nB"),
        ("http_server_config: {headers: {X-Other: a}}", "http_server_config.headers: X-Other can't be set; known are"),
        ("http_server_config: {headers: {X-Frame-Options: no}}", "http_server_config.headers.X-Frame-Options: must be"),
        (
            "http_server_config: {headers: {X-Frame-Options: never}}",
            "http_server_config.headers: X-Frame-Options must be deny or sameorigin",
        ),
        ('http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb"}}', "must be printable ASCII text"),
        ("rate_limit: {interval: 1s}", "rate_limit: burst must be at least 1"),
        ("rate_limit: {interval: soon, burst: 1}", "rate_limit.interval: must be a duration such as 30s"),
        ("tls_server_config: {}", "tls_server_config: cert or cert_file is required; without TLS, remove the section"),
        ("tls_server_config: {cert_file: server.pem}", "tls_server_config: key or key_file is required"),
        (f"{TLS}, key: a}}", "tls_server_config: key and key_file are both set; remove one"),
        (f"{TLS}, client_auth_type: Always}}", "tls_server_config.client_auth_type: must be NoClientCert"),
        (
            f"{TLS}, client_auth_type: RequestClientCert}}",
            "tls_server_config.client_auth_type: accepts any cert",
        ),
        (f"{TLS}, client_ca_file: ca.pem}}", "client_auth_type and client_ca_file are only valid together"),
        (f"{TLS}, client_auth_type: VerifyClientCertIfGiven}}", "client_auth_type and client_ca_file are only valid"),
        (f"{TLS}, client_allowed_sans: [a]}}", "client_allowed_sans requires client_auth_type"),
        (f"{TLS}, min_version: SSL30}}", "tls_server_config.min_version: must be 'TLS10'"),
        (f"{TLS}, min_version: TLS13, max_version: TLS12}}", "tls_server_config: min_version is above max_version"),
        (f"{TLS}, cipher_suites: [NULL-MD5]}}", "tls_server_config.cipher_suites[0]: unknown cipher suite 'NULL-MD5'"),
        (f"{TLS}, curve_preferences: [P256]}}", "tls_server_config.curve_preferences[0]: must be CurveP256"),
        (f"{TLS}, curve_preferences: [X25519, CurveP256]}}", "curve_preferences: must have at most 1 entry"),
        ("tls_server_config: {cert_file: none, key_file: server.key}", "cert_file: {tmp}/none: No such file"),
        (
            "tls_server_config: {cert_file: server.key, key_file: server.key}",
            "cert_file: the certificate or its",
        ),
        ("tls_server_config: {cert_file: server.pem, key_file: other.key}", "key_file: is not the key of the cert"),
    ],
)
def test_an_invalid_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    """It begins with the file, and quotes no secret."""
    authority = Authority(tmp_path)
    authority.issue("server", "localhost")
    authority.issue("other", "localhost")
    file = tmp_path / "web.yml"
    file.write_text(text)
    with pytest.raises(ConfigError) as raised:
        ConfigFile(file)
    (error,) = raised.value.errors
    assert error.startswith(f"{file}: ")
    assert message.replace("{tmp}", str(tmp_path)) in error
    assert "wonderland" not in error


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        f"basic_auth_users: {{alice: {ALICE}}}",
        "http_server_config: {http2: false, headers: {X-XSS-Protection: ''}}",
        f"{TLS}, client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.pem}}",
        f"{TLS}, min_version: TLS13, cipher_suites: [TLS_AES_128_GCM_SHA256], prefer_server_cipher_suites: false}}",
    ],
)
def test_a_valid_file_is_valid_for_promtool(tmp_path: Path, tool: Callable[[str], str], text: str) -> None:
    """Which checks it with the exporter toolkit."""
    Authority(tmp_path).issue("server", "localhost")
    file = tmp_path / "web.yml"
    file.write_text(text)
    ConfigFile(file)
    assert_valid(tool("promtool"), file)


def assert_valid(promtool: str, file: Path) -> None:
    """Check the file with promtool."""
    done = subprocess.run([promtool, "check", "web-config", str(file)], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr


def test_the_example_is_valid(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """For the exporter, and for promtool."""
    text = (ROOT / "web-config.example.yml").read_text()
    assert load(ROOT / "web-config.example.yml").basic_auth_users.keys() == {"prometheus"}
    authority = Authority(tmp_path)
    authority.issue("server", "localhost")
    (tmp_path / "client-ca.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    (tmp_path / "web-config.yml").write_text(text)
    ConfigFile(tmp_path / "web-config.yml")
    assert_valid(tool("promtool"), tmp_path / "web-config.yml")
