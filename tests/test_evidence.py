from __future__ import annotations

import json
from typing import Any

import pytest

from readiness.evidence import (
    Body,
    Evidence,
    EvidenceError,
    EvidenceView,
    Exchange,
    Missing,
    Trouble,
    load_item,
    read_evidence,
)
from readiness.model import Because, Environment
from readiness.result import Plugin
from tests.literals import NOW, PRODUCTION, SANDBOX, Season, Weather, evidence_set, item, missing


def exchange(status: int | None = 200, **more: Any) -> Exchange:
    given = {"at": NOW, "environment": SANDBOX, "purpose": "p", "method": "GET", "host": "h", "path": "/x"}
    return Exchange.model_validate({**given, "sent": 1.0, "received": 1.5, "status": status, **more})


@pytest.mark.parametrize(
    ("status", "trouble", "because"),
    [
        *((status, None, None) for status in (200, 201, 204, 400, 401, 403, 404, 409, 422)),
        *((status, None, Because.REFUSED) for status in (300, 301, 302, 303, 304, 307, 308)),
        *((status, None, Because.UNREACHABLE) for status in (429, 500, 502, 503, 504, 599)),
        (408, None, Because.TIMED_OUT),
        (None, None, Because.UNREACHABLE),
        (None, Trouble.TIMEOUT, Because.TIMED_OUT),
        *((None, trouble, Because.UNREACHABLE) for trouble in Trouble if trouble is not Trouble.TIMEOUT),
        (200, Trouble.RESET, Because.UNREACHABLE),
    ],
)
def test_which_answers_decide_nothing(status: int | None, trouble: Trouble | None, because: Because | None) -> None:
    lack = exchange(status, trouble=trouble, detail="why").unusable()
    assert (lack and lack.because) is because
    if lack:
        assert "GET h/x" in lack.detail


@pytest.mark.parametrize(
    ("body", "value", "words"),
    [
        (Body.JSON, {}, None),
        (Body.EMPTY, None, "an empty body"),
        (Body.HTML, None, "an HTML page"),
        (Body.OTHER, None, "not complete JSON"),
        (Body.JSON, [], "another shape"),
        (Body.JSON, None, "another shape"),
    ],
)
def test_what_is_no_json_object(body: Body, value: Any, words: str | None) -> None:
    answer = exchange(body=body, json_body=value)
    lack = answer.not_json()
    assert (lack is None) == (words is None)
    assert lack is None or (lack.because is Because.UNREACHABLE and str(words) in lack.detail)
    assert answer.fields == (value if isinstance(value, dict) else {})


def test_an_exchange_on_one_line() -> None:
    assert str(exchange(401, correlation_id="c-1")) == "GET h/x → 401, correlation id c-1"
    assert str(exchange(None, trouble=Trouble.DNS)) == "GET h/x → no answer (dns)"
    assert exchange().duration_ms == 500


ITEMS: dict[type[Evidence], dict[Environment | None, Evidence | Missing]] = {
    Weather: {SANDBOX: Weather(), PRODUCTION: missing(Because.TIMED_OUT)},
    Season: {None: Season()},
}


def test_a_check_of_one_environment_sees_its_own_and_the_runs() -> None:
    view = EvidenceView(SANDBOX, NOW, ITEMS)
    assert view[Weather] == Weather()
    assert view[Season] == Season()
    assert view.get(Weather) == Weather()
    other = EvidenceView(PRODUCTION, NOW, ITEMS)
    assert other.get(Weather) == missing(Because.TIMED_OUT)
    with pytest.raises(KeyError):
        other[Weather]


def test_a_check_of_the_run_sees_the_sandbox_and_each() -> None:
    view = EvidenceView(None, NOW, ITEMS)
    assert view[Weather] == Weather()
    assert view.each(Weather) == ITEMS[Weather]
    assert view.each(Season) == {}


def test_what_was_not_declared_is_not_shown() -> None:
    view = EvidenceView(None, NOW, {Season: {}})
    with pytest.raises(KeyError):
        view.get(Weather)
    lack = view.get(Season)
    assert isinstance(lack, Missing)
    assert lack.because is Because.NOT_CONFIGURED


def test_findings_cite_the_item_they_come_from() -> None:
    view = EvidenceView(PRODUCTION, NOW, ITEMS)
    assert view.cite(Weather, "/sunny", "m").evidence == "weather:production"
    assert view.cite(Weather, "/sunny", "m", SANDBOX).evidence == "weather:sandbox"
    assert view.cite(Season, "/name", "m").evidence == "season"
    assert EvidenceView(None, NOW, ITEMS).cite(Weather, "", "m").evidence == "weather:sandbox"


def test_items_have_ids_and_load_again() -> None:
    stored = item(Weather(degrees=3.5), SANDBOX)
    assert stored.id == "weather:sandbox"
    assert item(Season()).id == "season"
    assert load_item(stored, Weather) == Weather(degrees=3.5)
    assert load_item(item((Weather, missing())), Weather) == missing()


def test_a_set_survives_its_file_and_keeps_its_digest() -> None:
    kept = evidence_set(item(Weather(degrees=0.1 + 0.2), SANDBOX), item(Season()))
    for text in (kept.model_dump_json(), kept.model_dump_json(indent=2), json.dumps(kept.model_dump(mode="json"))):
        again = read_evidence(text)
        assert again == kept
        assert again.digest() == kept.digest()
    assert kept.item("weather", SANDBOX) == kept.items[0]
    assert kept.item("weather", PRODUCTION) is None


def test_the_digest_tells_any_change() -> None:
    kept = evidence_set(item(Weather(), SANDBOX))
    warmer = evidence_set(item(Weather(degrees=21), SANDBOX))
    other = evidence_set(item(Weather(), SANDBOX), plugins=(Plugin(name="p", version=None),))
    assert len({kept.digest(), warmer.digest(), other.digest()}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "format"),
        ("{}", "format"),
        ('{"format": "readiness-result/1"}', "format"),
        ('{"format": "readiness-evidence/2"}', "format"),
        ('{"format": "readiness-evidence/1"}', "validation error"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_evidence_file(text: str, words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        read_evidence(text)


def test_an_unknown_field_is_refused() -> None:
    data = {**evidence_set().model_dump(mode="json"), "verdict": "ready"}
    with pytest.raises(EvidenceError):
        read_evidence(json.dumps(data))
