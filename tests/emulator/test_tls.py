from __future__ import annotations

import socket
import ssl
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator, Settings


def client_context(emulator: EmbeddedEmulator) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(emulator.ca_file))


def handshake(emulator: EmbeddedEmulator, context: ssl.SSLContext, name: str = "127.0.0.1") -> str | None:
    url = urlsplit(emulator.announcement["environments"]["production"]["api_url"])
    with (
        socket.create_connection(("127.0.0.1", url.port or 0), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname=name) as secured,
    ):
        return secured.version()


def test_the_vendor_hosts_speak_tls_and_control_does_not() -> None:
    with (
        EmbeddedEmulator(tls=True) as emulator,
        httpx.Client(verify=client_context(emulator), trust_env=False) as client,
    ):
        for environment in emulator.announcement["environments"].values():
            merchant = environment["merchant"]
            form = {name: merchant[name] for name in ("client_id", "client_secret")}
            assert environment["oauth_url"].startswith("https://")
            answer = client.post(
                f"{environment['oauth_url']}/oauth2/token", data={"grant_type": "client_credentials", **form}
            )
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            assert client.get(f"{environment['api_url']}/v2/ping", headers=headers).status_code == 200
        assert httpx.get(f"{emulator.control_url}/settings", trust_env=False).status_code == 200
        assert handshake(emulator, client_context(emulator), "localhost") == "TLSv1.3"
        assert handshake(emulator, client_context(emulator), "::1") == "TLSv1.3"


def test_nobody_else_trusts_it() -> None:
    with EmbeddedEmulator(tls=True) as emulator, pytest.raises(ssl.SSLCertVerificationError):
        handshake(emulator, ssl.create_default_context())


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [("expired", "certificate has expired"), ("wrong_name", "IP address mismatch"), ("self_signed", "self.signed")],
)
def test_bad_certificates_on_request(certificate: Any, reason: str) -> None:
    settings = Settings(tls_certificate=certificate)
    with (
        EmbeddedEmulator(settings, tls=True) as emulator,
        pytest.raises(ssl.SSLCertVerificationError, match=reason),
    ):
        handshake(emulator, client_context(emulator))


def old_client(emulator: EmbeddedEmulator, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = client_context(emulator)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version
    return context


def test_old_versions_are_refused_unless_asked_for() -> None:
    with EmbeddedEmulator(tls=True) as emulator:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            handshake(emulator, old_client(emulator, ssl.TLSVersion.TLSv1_1))
        assert handshake(emulator, old_client(emulator, ssl.TLSVersion.TLSv1_2)) == "TLSv1.2"
    with EmbeddedEmulator(Settings(tls_min="1.0", tls_max="1.1"), tls=True) as emulator:
        assert handshake(emulator, old_client(emulator, ssl.TLSVersion.TLSv1_1)) == "TLSv1.1"
        with pytest.raises(ssl.SSLError):
            handshake(emulator, client_context(emulator))


def test_the_key_is_not_left_behind() -> None:
    with EmbeddedEmulator(tls=True) as emulator:
        assert emulator.ca_file is not None
        texts = [path.read_text() for path in Path(emulator.ca_file).parent.iterdir()]
        assert not any("PRIVATE KEY" in text for text in texts)


def test_plain_http_on_a_tls_port_is_no_answer() -> None:
    with EmbeddedEmulator(tls=True) as emulator:
        url = emulator.announcement["environments"]["sandbox"]["api_url"].replace("https://", "http://")
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{url}/v2/ping", trust_env=False, timeout=5)
