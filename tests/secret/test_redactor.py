from __future__ import annotations

import base64
import json
import threading
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.secret import Hit, Redactor, Secret

VALUE = "sk_live_4f9dK2+x/Pq8Zt7Lm3"
MASK = "[redacted: sandbox client_secret]"


@pytest.fixture
def redactor() -> Redactor:
    known = Redactor()
    known.add(Secret(VALUE, "sandbox client_secret"), client_id="cid-1")
    return known


@pytest.mark.parametrize(
    "text",
    [
        VALUE,
        json.dumps(json.dumps({"x": VALUE})),
        quote(VALUE, safe=""),
        base64.b64encode(f"cid-1:{VALUE}".encode()).decode(),
        base64.b64encode(f"any:{VALUE}:thing".encode()).decode(),
        VALUE.encode().hex(),
        VALUE.encode("utf-16-le").decode("latin-1"),
        f'"{VALUE[:7]}" +\n "{VALUE[7:]}"',
        base64.encodebytes(b"x" * 60 + VALUE.encode() + b"y" * 60).decode(),
    ],
)
def test_masks_every_form(redactor: Redactor, text: str) -> None:
    masked = redactor.text(f"é before {text} after 漢")
    assert MASK in masked
    assert masked.startswith("é before ")
    assert masked.endswith(" after 漢")
    assert redactor.find(masked.encode()) == ()
    assert redactor.find(text.encode()) != ()
    assert redactor.text(masked) == masked


def test_find_names_secret_and_form(redactor: Redactor) -> None:
    redactor.add(Secret("another-secret-99", "production webhook_secret"))
    data = f"{VALUE} {quote(VALUE, safe='')} another-secret-99".encode()
    assert redactor.find(data) == (
        Hit("production webhook_secret", "raw"),
        Hit("sandbox client_secret", "percent-encoded"),
        Hit("sandbox client_secret", "raw"),
    )
    assert redactor.find(b"nothing here") == ()
    assert Redactor().find(data) == ()


def test_bytes_are_masked_by_value_only(redactor: Redactor) -> None:
    data = b"\xff\x00" + VALUE.encode() + b"\xfe cvv=123"
    assert redactor.data(data) == b"\xff\x00" + MASK.encode() + b"\xfe cvv=123"


def test_the_longest_of_overlapping_secrets_names_the_mask(redactor: Redactor) -> None:
    redactor.add(Secret(f"{VALUE}-and-more", "longer"))
    assert redactor.text(f"a {VALUE}-and-more b") == "a [redacted: longer] b"


def test_adding_again_changes_nothing(redactor: Redactor) -> None:
    before = redactor.counts
    redactor.add(Secret(VALUE, "the same under another name"), client_id="cid-1")
    assert redactor.counts == before
    redactor.add(Secret(VALUE, "sandbox client_secret"), client_id="cid-2")
    assert redactor.counts == (1, before[1] + 2)
    redactor.add(Secret("short", "too short"))
    assert redactor.counts == (1, before[1] + 2)
    assert VALUE not in repr(redactor)


@pytest.mark.parametrize("value", ["redacted", "[redacted]", "redacted: the name", "the name"])
def test_a_mask_never_holds_what_it_masks(value: str) -> None:
    known = Redactor()
    known.add(Secret(value, "the name"))
    masked = known.text(f"x {value} y")
    assert known.find(masked.encode()) == ()


