"""The intercepting proxy, with clients as applications have them: each finds the proxy in its environment by itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from readiness.emulator import EmbeddedEmulator, Settings
from readiness.emulator.core.faults import FaultRule
from readiness.lab.contacts import Contacts
from readiness.lab.intercept import VENDOR_NAMES, Interceptor
from readiness.lab.trust import proxy_variables, write_bundle
from readiness.model import Environment

TIMEOUT = 20.0
AXIOS = Path(__file__).parents[1] / "apps" / "node_axios"

HTTPX = "import httpx, sys; print(httpx.get(sys.argv[1]).status_code)"
REQUESTS = "import requests, sys; print(requests.get(sys.argv[1]).status_code)"
URLLIB = """
import sys, urllib.request, urllib.error
try: print(urllib.request.urlopen(sys.argv[1]).status)
except urllib.error.HTTPError as error: print(error.code)
"""
FETCH = "fetch(process.argv[1]).then(r => console.log(r.status), e => console.log(String(e.cause?.code ?? e)))"
AXIOS_GET = """
const axios = require('axios');
axios.get(process.argv[1], {validateStatus: () => true}).then(r => console.log(r.status), e => console.log(e.code));
"""
HTTPS = """
require('https').get(process.argv[1], r => { console.log(r.statusCode); r.resume(); })
  .on('error', e => console.log(e.code));
"""
HTTPS_AGENT = """
const https = require('https');
https.get(process.argv[1], {agent: new https.Agent({keepAlive: false})}, r => {
  console.log(r.statusCode);
  r.resume();
})
  .on('error', e => console.log(e.code));
