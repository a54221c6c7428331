from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.evidence import Exchange, Trouble
from readiness.secret import Redactor, Secret
from readiness.transport import client
from readiness.transport.client import LONGEST_WAIT, Transport, _pause
from tests.transport.driving import AGENT, PRODUCTION, SANDBOX, announced, driven, request, send
from tests.transport.servers import Conversation, Server, answer, dripping, resetting, saying, silent

TOKEN = Secret("tok-6f1c9b27a4e85d30", "sandbox mint access_token")
SECRET = Secret("s3cret/+with=signs&more", "sandbox client_secret")
OK, BUSY = answer(b'{"fine": true}'), answer(b"", "503 Service Unavailable")


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BACKOFF", 0.001)


def redactor() -> Redactor:
    knows = Redactor()
    for secret in (TOKEN, SECRET):
        knows.add(secret)
    return knows


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_never_followed(status: str) -> None:
    with Server(saying(OK)) as elsewhere, Server(saying(answer(b"", status, f"Location: {elsewhere.url}/x"))) as server:
        form = {"client_secret": SECRET}
        sent = send(server.url, method="POST", bearer=TOKEN, form=form, tries=3, transport={"redactor": redactor()})
        assert elsewhere.seen == []
        assert len(server.seen) == 1
    assert sent.exchange.status == int(status[:3])
    assert sent.exchange.headers["location"] == f"{elsewhere.url}/x"
    assert sent.exchange.unusable() is not None
    assert len(sent.ledger) == 1


def test_the_wire_carries_what_was_asked_and_no_more() -> None:
    with Server(saying(OK)) as server:
        send(f"{server.url}/v2/ping", query={"pageIndex": "0"}, bearer=TOKEN)
        (seen,) = server.seen
    assert seen.request.startswith(b"GET /v2/ping?pageIndex=0 HTTP/1.1\r\n")
    assert seen.headers == {
        "host": server.url.removeprefix("http://"),
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "keep-alive",
        "user-agent": AGENT,
        "authorization": f"Bearer {TOKEN.reveal()}",
    }


def test_a_form_is_encoded_once() -> None:
    with Server(saying(OK)) as server:
        send(server.url, method="POST", form={"grant_type": "client_credentials", "client_secret": SECRET})
        (seen,) = server.seen
    body = seen.request.partition(b"\r\n\r\n")[2]
    assert body == b"grant_type=client_credentials&client_secret=s3cret%2F%2Bwith%3Dsigns%26more"


def test_json_is_sent_as_json() -> None:
    with Server(saying(OK)) as server:
        send(server.url, method="POST", json={"apiKeyName": "readiness-drill-1"})
        (seen,) = server.seen
    assert seen.headers["content-type"] == "application/json"
    assert seen.request.endswith(b'{"apiKeyName":"readiness-drill-1"}')


@pytest.mark.parametrize("bad", ["429 Too Many", "502 Bad", "503 Unavailable", "504 Time-out"])
def test_transient_answers_are_tried_again(bad: str) -> None:
    with Server(saying(answer(b"", bad), answer(b"", bad), OK)) as server:
        sent = send(server.url, tries=3)
        assert len(server.seen) == 3
    assert (sent.exchange.status, sent.exchange.attempts) == (200, 3)
    assert [entry.status for entry in sent.ledger] == [int(bad[:3]), int(bad[:3]), 200]


@pytest.mark.parametrize("final", ["200 OK", "400 Bad", "401 Unauthorized", "403 No", "404 No", "409 No", "500 Fault"])
def test_other_answers_stand(final: str) -> None:
    with Server(saying(answer(b"", final))) as server:
        assert send(server.url, tries=3).exchange.attempts == 1
        assert len(server.seen) == 1


def test_the_last_attempt_stands_whatever_it_is() -> None:
    with Server(saying(BUSY)) as server:
        sent = send(server.url, tries=3)
        assert len(server.seen) == 3
    assert (sent.exchange.status, sent.exchange.attempts) == (503, 3)


def test_a_request_is_sent_once_unless_it_may_be_repeated() -> None:
    with Server(saying(BUSY)) as server:
        send(server.url)
        assert len(server.seen) == 1


def test_a_broken_connection_is_tried_again_and_each_attempt_listed() -> None:
    turns = iter([resetting, resetting, saying(OK)])

    def behave(conversation: Conversation) -> None:
        next(turns)(conversation)

    with Server(behave) as server:
        sent = send(server.url, tries=3)
    assert (sent.exchange.status, sent.exchange.attempts) == (200, 3)
    assert [entry.status for entry in sent.ledger] == [None, None, 200]


@pytest.mark.parametrize("behave", [silent, dripping])
def test_a_time_out_is_never_tried_again(behave: object) -> None:
    with Server(behave) as server:  # type: ignore[arg-type] # both are behaviours
        sent = send(server.url, tries=3, transport={"timeout": 0.2})
        assert len(server.seen) == 1
    assert (sent.exchange.trouble, sent.exchange.attempts) == (Trouble.TIMEOUT, 1)


def test_garbage_is_not_tried_again() -> None:
    with Server(saying(b"SSH-2.0-OpenSSH\r\n\r\n")) as server:
        assert send(server.url, tries=3).exchange.trouble is Trouble.PROTOCOL
        assert len(server.seen) == 1


