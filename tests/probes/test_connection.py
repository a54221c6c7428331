"""What the connection probe sees of hosts in order, of hosts in every kind of disorder, and of the owner's own."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

import pytest

from readiness.evidence import Exchange, Missing, Trouble
from readiness.facts import Connection, HostFacts, TlsFacts
from readiness.model import Because, Status
from tests.stage import PRODUCTION, SANDBOX, MakeStage, Played, Stage, status_of

REACHABLE, MODERN, VALID = "transport/reachable", "transport/tls-modern", "transport/certificate-valid"
CHECKS = (REACHABLE, MODERN, VALID)


def hosts(played: Played) -> dict[str, HostFacts]:
    """The sandbox's hosts by their first role."""
    return {host.roles[0]: host for host in played.evidence(Connection, SANDBOX).hosts}


def statuses(played: Played) -> dict[str, Status]:
    return {check: played.result(check, SANDBOX).status for check in CHECKS}


def tls_of(host: HostFacts) -> TlsFacts:
    assert isinstance(host.tls, TlsFacts), host.tls
    return host.tls


@pytest.fixture
def tls_stage(make_stage: MakeStage) -> Stage:
    return make_stage(tls=True)


@contextmanager
def front_of(url: str, on_old: Literal["reset", "hang", "hang_always", "close_always"]) -> Iterator[str]:
    """A host in front of another one: `on_old` is what it does to offers of TLS 1.0 and 1.1, or to all."""
    target = urlsplit(url)
    loop = asyncio.new_event_loop()
    started: list[asyncio.Server] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hello = await reader.read(65536)
            if not hello or on_old == "close_always":
                return
            old = hello[9:11] in {b"\x03\x01", b"\x03\x02"}  # the version of a ClientHello (RFC 5246, 7.4.1.2)
            if on_old == "hang_always" or (old and on_old == "hang"):
                await reader.read()
            elif old:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            else:
                there = await asyncio.open_connection(target.hostname, target.port)
                try:
                    there[1].write(hello)
                    await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)
                finally:
                    there[1].transport.abort()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    started.append(asyncio.run_coroutine_threadsafe(start(), loop).result(5))
    try:
        yield f"https://127.0.0.1:{started[0].sockets[0].getsockname()[1]}"
    finally:

        async def end() -> None:
            started[0].close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_hosts_in_order(tls_stage: Stage) -> None:
    played = tls_stage.play(*CHECKS)
    found = hosts(played)
    assert set(found) == {"api", "oauth"}
    for role, host in found.items():
        url = urlsplit(tls_stage.settings()[f"{role}_url"])
        assert host.host == url.netloc
        assert (host.own, host.loopback, host.resolved, host.connected) == (False, True, True, True)
        tls = tls_of(host)
        assert (tls.version, tls.verified, tls.verify_error) == ("TLSv1.3", True, None)
        assert tls.days_left is not None
        assert 29 < tls.days_left <= 30
        assert tls.not_after is not None
        assert tls.old_versions == {}, "old versions are offered to the owner's hosts only"
        assert isinstance(host.answer, Exchange)
        assert "date" in host.answer.headers
    assert status_of(found["api"].answer) == 401
    assert set(statuses(played).values()) == {Status.PASSED}
    greetings = [entry for entry in tls_stage.control.journal() if entry["environment"] == "sandbox"]
    assert sorted((entry["method"], entry["path"]) for entry in greetings) == [
        ("GET", "/oauth2/token"),
        ("GET", "/v2/ping"),
    ]
    assert not any("authorization" in entry["headers"] for entry in greetings)


def test_the_negotiated_version_is_told(make_stage: MakeStage) -> None:
    played = make_stage(tls=True, tls_max="1.2").play(*CHECKS)
    assert tls_of(hosts(played)["api"]).version == "TLSv1.2"
    assert statuses(played)[MODERN] is Status.PASSED


def test_a_host_that_speaks_only_old_versions_is_not_passed(make_stage: MakeStage) -> None:
    played = make_stage(tls=True, tls_min="1.0", tls_max="1.1").play_unheard(*CHECKS)
    assert isinstance(hosts(played)["api"].tls, Missing)
    assert Status.PASSED not in statuses(played).values()


@pytest.mark.parametrize(
    ("certificate", "error", "days"),
    [("expired", "expired", -1), ("self_signed", "self-signed", 30), ("wrong_name", "mismatch", 30)],
)
def test_a_certificate_that_does_not_verify(make_stage: MakeStage, certificate: str, error: str, days: int) -> None:
    played = make_stage(tls=True, tls_certificate=certificate).play_unheard(*CHECKS)
    host = hosts(played)["api"]
    tls = tls_of(host)
    assert not tls.verified
    assert error in str(tls.verify_error)
    assert tls.days_left == pytest.approx(days, abs=0.1)
    assert tls.version == "TLSv1.3"
    assert isinstance(host.answer, Exchange)
    assert host.answer.trouble is Trouble.TLS
    assert statuses(played)[VALID] is Status.FAILED
    assert statuses(played)[REACHABLE] is Status.UNKNOWN


def test_an_authority_that_nobody_declared_is_not_trusted(tls_stage: Stage) -> None:
    del tls_stage.settings()["ca_file"]
    played = tls_stage.play_unheard(*CHECKS)
    assert "local issuer" in str(tls_of(hosts(played)["api"]).verify_error)
    assert statuses(played)[VALID] is Status.FAILED


