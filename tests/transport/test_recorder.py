from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from readiness.evidence import Body, Exchange
from readiness.secret import Redactor, Secret
from readiness.transport import recorder
from readiness.transport.recorder import EXCERPT, Recorded, record
from tests.transport.driving import NOW, SANDBOX

VALUE = "S3cr3t/Value+of=Tests"
SECRET = Secret(VALUE, "sandbox client_secret")
TOKEN = "eyJ.born-0f3b77d2c1.sig"
CARD = "4111111111111111"


def knowing(*secrets: Secret) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret)
    return redactor


def recorded(body: Any, headers: dict[str, str] | None = None, *secrets: Secret) -> tuple[Recorded, dict[str, Secret]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return record(raw, httpx.Headers(headers or {}), knowing(*secrets), "sandbox mint")


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        (b"", Body.EMPTY, None),
        (b" \r\n\t", Body.EMPTY, None),
        (b"{}", Body.JSON, {}),
        (b"\n [1, null] ", Body.JSON, [1, None]),
        (b'"text"', Body.JSON, "text"),
        (b"null", Body.JSON, None),
        (b'{"a": 1}{"b": 2}', Body.OTHER, None),
        (b'{"access_tok', Body.OTHER, None),
        (b"{'a': 1}", Body.OTHER, None),
        (b"OK", Body.OTHER, None),
        (b"<!DOCTYPE html><html></html>", Body.HTML, None),
        (b"  <HTML lang=en>", Body.HTML, None),
        (b"<?xml version='1.0'?><error/>", Body.OTHER, None),
        (b"\xff\xfe\x00\xd8", Body.OTHER, None),
        (b'{"a": NaN}', Body.OTHER, None),
        (b"[Infinity]", Body.OTHER, None),
        (b"[-Infinity]", Body.OTHER, None),
        (b"[1e999]", Body.OTHER, None),
        (b"[" * 100_000, Body.OTHER, None),
        (b"1" * 10_000, Body.OTHER, None),
        (b'["\\ud800"]', Body.OTHER, None),
        (b'{"\\udfff": 1}', Body.OTHER, None),
        (b'["\\ud83d\\ude00"]', Body.JSON, ["\U0001f600"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_a_body_is(raw: bytes, kind: Body, value: object) -> None:
    # RFC 8259 knows no NaN; half a surrogate is no character; a number beyond all bounds is none that can be kept.
    got, born = recorded(raw)
    assert (got.body, got.json_body) == (kind, value)
    assert born == {}


def test_the_content_type_is_not_believed() -> None:
    assert recorded(b"{}", {"content-type": "text/html"})[0].body is Body.JSON
    assert recorded(b"<html>", {"content-type": "application/json"})[0].body is Body.HTML


def test_a_deep_body_is_kept_to_a_depth() -> None:
    got, _ = recorded(b'{"a":' * 500 + b"1" + b"}" * 500)
    assert got.body is Body.JSON
    assert len(got.model_dump_json()) < 2000


def test_secrets_that_are_born_are_known_before_anything_is_kept() -> None:
    redactor = knowing(SECRET)
    body = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 900, "note": f"use {TOKEN} well"}
    got, born = record(
        json.dumps(body).encode(), httpx.Headers({"location": f"/x?t={TOKEN}"}), redactor, "sandbox mint"
    )
    assert born["access_token"] == Secret(TOKEN, "any")
    assert born["access_token"].name == "sandbox mint access_token"
    assert TOKEN not in got.model_dump_json()
    assert got.json_body == {
        "access_token": "[redacted: sandbox mint access_token]",
        "token_type": "Bearer",
        "expires_in": 900,
        "note": "use [redacted: sandbox mint access_token] well",
    }
    assert redactor.find(TOKEN.encode())
    assert got.echoes == (), "what is born is no echo"


@pytest.mark.parametrize("field", recorder.BORN_SECRETS)
def test_every_field_that_bears_a_secret(field: str) -> None:
    got, born = recorded({field: TOKEN})
    assert set(born) == {field}
    assert TOKEN not in got.model_dump_json()


@pytest.mark.parametrize("value", [None, 5, True, "", [TOKEN], {"a": TOKEN}])
def test_what_is_no_text_bears_no_secret(value: object) -> None:
    got, born = recorded({"access_token": value})
    assert born == {}
    assert TOKEN not in got.model_dump_json()


@pytest.mark.parametrize("value", [None, "", True])
def test_an_empty_token_stays_empty(value: object) -> None:
    assert recorded({"access_token": value})[0].json_body == {"access_token": value}


def test_a_truncated_token_answer_keeps_no_token() -> None:
    got, born = recorded(json.dumps({"access_token": TOKEN}).encode()[:-3])
    assert got.body is Body.OTHER
    assert born == {}
    assert TOKEN[:12] not in got.excerpt


@pytest.mark.parametrize(
    "echo",
    [
        VALUE,
        quote(VALUE, safe=""),
        base64.b64encode(f"id:{VALUE}".encode()).decode(),
        base64.b64encode(VALUE.encode()).decode(),
        VALUE.encode().hex(),
        json.dumps(json.dumps(VALUE)),
    ],
    ids=["raw", "percent", "basic", "base64", "hex", "json in json"],
)
def test_echoes_are_named_wherever_they_stand(echo: str) -> None:
    for body, headers in (
        ({"error": echo}, {}),
        ({echo: 1}, {}),
        (f"<html>{echo}</html>".encode(), {}),
        ({}, {"x-echo": echo}),
        ({}, {"www-authenticate": f'Bearer error="{echo}"'}),
    ):
        got, _ = recorded(body, headers, SECRET)
        assert got.echoes == ("sandbox client_secret",), (body, headers)
        assert echo not in got.model_dump_json()


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"X-Arise-Trace-CorrelationId": "c-1", "x-request-id": "r-1"}, {}, "c-1"),
        ({"X-Correlation-Id": "c-2"}, {"correlationId": "b-2"}, "c-2"),
        ({"x-request-id": "r-3"}, {}, "r-3"),
        ({}, {"correlationId": "b-4"}, "b-4"),
        ({}, {"CorrelationId": "b-5"}, "b-5"),
        ({}, {"correlationID": "b-6"}, "b-6"),
        ({}, {"correlationId": 7}, None),
        ({}, {"correlationId": ""}, None),
        ({}, ["correlationId"], None),
        ({}, {}, None),
        ({"x-request-id": VALUE}, {}, "[redacted: sandbox client_secret]"),
        ({"x-request-id": "i" * 500}, {}, "i" * 128),
    ],
)
def test_the_correlation_id(headers: dict[str, str], body: object, expected: str | None) -> None:
    assert recorded(body, headers, SECRET)[0].correlation_id == expected