@given(st.text(min_size=8, max_size=40), st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_nothing_is_found_after_masking(value: str, around: str) -> None:
    known = Redactor()
    known.add(Secret(value, "n"))
    text = f"{around} {value} {around}"
    assert value not in known.data(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


CREDENTIALS = [
    ("Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"),
    ("Authorization: abc\nHost: x", "Authorization: [redacted]\nHost: x"),
    ("Authorization: Custom abc def", "Authorization: [redacted]"),
    (json.dumps({"body": json.dumps({"secret": "q"})}), json.dumps({"body": json.dumps({"secret": "[redacted]"})})),
    ("authorization=abc", "authorization=[redacted]"),
    ("{'Proxy-Authorization': 'Basic abc'}", "{'Proxy-Authorization': '[redacted]'}"),
    ("sent Basic Y2lkOnNlY3JldA== to it", "sent Basic [redacted] to it"),
    ("Bearer%20eyJhbGciOi1", "Bearer%20[redacted]"),
    ('{"access_token":"cut o', '{"access_token":"[redacted]'),
    ('{"client_secret": "a\\"b", "x": 1}', '{"client_secret": "[redacted]", "x": 1}'),
    (json.dumps(json.dumps({"secret": 'q"q', "a": 1})), json.dumps(json.dumps({"secret": "[redacted]", "a": 1}))),
    ('{"cvv": 123}', '{"cvv": [redacted]}'),
    ("grant_type=x&client_secret=foo&scope=y", "grant_type=x&client_secret=[redacted]&scope=y"),
    ("card[cvv]=123&a=b", "card[cvv]=[redacted]&a=b"),
    ("cvv: 123, ok", "cvv: [redacted], ok"),
    ("X-Api-Key: abc123def", "X-Api-Key: [redacted]"),
    ("card 4111 1111 1111 1111", "card 411111…1111"),
]


@pytest.mark.parametrize(("text", "masked"), CREDENTIALS)
def test_masks_unknown_credentials(text: str, masked: str) -> None:
    assert Redactor().text(text) == masked
    assert Redactor().text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        'WWW-Authenticate: Bearer error="invalid_token", realm="aurora"',
        "Basic authentication is needed",
        "BearerTokenError: invalid_token, token expired at '01/02/2026 10:11:12'",
        '{"token_type":"Bearer","expires_in":900,"token_state":"valid","tokenType":"x"}',
        "token: expired",
        "client_secret: {env: AURORA_SECRET}",
        "f3b0c442-98fc-4c14-9afb-f4c8996fb924",
        "[redacted: production retired_keys[0] client_secret]=",
    ],
)
def test_leaves_harmless_text_alone(text: str) -> None:
    assert Redactor().text(text) == text


def test_json_keeps_types(redactor: Redactor) -> None:
    given: dict[str, Any] = {
        "access_token": "opaque",
        "token_type": "Bearer",
        "expires_in": 900,
        "clientSecret": VALUE,
        "note": f"it is {VALUE}!",
        VALUE: True,
        "card": {"cardNumber": "4111 1111 1111 1111", "securityCode": 123, "amount": 12.5, "pan": 4111111111111111},
        "hmacSecret": None,
        "taxId": ["12", {"deep": "x", "flag": False}],
        "other": [4111111111111111, 4111111111111112, "4111111111111111"],
        "accountNumber": "000123",
    }
    assert redactor.json(given) == {
        "access_token": "[redacted]",
        "token_type": "Bearer",
        "expires_in": 900,
        "clientSecret": MASK,
        "note": f"it is {MASK}!",
        MASK: True,
        "card": {"cardNumber": "411111…1111", "securityCode": 0, "amount": 12.5, "pan": 0},
        "hmacSecret": None,
        "taxId": ["[redacted]", {"deep": "[redacted]", "flag": False}],
        "other": ["411111…1111", 4111111111111112, "411111…1111"],
        "accountNumber": "[redacted]",
    }


def test_json_ends_at_a_depth() -> None:
    value: Any = "deep"
    for _ in range(500):
        value = [value]
    assert "deep" not in json.dumps(Redactor().json(value))


def test_threads_may_add_and_redact() -> None:
    known = Redactor()
    values = [f"minted-token-{index:04}" for index in range(60)]

    def add(part: list[str]) -> None:
        for value in part:
            known.add(Secret(value, value[-4:]))
            assert value not in known.text(f"x {value} y")

    threads = [threading.Thread(target=add, args=(values[start::4] + values[:5],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert known.counts[0] == len(values)
    assert known.text(" ".join(values)) == " ".join(f"[redacted: {value[-4:]}]" for value in values)


LONG = ['"', "\\", "a=", 'a="', '"a":"', '"cvv":"', '\\"a\\":\\"', "Bearer ", "Bearer+", "Bearer a", "4111 ", "4111-"]
LONG += ["token:", "token=", '\\"', "[", "authorization ", "authorization:", "authorization: basic ", " ", "\n", "ab"]


@pytest.mark.parametrize("unit", LONG)
def test_redaction_is_linear(unit: str) -> None:
    """A quadratic pattern would take minutes here."""
    assert Redactor().text(unit * 30_000)
