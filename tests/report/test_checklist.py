from __future__ import annotations

import pytest

from readiness.model import Kind, Status
from readiness.report.checklist import checklist
from readiness.requirements import CHECKLIST, G7
from readiness.result import Result
from tests.report.rows import ATTESTATION, MAJOR, WAIVER, row

PASSED = row("a/passed", Status.PASSED, MAJOR, requirements=(G7,))
FAILED = row("a/failed", Status.FAILED, MAJOR, requirements=(G7,))
WAIVED = row("a/waived", Status.FAILED, MAJOR, requirements=(G7,), waiver=WAIVER)
UNKNOWN = row("a/unknown", Status.UNKNOWN, MAJOR, requirements=(G7,))
ABSENT = row("a/absent", Status.NOT_APPLICABLE, MAJOR, requirements=(G7,))
WORD = row("a/word", Status.ATTESTED, MAJOR, requirements=(G7,), kind=Kind.ATTESTATION, attestation=ATTESTATION)


@pytest.mark.parametrize(
    ("results", "state", "outcome", "tone"),
    [
        ((), "not covered", "no check of this run looks at it", "neutral"),
        ((PASSED,), "measured", "holds", "good"),
        ((PASSED, WORD), "measured", "holds, in part on a person's word", "good"),
        ((WORD,), "attested", "holds, on a person's word", "good"),
        ((PASSED, FAILED, UNKNOWN), "measured", "does not hold: 1 failure", "bad"),
        ((PASSED, UNKNOWN), "measured", "open: 1 of 2 checks unknown", "open"),
        ((WORD, UNKNOWN), "attested", "open: 1 of 2 checks unknown", "open"),
        ((UNKNOWN,), "not covered", "open: 1 of 1 check unknown", "open"),
        ((PASSED, WAIVED), "measured", "does not hold, waived: 1 failure", "open"),
        ((ABSENT,), "not covered", "does not apply", "neutral"),
        ((ABSENT, PASSED), "measured", "holds", "good"),
    ],
)
def test_the_worst_result_speaks_for_an_item(results: tuple[Result, ...], state: str, outcome: str, tone: str) -> None:
    item = next(item for item in checklist(results) if item.code == "G7")

    assert (item.state, item.outcome, item.tone) == (state, outcome, tone)


def test_every_item_is_there_in_the_vendor_s_order() -> None:
    assert [item.code for item in checklist(())] == list(CHECKLIST)


def test_evidence_names_what_is_cited_and_who_vouches() -> None:
    (item,) = (item for item in checklist((WORD,)) if item.results)

    assert item.evidence == ("Jo Doe, 2026-11-02: docs/load-test.pdf",)


def test_a_code_that_the_vendor_does_not_have_is_shown_as_such() -> None:
    stranger = row("a/b", Status.PASSED, MAJOR, requirements=("go-live G99: made up",))

    assert checklist((stranger,))[-1].text == "not an item of the checklist"
