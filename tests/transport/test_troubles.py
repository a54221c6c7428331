"""What goes wrong on the way, over real sockets: each kind has its name, and nothing is raised."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path

import pytest

from readiness.emulator import EmbeddedEmulator
from readiness.emulator.core.faults import FaultRule
from readiness.emulator.settings import Settings
from readiness.evidence import Body, Trouble
from readiness.model import Because
from readiness.secret import Secret
from readiness.transport.wire import MAX_BODY
from tests.transport.driving import SANDBOX, send
from tests.transport.servers import (
    Behaviour,
    Server,
    answer,
    dripping,
    dripping_to_an_end,
    resetting,
    saying,
    silent,
)

SHORT = {"timeout": 0.3}


def trouble(url: str, **transport: object) -> Trouble | None:
    sent = send(url, transport=transport)
    exchange = sent.exchange
    assert exchange.status is None
    assert exchange.detail
    assert [entry.status for entry in sent.ledger] == [None]
    missing = exchange.unusable()
    assert missing is not None
    assert missing.because is (Because.TIMED_OUT if exchange.trouble is Trouble.TIMEOUT else Because.UNREACHABLE)
    return exchange.trouble


def test_a_name_that_does_not_resolve() -> None:
    assert trouble("http://nowhere.invalid/v2/ping") is Trouble.DNS


def test_a_name_that_no_resolver_takes() -> None:
    assert trouble(f"http://{'a' * 64}.invalid/v2/ping") is Trouble.DNS


@pytest.mark.parametrize("token", ["caf\u00e9-0123456789", "line\r\nX-Forged: 1"])
def test_a_token_that_no_header_can_hold(token: str) -> None:
    with Server(saying(answer(b"{}"))) as server:
        sent = send(f"{server.url}/v2/ping", bearer=Secret(token, "sandbox mint access_token"))
        assert not any(b"Forged" in seen.request for seen in server.seen)
    assert sent.exchange.trouble is Trouble.PROTOCOL
    assert "cannot be written as HTTP" in sent.exchange.detail


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert trouble(f"http://127.0.0.1:{port}/") is Trouble.CONNECT


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (silent, Trouble.TIMEOUT),
        (dripping, Trouble.TIMEOUT),
        (resetting, Trouble.RESET),
        (lambda _: None, Trouble.RESET),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), Trouble.RESET),
        (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"), Trouble.RESET),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Len"), Trouble.RESET),
        (saying(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Trouble.PROTOCOL),
        (saying(b"\x15\x03\x01\x00\x02\x02\x46" * 20), Trouble.PROTOCOL),
        (saying(b"HTTP/1.1 abc\r\n\r\n"), Trouble.PROTOCOL),
        (saying(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"), Trouble.PROTOCOL),
        (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Trouble.PROTOCOL),
        (saying(answer(gzip.compress(b"{}"), "200 OK", "Content-Encoding: gzip")), Trouble.PROTOCOL),
        (saying(answer(b"a" * (MAX_BODY + 1))), Trouble.TOO_LARGE),
    ],
    ids=[
        *("silent", "drips for ever", "reset", "closed at once", "truncated", "truncated chunks", "cut in a header"),
        *("ssh", "tls alert", "no status", "huge header", "bad chunk", "gzip", "huge"),
    ],
)
def test_a_bad_answer(behave: Behaviour, expected: Trouble) -> None:
    with Server(behave) as server:
        assert trouble(server.url, **SHORT if expected is Trouble.TIMEOUT else {}) is expected


def test_a_slow_answer_within_the_timeout_is_an_answer() -> None:
    with Server(dripping_to_an_end) as server:
        exchange = send(server.url).exchange
    assert (exchange.status, exchange.trouble, exchange.json_body) == (200, None, {"slow": True})


def test_the_largest_body_is_read_whole() -> None:
    body = b'"' + b"a" * (MAX_BODY - 2) + b'"'
    with Server(saying(answer(body))) as server:
        exchange = send(server.url).exchange
    assert (exchange.body, len(str(exchange.json_body))) == (Body.JSON, MAX_BODY - 2)


def test_an_answer_in_chunks_is_read() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    with Server(saying(chunks)) as server:
        assert send(server.url).exchange.json_body == {}


def test_speaking_tls_to_a_plain_server() -> None:
    with EmbeddedEmulator() as emulator:
        url = emulator.announcement["environments"]["sandbox"]["api_url"]
        assert trouble(url.replace("http:", "https:")) is Trouble.TLS


@pytest.mark.parametrize("certificate", ["expired", "wrong_name", "self_signed"])
def test_a_certificate_that_does_not_verify(certificate: str) -> None:
    with EmbeddedEmulator(Settings.model_validate({"tls_certificate": certificate}), tls=True) as emulator:
        url = emulator.announcement["environments"]["sandbox"]["api_url"] + "/v2/ping"
        assert trouble(url, authorities={SANDBOX: str(emulator.ca_file)}) is Trouble.TLS
        assert len(emulator.core.journal) == 0


def test_an_authority_is_trusted_where_it_is_named_only() -> None:
    with EmbeddedEmulator(tls=True) as emulator:
        urls = {name: each["api_url"] + "/v2/ping" for name, each in emulator.announcement["environments"].items()}
        authority = {"authorities": {SANDBOX: str(emulator.ca_file)}}
        assert send(urls["sandbox"], transport=authority).exchange.status == 401
        assert trouble(urls["sandbox"]) is Trouble.TLS
        elsewhere = send(urls["production"], transport=authority, environment="production")
        assert elsewhere.exchange.trouble is Trouble.TLS


def test_what_the_emulator_calls_hanging_and_reset() -> None:
    with EmbeddedEmulator() as emulator:
        url = emulator.announcement["environments"]["sandbox"]["api_url"] + "/v2/ping"
        for fault, expected in (({"kind": "hang"}, Trouble.TIMEOUT), ({"kind": "reset"}, Trouble.RESET)):
            emulator.core.faults.clear()
            emulator.core.faults.add(FaultRule.model_validate({"fault": fault}))
            assert trouble(url, **SHORT if fault["kind"] == "hang" else {}) is expected


def test_no_file_of_credentials_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (".netrc", "_netrc"):
        (tmp_path / name).write_text("machine 127.0.0.1 login somebody password anything\n")
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Server(saying(answer())) as server:
        send(server.url)
        assert "authorization" not in server.seen[0].headers
        assert "cookie" not in server.seen[0].headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_a_proxy_is_not_asked_for_loopback(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(saying(answer())) as proxy, Server(saying(answer(b'{"me": 1}'))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        send(server.url.replace("127.0.0.1", host))
        assert proxy.seen == []


def test_a_proxy_is_asked_for_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(saying(answer(b"", "502 Bad Gateway"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        exchange = send("https://sandbox.api.invalid/v2/ping").exchange
        assert exchange.status is None
        assert proxy.seen[0].request.startswith(b"CONNECT sandbox.api.invalid:443 HTTP/1.1")