"""
TLS_MODULE = """
import { connect } from 'node:tls';
const url = new URL(process.argv[1]);
const host = url.hostname;
const socket = connect(443, host, {}, () => {
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\\r\\nHost: ${host}\\r\\nConnection: close\\r\\n\\r\\n`);
});
socket.once('data', data => { console.log(String(data).split(' ')[1]); socket.destroy(); });
socket.on('error', e => console.log(e.code));
"""
CLIENTS = {
    "httpx": [sys.executable, "-c", HTTPX],
    "requests": [sys.executable, "-c", REQUESTS],
    "urllib": [sys.executable, "-c", URLLIB],
    "curl": ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}"],
    "axios": ["node", "-e", AXIOS_GET],
}
NODE = {
    "fetch": ["node", "-e", FETCH],
    "https": ["node", "-e", HTTPS],
    "own agent": ["node", "-e", HTTPS_AGENT],
    "module": ["node", "--input-type=module", "-e", TLS_MODULE],
}
"""What older Node does not lead through a proxy by itself."""


class Scene:
    """An emulator, the proxy before it, and a way to run clients."""

    def __init__(self, emulator: EmbeddedEmulator, proxy: Interceptor, contacts: Contacts) -> None:
        self.emulator, self.proxy, self.contacts = emulator, proxy, contacts

    async def run(self, *command: str) -> str:
        """What a client prints, whose environment is the proxy's and nothing else."""
        inherited = {"PATH": os.environ["PATH"], "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "*"}
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**inherited, **self.proxy.variables(inherited)},
            cwd=AXIOS,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            written, _ = await asyncio.wait_for(process.communicate(), TIMEOUT)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        return written.decode().strip()

    def met(self) -> list[tuple[str, str, str, Environment | None]]:
        """What was noted, in short."""
        return [(one.scheme, one.host, one.handling, one.environment) for one in self.contacts.facts()]

    def arrived(self) -> list[tuple[Environment, str, str]]:
        """What reached the emulator."""
        entries = list(self.emulator.core.journal)
        return [(entry.environment, entry.host, entry.target) for entry in entries]


@asynccontextmanager
async def scene(*, allow: tuple[str, ...] = ()) -> AsyncIterator[Scene]:
    ticks = iter(range(10_000))
    contacts = Contacts(lambda: float(next(ticks)))
    with EmbeddedEmulator(Settings(), tls=True, names=VENDOR_NAMES) as emulator:
        async with Interceptor(emulator, contacts, allow) as proxy:
            yield Scene(emulator, proxy, contacts)


def staged(play: Callable[[Scene], Awaitable[None]], *, allow: tuple[str, ...] = ()) -> None:
    async def main() -> None:
        async with scene(allow=allow) as stage:
            await play(stage)

    asyncio.run(main())


@pytest.mark.parametrize("client", [*CLIENTS, *NODE])
def test_a_client_reaches_the_emulator_under_the_vendors_name(client: str) -> None:
    async def play(stage: Scene) -> None:
        assert await stage.run(*{**CLIENTS, **NODE}[client], "https://api.flute.com/v2/transactions?page=1") == "401"
        assert (
            await stage.run(*{**CLIENTS, **NODE}[client], "https://sandbox.oauth.api.flute.com/oauth2/token") == "400"
        )
        assert stage.arrived() == [
            (Environment.PRODUCTION, "api", "/v2/transactions?page=1"),
            (Environment.SANDBOX, "oauth", "/oauth2/token"),
        ]
        assert stage.met() == [
            ("https", "api.flute.com", "emulated", Environment.PRODUCTION),
            ("https", "sandbox.oauth.api.flute.com", "emulated", Environment.SANDBOX),
        ]

    staged(play)


@pytest.mark.parametrize("client", ["requests", "curl", "axios"])
def test_other_hosts_are_refused_and_noted(client: str) -> None:
    async def play(stage: Scene) -> None:
        assert "200" not in await stage.run(*CLIENTS[client], "https://telemetry.example/v1")
        await stage.run(*CLIENTS[client], "http://telemetry.example/v1")
        met = stage.met()
        assert ("https", "telemetry.example", "refused", None) in met
        assert ("http", "telemetry.example", "refused", None) in met
        assert stage.arrived() == []

    staged(play)


@pytest.mark.parametrize("client", NODE)
def test_node_is_refused_other_hosts_and_reaches_this_machine(client: str) -> None:
    async def play(stage: Scene) -> None:
        assert await stage.run(*NODE[client], "https://telemetry.example/v1") == "ECONNREFUSED"
        assert stage.met() == [("https", "telemetry.example", "refused", None)]

    staged(play)


def test_node_reaches_this_machine_directly_and_keeps_its_options(tmp_path: Path) -> None:
    async def play(stage: Scene) -> None:
        api = stage.emulator.announcement["environments"]["production"]["api_url"]
        assert await stage.run(*NODE["fetch"], f"{api}/v2/transactions") == "401"
        assert stage.met() == []

    staged(play)
    options = proxy_variables("http://127.0.0.1:1", tmp_path, {"NODE_OPTIONS": "--no-warnings"})["NODE_OPTIONS"]
    assert options.startswith("--no-warnings --require ")


def test_node_sees_a_reset_connection_and_long_answers() -> None:
    async def play(stage: Scene) -> None:
        url = "https://api.flute.com/v2/transactions"
        huge = FaultRule.model_validate(
            {"environment": "production", "times": 1, "fault": {"kind": "huge_body", "size": 3_000_000}}
        )
        stage.emulator.perform(lambda core: core.faults.add(huge))
        length = "fetch(process.argv[1]).then(r => r.arrayBuffer()).then(b => console.log(b.byteLength))"
        assert await stage.run("node", "-e", length, url) == "3000000"
        rule = FaultRule.model_validate({"environment": "production", "fault": {"kind": "reset"}})
        stage.emulator.perform(lambda core: core.faults.add(rule))
        assert await stage.run(*NODE["https"], url) == "ECONNRESET"
        assert await stage.run(*NODE["fetch"], url) in {"ECONNRESET", "UND_ERR_SOCKET"}

    staged(play)


@pytest.mark.parametrize("client", ["httpx", "curl"])
def test_plain_http_to_the_vendor_is_refused_and_noted(client: str) -> None:
    async def play(stage: Scene) -> None:
        assert await stage.run(*CLIENTS[client], "http://api.flute.com/v2/transactions") == "403"
        assert stage.met() == [("http", "api.flute.com", "refused", Environment.PRODUCTION)]
        assert stage.arrived() == []

    staged(play)


def test_plain_http_in_a_tunnel_to_the_vendor_is_noted_as_such() -> None:
    async def play(stage: Scene) -> None:
        answer = await raw(stage, b"CONNECT api.flute.com:443 HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 403 " in answer
        assert stage.met() == [("http", "api.flute.com", "refused", Environment.PRODUCTION)]

    staged(play)


def test_the_vendor_is_on_port_443_only() -> None:
    async def play(stage: Scene) -> None:
        assert await stage.run(*CLIENTS["curl"], "https://api.flute.com:8443/v2/transactions") == "000"
        assert stage.met() == [("https", "api.flute.com", "refused", Environment.PRODUCTION)]

    staged(play)


@pytest.mark.parametrize(("fault", "broken"), [({"kind": "reset"}, True), ({"kind": "hang", "seconds": 0.1}, False)])
def test_faults_of_connections_pass_through(fault: dict[str, Any], *, broken: bool) -> None:
    async def play(stage: Scene) -> None:
        with EmbeddedEmulator(Settings()) as plain:
            rule = FaultRule.model_validate({"environment": "production", "fault": fault})
            plain.perform(lambda core: core.faults.add(rule))
            url = plain.announcement["environments"]["production"]["api_url"]
            tunnel = f"CONNECT 127.0.0.1:{url.rpartition(':')[2]} HTTP/1.1\r\n\r\n".encode()
            request = b"GET /v2/transactions HTTP/1.1\r\nHost: x\r\n\r\n"
            reader, writer = await connected(stage)
            writer.write(tunnel + request)
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            try:
                assert await asyncio.wait_for(reader.read(), TIMEOUT) == b""
                assert not broken
            except ConnectionResetError:
                assert broken
            writer.close()

    staged(play)


def test_hosts_on_this_machine_are_reached_and_not_noted() -> None:
    async def play(stage: Scene) -> None:
        url = f"{stage.emulator.control_url}/health"
        direct = await stage.run(*CLIENTS["curl"], url)
        assert direct != "000"
        assert await stage.run(*CLIENTS["curl"], "--noproxy", "", url) == direct
        assert stage.met() == []

    staged(play)


def test_allowed_hosts_are_reached_and_noted() -> None:
    # On Linux 0.0.0.0 leads to this machine, and its name does not say so.
    async def play(stage: Scene) -> None:
        url = stage.emulator.control_url.replace("127.0.0.1", "0.0.0.0")
        assert await stage.run(*CLIENTS["curl"], f"{url}/health") == await stage.run(
            *CLIENTS["curl"], f"{stage.emulator.control_url}/health"
        )
        assert stage.met() == [("http", "0.0.0.0", "allowed", None)]

    staged(play, allow=("0.0.0.0",))


@pytest.mark.parametrize(
    ("pattern", "host", "allowed"),
    [
        ("*.corp.invalid", "a.corp.invalid", True),
        ("*.corp.invalid", "corp.invalid", False),
        ("Corp.invalid.", "corp.invalid", True),
        ("corp.invalid", "xcorp.invalid", False),
        ("*", "corp.invalid", False),
        ("sandbox.api.flute.com", "sandbox.api.flute.com", False),
    ],
)
def test_what_the_allow_list_allows(pattern: str, host: str, *, allowed: bool) -> None:
    async def play(stage: Scene) -> None:
        await raw(stage, f"CONNECT {host}:444 HTTP/1.1\r\n\r\n".encode())
        assert [one.handling == "allowed" for one in stage.contacts.facts()] == [allowed]

    staged(play, allow=(pattern,))


def test_one_forwarded_request_ends_its_connection() -> None:
    """A second request behind the first, to another host, would reach the first one's and go unnoted."""

    async def play(stage: Scene) -> None:
        port = stage.emulator.control_url.rpartition(":")[2]
        first = f"GET http://127.0.0.1:{port}/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        answer = await raw(stage, first, b"GET http://telemetry.example/ HTTP/1.1\r\nHost: telemetry.example\r\n\r\n")
        assert answer.count(b"HTTP/1.1 ") == 1

    staged(play)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"CONNECT [::1:443 HTTP/1.1\r\n\r\n", b"400"),
        (b"CONNECT x:99999999 HTTP/1.1\r\n\r\n", b"400"),
        (b"\xff\x00\r\n\r\n", b"400"),
        (b"POST http://127.0.0.1/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST http://127.0.0.1/ HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST http://127.0.0.1/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"413"),
        (b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n", b"502"),
    ],
)
def test_odd_requests_are_answered(request_: bytes, status: bytes) -> None:
    async def play(stage: Scene) -> None:
        assert (await raw(stage, request_)).split()[1] == status

    staged(play)


def test_open_connections_end_with_the_scenario() -> None:
    async def main() -> None:
        async with scene() as stage:
            reader, writer = await connected(stage)
            writer.write(b"CONNECT api.flute.com:443 HTTP/1.1\r\n\r\n")
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
        assert await asyncio.wait_for(reader.read(), TIMEOUT) == b""
        writer.close()

    asyncio.run(main())


def test_many_strange_hosts_do_not_hide_the_vendors() -> None:
    contacts = Contacts(lambda: 0.0)
    for number in range(500):
        contacts.note("https", f"h{number}.example", 443, "refused")
    contacts.note("https", "sandbox.api.flute.com", 443, "emulated")
    contacts.note("https", "sandbox.api.flute.com", 443, "emulated")
    assert contacts.facts()[-1].host == "sandbox.api.flute.com"
    assert contacts.facts()[-1].times == 2
    assert contacts.dropped == 300


def test_what_the_application_trusted_before_it_trusts_still(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("-----OWN-----\n")

    authority = tmp_path / "ca.pem"
    authority.write_text("-----LAB-----\n")
    write_bundle(tmp_path / "bundle.pem", authority, {"SSL_CERT_FILE": str(own)})
    assert (tmp_path / "bundle.pem").read_text() == "-----LAB-----\n-----OWN-----\n"


async def connected(stage: Scene) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(stage.proxy.url.rpartition(":")[2]))


async def raw(stage: Scene, *pieces: bytes) -> bytes:
    """Everything that comes back for these bytes; a piece is sent when the one before it was answered or taken."""
    reader, writer = await connected(stage)
    writer.write(b"".join(pieces))
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), TIMEOUT)
    writer.close()
    return answer
