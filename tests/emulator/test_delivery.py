from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator, Settings
from readiness.emulator.core.webhook_delivery import Delivery, DeliveryResult
from readiness.emulator.delivery import DeliveryClient
from readiness.emulator.tls import server_context
from tests.emulator.receiver import Receiver, verifies


@pytest.fixture(scope="module")
def served() -> Iterator[EmbeddedEmulator]:
    with EmbeddedEmulator() as emulator:
        yield emulator


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def order(served: EmbeddedEmulator, url: str, **fields: Any) -> httpx.Response:
    body = {"url": url, **fields}
    return httpx.post(f"{served.control_url}/webhooks/deliver", json=body, trust_env=False, timeout=10)


def secret(served: EmbeddedEmulator, environment: str = "sandbox") -> str:
    value: str = served.announcement["environments"][environment]["webhook_secret"]
    return value


def test_an_ordered_delivery_verifies(served: EmbeddedEmulator, receiver: Receiver) -> None:
    answer = order(served, receiver.url, event_type="invoice.paid", data={"object": {"id": "i-1"}}, formatting="spaced")
    ((headers, body),) = receiver.wait()
    assert verifies(headers, body, secret(served))
    assert not verifies(headers, body, secret(served, "production"))
    assert abs(int(headers["flute-webhook-timestamp"]) - time.time()) < 5
    assert (json.loads(body)["type"], json.loads(body)["data"]) == ("invoice.paid", {"object": {"id": "i-1"}})
    (delivered,) = answer.json()["deliveries"]
    assert (delivered["status"], delivered["body"], delivered["error"]) == (200, "ok", None)


def test_duplicates_are_the_very_same(served: EmbeddedEmulator, receiver: Receiver) -> None:
    order(served, receiver.url, copies=3, environment="production")
    received = receiver.wait(3)
    assert len({(headers["flute-webhook-id"], body) for headers, body in received}) == 1
    assert verifies(*received[0], secret(served, "production"))


@pytest.mark.parametrize("fields", [{"secret": "another-secret"}, {"tamper": "body"}, {"tamper": "signature"}])
def test_bad_deliveries_do_not_verify(served: EmbeddedEmulator, receiver: Receiver, fields: dict[str, str]) -> None:
    order(served, receiver.url, **fields)
    assert not verifies(*receiver.wait()[0], secret(served))


def test_missing_header_and_stale_timestamp(served: EmbeddedEmulator, receiver: Receiver) -> None:
    order(served, receiver.url, omit_header="signature")
    order(served, receiver.url, timestamp_offset=-301)
    bare, stale = receiver.wait(2)
    assert "flute-webhook-signature" not in bare[0]
    assert 296 < time.time() - int(stale[0]["flute-webhook-timestamp"]) < 306


@pytest.mark.parametrize("url", ["https://example.com/hook", "http://10.0.0.1/", "http://localhost.example.com/"])
def test_nothing_leaves_this_machine(served: EmbeddedEmulator, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx.AsyncClient, "stream", lambda *_, **__: pytest.fail("a connection was tried"))
    answer = order(served, url)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "url: the emulator delivers to loopback addresses only"},
    )
    result = asyncio.run(DeliveryClient().send(Delivery(url, (), b"")))
    assert (result.status, result.error) == (None, "The emulator delivers to loopback addresses only.")


def test_wrong_orders(served: EmbeddedEmulator) -> None:
    answer = order(served, "http://127.0.0.1:1/", copies=0)
    assert (answer.status_code, answer.json()["error"].startswith("copies: ")) == (400, True)


def send(url: str) -> DeliveryResult:
    async def run() -> DeliveryResult:
        client = DeliveryClient()
        try:
            return await client.send(Delivery(url, (("Content-Type", "application/json"),), b"{}"))
        finally:
            await client.close()

    return asyncio.run(run())


def test_a_refused_connection_is_a_result() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result = send(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert result.status is None
    assert (result.error or "").startswith("ConnectError")


def test_loopback_certificates_are_not_verified(tmp_path: Path) -> None:
    context, _ = server_context(Settings(tls_certificate="self_signed"), tmp_path)
    with Receiver(202, context) as receiver:
        result = send(receiver.url)
    assert (result.status, result.delivered) == (202, True)