def busy(retry_after: str | None, status: int = 429) -> Exchange:
    headers = {} if retry_after is None else {"retry-after": retry_after}
    given = {"at": datetime.now(UTC), "environment": SANDBOX, "purpose": "p", "method": "GET", "host": "h", "path": "/"}
    return Exchange.model_validate({**given, "sent": 0, "received": 1, "status": status, "headers": headers})


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        *((None, 0.2), ("", 0.2), ("soon", 0.2), ("-3", 0.2), ("0", 0.2), ("1", 1.0), ("10", 10.0)),
        *(("11", None), ("3600", None), ("9" * 400, None), ("1.5", 0.2), ("\u0663", 0.2)),
        *(("Fri, 31 Dec 1999 23:59:59 GMT", 0.2), ("Fri, 31 Dec 2999 23:59:59 GMT", None)),
    ],
)
def test_how_long_is_waited(retry_after: str | None, pause: float | None) -> None:
    assert _pause(busy(retry_after), 0.2) == pause
    assert LONGEST_WAIT == 10.0


def test_a_date_is_waited_for() -> None:
    asked = _pause(busy(format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)), 0.2)
    assert asked is not None
    assert 2 < asked <= 5


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,12} [A-Z][a-z]{2} \d{1,12} \d+:\d+:\d+ [+-]?\d+"))
def test_no_text_breaks_the_wait(text: str) -> None:
    pause = _pause(busy(text), 0.2)
    assert pause is None or 0 <= pause <= LONGEST_WAIT


def test_retry_after_is_kept() -> None:
    with Server(saying(answer(b"", "429 Too Many", "Retry-After: 1"), OK)) as server:
        began = datetime.now(UTC)
        assert send(server.url, tries=2).exchange.status == 200
    assert datetime.now(UTC) - began >= timedelta(seconds=1)


def test_a_long_retry_after_ends_the_attempts() -> None:
    with Server(saying(answer(b"", "429 Too Many", "Retry-After: 86400"))) as server:
        sent = send(server.url, tries=3)
        assert len(server.seen) == 1
    assert sent.exchange.headers["retry-after"] == "86400"


def test_at_most_eight_requests_at_once_reach_a_host() -> None:
    lock, full, gate = threading.Lock(), threading.Event(), threading.Event()
    active, peak = 0, 0

    def behave(conversation: Conversation) -> None:
        nonlocal active, peak
        with lock:
            active += 1
            peak = max(peak, active)
            if active == 8:
                full.set()
        gate.wait(10)
        with lock:
            active -= 1
        conversation.say(OK)

    async def act(transport: Transport) -> None:
        requests = [asyncio.create_task(transport.send(request(server.url))) for _ in range(30)]
        assert await asyncio.to_thread(full.wait, 10)
        # Another host has places of its own, while this one has none left.
        assert (await transport.send(request(other.url, "other"))).exchange.status == 200
        gate.set()
        replies = await asyncio.gather(*requests)
        assert {reply.exchange.status for reply in replies} == {200}

    with Server(behave) as server, Server(saying(OK)) as other:
        driven(act, announced(server.url), announced(other.url, "other"))
        assert len(server.seen) == 30
    assert peak == 8


def test_the_ledger_tells_what_was_sent_and_for_whom() -> None:
    with Server(saying(answer(b"{}", "200 OK", "X-Correlation-Id: c-77"))) as server:
        ids = ("token-refresh/token-accepted",)
        sent = send(f"{server.url}/v2/ping", transport={"check_ids": {(SANDBOX, "read"): ids}})
    (entry,) = sent.ledger
    exchange = sent.exchange
    assert (entry.method, entry.host, entry.path) == ("GET", server.url.removeprefix("http://"), "/v2/ping")
    assert (entry.status, entry.correlation_id, entry.check_ids) == (200, "c-77", ids)
    assert (entry.at, entry.environment) == (exchange.at, SANDBOX)
    assert entry.duration_ms == pytest.approx(exchange.duration_ms, abs=0.001)
    assert exchange.sent < exchange.received


def test_what_was_cut_short_stands_in_the_ledger() -> None:
    arrived = threading.Event()

    def behave(conversation: Conversation) -> None:
        arrived.set()
        conversation.closing.wait(10)

    async def act(transport: Transport) -> None:
        task = asyncio.create_task(transport.send(request(server.url)))
        await asyncio.to_thread(arrived.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Server(behave) as server:
        _, ledger = driven(act, announced(server.url))
    assert [(entry.method, entry.status) for entry in ledger] == [("GET", None)]


def test_environments_share_no_connection() -> None:
    with Server(saying(OK)) as server:

        async def act(transport: Transport) -> None:
            for environment in (SANDBOX, PRODUCTION):
                await transport.send(request(server.url, environment=environment))
            assert transport._wire is not None
            assert len(transport._wire._clients) == 2

        driven(act, announced(server.url), announced(server.url, environment=PRODUCTION))


def test_a_secret_in_a_path_stands_neither_in_the_exchange_nor_in_the_ledger() -> None:
    with Server(saying(OK)) as server:
        sent = send(f"{server.url}/keys/{TOKEN.reveal()}", transport={"redactor": redactor()})
    assert TOKEN.reveal() not in sent.exchange.model_dump_json()
    assert TOKEN.reveal() not in sent.ledger[0].model_dump_json()