@pytest.mark.parametrize("host", ["nowhere.invalid", f"{'a' * 64}.example"])
def test_a_name_that_does_not_resolve(stage: Stage, host: str) -> None:
    stage.settings()["api_url"] = f"https://{host}"
    del stage.config["environments"]["production"]
    played = stage.play_unheard(*CHECKS)
    seen = hosts(played)["api"]
    assert seen.resolved is False
    for missing in (seen.connected, seen.tls):
        assert isinstance(missing, Missing)
        assert "does not resolve" in missing.detail
    assert isinstance(seen.answer, Exchange)
    assert seen.answer.trouble is Trouble.DNS
    assert statuses(played)[REACHABLE] is Status.FAILED
    assert statuses(played)[MODERN] is Status.UNKNOWN


def test_a_refused_connection(stage: Stage) -> None:
    stage.settings()["oauth_url"] = f"https://127.0.0.1:{unused_port()}/oauth2/token"
    played = stage.play_unheard(*CHECKS)
    seen = hosts(played)["oauth"]
    assert (seen.resolved, seen.connected) == (True, False)
    assert isinstance(seen.tls, Missing)
    assert isinstance(seen.answer, Exchange)
    assert seen.answer.trouble is Trouble.CONNECT
    assert statuses(played)[REACHABLE] is Status.FAILED


def test_plain_http_has_no_tls(stage: Stage) -> None:
    played = stage.play(*CHECKS)
    assert [host.tls for host in hosts(played).values()] == [None, None]
    assert [host.connected for host in hosts(played).values()] == [True, True]
    assert statuses(played)[REACHABLE] is Status.PASSED


@pytest.mark.parametrize(
    ("kind", "because", "words"),
    [
        ("hang_always", Because.TIMED_OUT, "did not finish in time"),
        ("close_always", Because.UNREACHABLE, "handshake"),
    ],
)
def test_a_handshake_that_comes_to_nothing(
    tls_stage: Stage, kind: Literal["hang_always", "close_always"], because: Because, words: str
) -> None:
    tls_stage.config["policy"]["request_timeout"] = "0.5s"
    with front_of(tls_stage.settings()["api_url"], kind) as url:
        tls_stage.settings()["api_url"] = url
        played = tls_stage.play_unheard(*CHECKS)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # anyio leaves the socket of a broken handshake to the collector
        gc.collect()
    seen = hosts(played)["api"]
    assert isinstance(seen.tls, Missing)
    assert seen.tls.because is because
    assert words in seen.tls.detail
    assert set(statuses(played).values()) == {Status.UNKNOWN}


@pytest.mark.parametrize(("oldest", "answers"), [("1.0", "accepted"), ("1.1", "mixed"), ("1.2", "refused")])
def test_old_versions_are_tried_at_the_owners_hosts(make_stage: MakeStage, oldest: str, answers: str) -> None:
    stage = make_stage(tls=True, tls_min=oldest)
    stage.settings()["webhook_url"] = stage.settings(PRODUCTION)["api_url"] + "/hooks/aurora"
    played = stage.play(*CHECKS)
    own = hosts(played)["webhook"]
    assert own.own
    assert tls_of(own).verified
    expected = {
        "accepted": {"TLSv1": "accepted", "TLSv1.1": "accepted"},
        "mixed": {"TLSv1": "refused", "TLSv1.1": "accepted"},
        "refused": {"TLSv1": "refused", "TLSv1.1": "refused"},
    }
    assert tls_of(own).old_versions == expected[answers]
    assert isinstance(own.answer, Missing)
    assert own.answer.because is Because.NOT_PERMITTED
    assert statuses(played)[MODERN] is (Status.PASSED if answers == "refused" else Status.FAILED)
    assert not [entry for entry in stage.control.journal() if "hooks" in entry["path"]], "no request goes there"


@pytest.mark.parametrize(("on_old", "status"), [("reset", Status.PASSED), ("hang", Status.UNKNOWN)])
def test_silence_at_an_old_version_is_no_refusal(
    tls_stage: Stage, on_old: Literal["reset", "hang"], status: Status
) -> None:
    tls_stage.config["policy"]["request_timeout"] = "0.7s"
    with front_of(tls_stage.settings()["api_url"], on_old) as url:
        tls_stage.settings()["callback_url"] = f"{url}/back"
        played = tls_stage.play(*CHECKS)
    old = tls_of(hosts(played)["callback"]).old_versions
    if on_old == "reset":
        assert old == {"TLSv1": "refused", "TLSv1.1": "refused"}
    else:
        assert all(isinstance(answer, Missing) and answer.because is Because.TIMED_OUT for answer in old.values())
    assert statuses(played)[MODERN] is status


def test_a_machine_that_cannot_offer_old_versions_says_so(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from readiness.probes import connection

    def cannot(*_: object) -> object:
        raise ValueError("unsupported protocol version")

    stage = make_stage(tls=True)
    stage.settings()["webhook_url"] = stage.settings(PRODUCTION)["api_url"] + "/hooks/aurora"
    real = connection._blind

    class Limited:
        def __getattr__(self, name: str) -> object:
            return getattr(real(), name) if name != "set_ciphers" else cannot

    monkeypatch.setattr(connection, "_blind", Limited)
    played = stage.play(*CHECKS)
    for answer in tls_of(hosts(played)["webhook"]).old_versions.values():
        assert isinstance(answer, Missing)
        assert "of this machine cannot offer" in answer.detail
    assert statuses(played)[MODERN] is Status.UNKNOWN
