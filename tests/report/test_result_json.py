from __future__ import annotations

import json
from typing import Any

import pytest

from readiness.errors import UsageError
from readiness.report import read_result, render
from tests.report.sample import empty, ready, sample

CONTRACT = (
    "format", "tool", "integration", "run", "verdict", "gate", "counts", "results", "ledger", "not_checked", "plugins",
    "evidence_digest",
)  # fmt: skip
RESULT = (
    "id", "area", "title", "status", "severity", "environment", "summary", "because", "findings", "remediation",
    "requirements", "waiver", "duration_ms",
)  # fmt: skip


def data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(sample(), "json"))
    return loaded


@pytest.mark.parametrize("result", [sample(), ready(), empty()], ids=["sample", "ready", "empty"])
def test_written_and_read_is_the_same(result: Any) -> None:
    assert read_result(render(result, "json")) == result


def test_the_same_result_gives_the_same_bytes_after_a_round_trip() -> None:
    written = render(sample(), "json")

    assert render(read_result(written), "json") == written
    assert render(read_result(written), "html") == render(sample(), "html")


def test_the_contract_s_keys_are_there_in_its_order() -> None:
    keys = [key for key in data() if key in CONTRACT]
    assert keys == list(CONTRACT)
    assert [key for key in data()["results"][0] if key in RESULT] == list(RESULT)
    assert set(data()["results"][0]["findings"][0]) == {"message", "location", "evidence", "pointer"}


def test_layout_is_two_spaces_and_a_final_line_feed() -> None:
    written = render(sample(), "json")

    assert written.startswith('{\n  "format": "readiness-result/1",\n  "tool": {\n    "name": "readiness"')
    assert written.endswith("}\n")
    assert "→" in written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[1]", "not a result of the format"),
        ('{"format": "readiness-evidence/1"}', "not a result of the format"),
        ('{"format": "readiness-result/1"}', "tool: field required (and"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_result_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(UsageError, match="(?i)" + words.replace("(", r"\(")) as caught:
        read_result(text)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_an_error_never_repeats_a_value() -> None:
    broken = data() | {"gate": "hunter2-secret"}

    with pytest.raises(UsageError) as caught:
        read_result(json.dumps(broken))
    assert "gate" in caught.value.message
    assert "hunter2" not in caught.value.message


def test_counts_that_the_results_deny_are_refused() -> None:
    with pytest.raises(UsageError, match="counts"):
        read_result(json.dumps(data() | {"counts": data()["counts"] | {"failed": 0}}))


@pytest.mark.parametrize("verdict", ["ready", "ready_with_waivers", "incomplete"])
def test_a_verdict_better_than_the_results_is_refused(verdict: str) -> None:
    with pytest.raises(UsageError, match="its results come to not_ready"):
        read_result(json.dumps(data() | {"verdict": verdict}))


def test_a_verdict_worse_than_the_results_may_have_its_reasons() -> None:
    cautious = json.loads(render(ready(), "json")) | {"verdict": "incomplete"}

    assert read_result(json.dumps(cautious)).verdict == "incomplete"
