"""Throughput of the emulator against a bare Starlette route that returns the same bytes, both under uvicorn's h11.

    python -m benchmarks.emulator_throughput [--seconds 1.0] [--rounds 5] [--connections 8]

Both servers run in processes of their own, the load in this one; rounds alternate, so that a busy machine slows both.
Prints requests per second of each (medians) and their ratio; exit 1 if the ratio is below 0.5.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from readiness.emulator.server import bind

REQUIRED = 0.5
PATH = "/v2/settings/payment-config"
EMULATOR = "from readiness.cli.emulator import command; command()"


def serve_bare() -> None:
    """The yardstick: one Starlette route with a ready-made body, read from standard input."""
    body = sys.stdin.buffer.read()

    async def answer(_: Request) -> Response:
        return Response(body, media_type="application/json")

    app = Starlette(routes=[Route(PATH, answer)])
    bound = bind(0)
    print(bound.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app, http="h11", loop="asyncio", access_log=False, log_level="critical", lifespan="off", ws="none"
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[bound]))


@contextlib.contextmanager
def emulator() -> Iterator[tuple[int, bytes]]:
    """Port of the sandbox API host, and a request that it answers."""
    with subprocess.Popen([sys.executable, "-c", EMULATOR], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            sandbox = json.loads(process.stdout.readline())["environments"]["sandbox"]
            form = {"grant_type": "client_credentials", **sandbox["merchant"]}
            del form["merchant_id"]
            data = urllib.parse.urlencode(form).encode()
            with urllib.request.urlopen(sandbox["oauth_url"] + "/oauth2/token", data, timeout=10) as response:
                token = json.load(response)["access_token"]
            port = urllib.parse.urlsplit(sandbox["api_url"]).port
            yield port, _request(port, f"Authorization: Bearer {token}\r\n")
        finally:
            process.terminate()


@contextlib.contextmanager
def bare(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The same for the yardstick."""
    command = [sys.executable, __file__, "--serve-bare"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(body)
            process.stdin.close()
            port = int(process.stdout.readline())
            yield port, _request(port, "Authorization: Bearer none\r\n")
        finally:
            process.kill()


def _request(port: int, extra: str) -> bytes:
    head = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n{extra}\r\n"
    return head.encode()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
    return await reader.readexactly(length)


async def fetch(port: int, request: bytes) -> bytes:
    """The body of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = await _exchange(reader, writer, request)
    writer.close()
    return body


async def load(port: int, request: bytes, connections: int, seconds: float) -> float:
    """Requests per second over so many keep-alive connections."""
    counts = [0] * connections
    end = time.perf_counter() + seconds

    async def one(index: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            await _exchange(reader, writer, request)
            counts[index] += 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one(index) for index in range(connections)))
    return sum(counts) / (time.perf_counter() - started)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--serve-bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve_bare:
        serve_bare()
        return 0
    rates: dict[str, list[float]] = {"emulator": [], "bare": []}
    with emulator() as ours:
        body = asyncio.run(fetch(*ours))
        with bare(body) as theirs:
            assert asyncio.run(fetch(*theirs)) == body
            for _ in range(options.rounds):
                for name, (port, request) in (("emulator", ours), ("bare", theirs)):
                    rates[name].append(asyncio.run(load(port, request, options.connections, options.seconds)))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    ratio = medians["emulator"] / medians["bare"]
    print(f"emulator {medians['emulator']:.0f}/s, bare Starlette {medians['bare']:.0f}/s, ratio {ratio:.2f}")
    print(f"required ratio: {REQUIRED}; {len(body)} bytes, {options.connections} connections")
    return 0 if ratio >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
