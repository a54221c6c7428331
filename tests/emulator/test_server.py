"""What goes over the wire: played with a real client over real sockets."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator, Settings
from readiness.emulator.core.faults import FaultRule
from readiness.model import Environment


@pytest.fixture(scope="module")
def served() -> Iterator[EmbeddedEmulator]:
    with EmbeddedEmulator() as emulator:
        yield emulator


class Caller:
    """A merchant of the sandbox."""

    def __init__(self, emulator: EmbeddedEmulator) -> None:
        self.core = emulator.core
        self.sandbox: dict[str, Any] = emulator.announcement["environments"]["sandbox"]
        self.client = httpx.Client(base_url=self.sandbox["api_url"], timeout=5, trust_env=False)
        answer = self.client.post(
            f"{self.sandbox['oauth_url']}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.sandbox["merchant"]["client_id"],
                "client_secret": self.sandbox["merchant"]["client_secret"],
            },
        )
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def arm(self, **fault: Any) -> None:
        self.core.faults.add(FaultRule.model_validate({"fault": fault, "times": 1}))

    def sale(self) -> httpx.Response:
        state = self.core.environments[Environment.SANDBOX]
        card = {"cardNumber": "4111111111111111", "expirationMonth": 12, "expirationYear": 2040}
        return self.client.post(
            "/v2/transactions",
            json={
                "baseAmount": 1,
                "paymentProcessorId": state.account.processors(self.core.settings)[0].processor_id,
                "transactionDetails": {"cardData": {"paymentMethodDetails": card}},
            },
        )

    def sales(self) -> int:
        count: int = self.client.get("/v2/transactions").json()["pageInfo"]["totalItems"]
        return count


@pytest.fixture
def caller(served: EmbeddedEmulator) -> Iterator[Caller]:
    served.core.faults.clear()
    served.core.settings = Settings()
    caller = Caller(served)
    with contextlib.closing(caller.client):
        yield caller
    served.core.settings = Settings()


def test_an_answer_is_framed_and_dated(caller: Caller) -> None:
    response = caller.client.get("/v2/settings/payment-config")
    assert response.status_code == 200
    assert response.headers["server"] == "Kestrel"
    assert int(response.headers["content-length"]) == len(response.content)
    assert "date" in response.headers
    assert "x-correlation-id" not in response.headers
    assert caller.client.get("/v2/ping").headers["content-length"] == "0"


def test_the_date_can_be_skewed(caller: Caller) -> None:
    caller.core.settings = Settings(date_skew=7200)
    stamp = caller.client.get("/v2/ping").headers["date"]
    assert 7100 < parsedate_to_datetime(stamp).timestamp() - time.time() < 7300


def test_reset_before_the_effect(caller: Caller) -> None:
    before = caller.sales()
    caller.arm(kind="reset")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        caller.sale()
    assert caller.sales() == before


def test_reset_after_the_effect(caller: Caller) -> None:
    before = caller.sales()
    caller.arm(kind="reset", when="after_commit")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        caller.sale()
    assert caller.sales() == before + 1


def test_a_reset_is_an_rst(caller: Caller) -> None:
    caller.arm(kind="reset")
    url = httpx.URL(caller.sandbox["api_url"])
    with socket.create_connection((url.host, url.port or 0), timeout=5) as raw:
        raw.sendall(b"GET /v2/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


def test_a_hang_ends_with_the_clients_patience(caller: Caller) -> None:
    caller.arm(kind="hang")
    with pytest.raises(httpx.ReadTimeout):
        caller.client.get("/v2/ping", timeout=0.1)


def test_a_hang_ends_by_itself(caller: Caller) -> None:
    caller.arm(kind="hang", seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.client.get("/v2/ping")


def test_latency_by_fault_and_by_setting(caller: Caller) -> None:
    caller.arm(kind="latency", seconds=0.1)
    started = time.perf_counter()
    assert caller.client.get("/v2/ping").status_code == 200
    assert time.perf_counter() - started >= 0.1
    caller.core.settings = Settings(latency={"/v2/ping": 0.1})
    started = time.perf_counter()
    assert caller.client.get("/v2/ping").status_code == 200
    assert time.perf_counter() - started >= 0.1


def test_a_broken_body(caller: Caller) -> None:
    caller.arm(kind="truncated_body", framing="broken")
    with pytest.raises(httpx.RemoteProtocolError, match=r"complete message body"):
        caller.client.get("/v2/settings/payment-config")


def test_a_cut_body_with_honest_framing(caller: Caller) -> None:
    caller.arm(kind="truncated_body", keep=20)
    response = caller.client.get("/v2/settings/payment-config")
    assert response.content == b'{"companyName":"Acme'


def test_a_huge_body_is_streamed(caller: Caller) -> None:
    caller.arm(kind="huge_body", size=1_000_000)
    assert len(caller.client.get("/v2/ping").json()) == 999_998
    caller.arm(kind="huge_body", size=2_000_000_000)
    with caller.client.stream("GET", "/v2/ping") as response:
        assert response.headers["content-length"] == "2000000000"
        assert len(next(response.iter_raw())) > 0


def test_redirects_point_where_they_should(caller: Caller) -> None:
    caller.arm(kind="redirect", location="http://127.0.0.1:9/elsewhere")
    response = caller.client.get("/v2/ping", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "http://127.0.0.1:9/elsewhere")


def test_large_requests_are_refused(caller: Caller) -> None:
    response = caller.client.post(
        "/v2/payment-sessions", content=b" " * 1_100_000, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413


def test_a_post_without_length(caller: Caller) -> None:
    url = httpx.URL(caller.sandbox["api_url"])
    with socket.create_connection((url.host, url.port or 0), timeout=5) as raw:
        raw.sendall(b"POST /v2/transactions HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 411 ")


def test_what_is_no_http_is_in_the_journal(caller: Caller, capfd: pytest.CaptureFixture[str]) -> None:
    url = httpx.URL(caller.sandbox["api_url"])
    with socket.create_connection((url.host, url.port or 0), timeout=5) as raw:
        raw.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400 ")
    entry = list(caller.core.journal)[-1]
    assert (entry.method, entry.malformed, entry.environment) == ("", True, "sandbox")
    assert capfd.readouterr() == ("", "")


def test_chunked_bodies_are_read(caller: Caller) -> None:
    response = caller.client.post(
        "/v2/payment-sessions", content=iter([b'{"amo', b'unt": 1}']), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200
