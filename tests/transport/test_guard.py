from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.plan import GuardError
from readiness.probe import Effect
from readiness.result import LedgerEntry
from readiness.transport import Guard, Transport
from tests.transport.driving import PRODUCTION, SANDBOX, announced, driven, request
from tests.transport.servers import Server, answer, saying

API = "https://sandbox.api.flute.com"
READ = announced(f"{API}/v2/ping")
DELETE = announced(f"{API}/v2/api-keys/{{client_id}}", "delete", "DELETE", effect=Effect.WRITE)


def admit(guard: Guard, url: str = READ.url, **more: Any) -> None:
    given: dict[str, Any] = {"environment": SANDBOX, "purpose": "read", "method": "GET", "url": url, **more}
    guard.admit(**given)


def test_admits_what_was_announced_with_any_query() -> None:
    admit(Guard([READ]))
    admit(Guard([READ]), f"{READ.url}?pageIndex=0")


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "other"},
        {"environment": PRODUCTION},
        {"method": "POST"},
        {"url": "https://sandbox.api.flute.com.evil.example/v2/ping"},
        {"url": "https://evil.example/v2/ping"},
        {"url": "https://sandbox.api.flute.com@evil.example/v2/ping"},
        {"url": "http://sandbox.api.flute.com/v2/ping"},
        {"url": "https://sandbox.api.flute.com:444/v2/ping"},
        {"url": f"{API}/v2/ping/more"},
        {"url": f"{API}/v2/transactions"},
        {"url": f"{API}/v2/ping\n"},
        {"url": f"{API}/v2/ping#fragment"},
        {"url": ""},
    ],
    ids=str,
)
def test_refuses_what_was_not_announced(change: dict[str, Any]) -> None:
    guard = Guard([READ])
    with pytest.raises(GuardError, match="was not announced") as refused:
        admit(guard, **{"url": READ.url, **change})
    assert "Nothing was sent" in (refused.value.hint or "")
    admit(guard)  # and the refusal cost nothing of the budget


@pytest.mark.parametrize("client_id", ["3f0c", "a%20b", "..x", "1.2.3"])
def test_a_placeholder_is_one_segment(client_id: str) -> None:
    admit(Guard([DELETE]), f"{API}/v2/api-keys/{client_id}", purpose="delete", method="DELETE")


@pytest.mark.parametrize(
    "client_id", ["", "a/b", "..", ".", "%2e%2e", "%2E", ".%2e", "a\\b", "a b", "a\r\nX: y", "a#b", "?", "a\tb"]
)
def test_a_placeholder_leads_nowhere_else(client_id: str) -> None:
    with pytest.raises(GuardError):
        admit(Guard([DELETE]), f"{API}/v2/api-keys/{client_id}", purpose="delete", method="DELETE")


@given(st.text())
def test_no_text_in_a_placeholder_reaches_another_path(text: str) -> None:
    url = f"{API}/v2/api-keys/{text}"
    try:
        admit(Guard([DELETE]), url, purpose="delete", method="DELETE")
    except GuardError:
        return
    path = url.partition("?")[0].removeprefix(f"{API}/v2/api-keys/")
    assert path
    assert not set(path) & set("/#\\ \r\n\t")
    assert path not in {".", ".."}


def test_counts_every_attempt() -> None:
    guard = Guard([announced(READ.url, at_most=2)])
    admit(guard)
    admit(guard)
    with pytest.raises(GuardError, match="more than 2 times"):
        admit(guard)


def test_a_handshake_is_no_leave_to_send() -> None:
    guard = Guard([announced(READ.url, effect=Effect.HANDSHAKE)])
    with pytest.raises(GuardError):
        admit(guard)


def test_a_refused_request_is_neither_sent_nor_listed() -> None:
    with Server(saying(answer())) as server:
        ledgers: list[list[LedgerEntry]] = []

        async def act(transport: Transport) -> None:
            ledgers.append(transport.ledger)
            await transport.send(request(f"{server.url}/other"))

        with pytest.raises(GuardError):
            driven(act, announced(f"{server.url}/v2/ping"))
        assert server.seen == []
        assert ledgers == [[]]


def test_retries_stop_at_the_budget() -> None:
    with Server(saying(answer(b"", "503 Service Unavailable"))) as server:
        url = f"{server.url}/v2/ping"
        with pytest.raises(GuardError, match="more than 2 times"):
            driven(lambda transport: transport.send(request(url, tries=5)), announced(url, at_most=2))
        assert len(server.seen) == 2