def test_headers_are_chosen_and_redacted() -> None:
    headers = {
        "Date": "Tue, 24 Nov 2026 12:00:00 GMT",
        "Location": f"https://elsewhere.example/?secret={quote(VALUE)}",
        "Set-Cookie": "session=1",
        "Server": "s" * 2000,
    }
    got, _ = recorded({}, headers, SECRET)
    assert set(got.headers) == {"date", "location", "server"}
    assert VALUE not in got.headers["location"]
    assert len(got.headers["server"]) == 512


def test_an_excerpt_is_short_and_says_so() -> None:
    got, _ = recorded(b"x" * 10_000)
    assert got.excerpt.startswith("x" * EXCERPT)
    assert got.excerpt.endswith("… (cut; 10000 bytes in all)")
    assert recorded({"a": 1})[0].excerpt == "", "JSON is kept as data"


def test_a_secret_across_the_cut_is_gone_whole() -> None:
    got, _ = recorded(b"x" * (EXCERPT - 5) + VALUE.encode() + b"y" * 5000, None, SECRET)
    assert VALUE[:5] not in got.excerpt


def test_cards_are_masked_and_types_stay() -> None:
    got, _ = recorded({"cardNumber": CARD, "pan": int(CARD), "amount": 12.5, "items": [{"text": f"card {CARD}"}]})
    assert CARD not in got.model_dump_json()
    assert isinstance(got.json_body, dict)
    assert got.json_body["amount"] == 12.5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(VALUE) | st.just(int(CARD)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just(VALUE), inner, max_size=4),
    max_leaves=20,
)
BODIES = (
    st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.tuples(JSON, st.integers(0, 60)).map(lambda pair: json.dumps(pair[0]).encode()[: pair[1]])
    | st.tuples(st.binary(max_size=30), st.binary(max_size=30)).map(lambda pair: VALUE.encode().join(pair))
)
HEADERS = st.dictionaries(
    st.sampled_from(["date", "location", "server", "x-request-id", "retry-after", "x-other"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30) | st.just(VALUE),
)


@given(BODIES, HEADERS)
@example(b'["\\ud800"]', {})
@example(b"1" * 5000, {})
@example(b"[1e400, -1e400]", {})
@example(json.dumps({"access_token": "\ud800" * 9}).encode(), {})
def test_never_raises_never_keeps_a_secret_and_survives_a_file(body: bytes, headers: dict[str, str]) -> None:
    wire = httpx.Headers([(name.encode(), text.encode("latin-1")) for name, text in headers.items()])
    got, _ = record(body, wire, knowing(SECRET), "sandbox read")
    given = {"at": NOW, "environment": SANDBOX, "purpose": "read", "method": "GET", "host": "h", "path": "/"}
    exchange = Exchange(**given, sent=0.0, received=1.0, status=200, **dict(got))
    text = exchange.model_dump_json()
    assert VALUE not in text
    assert VALUE not in repr(exchange)
    assert Exchange.model_validate_json(text) == exchange
    assert json.loads(text)["json_body"] == got.json_body
