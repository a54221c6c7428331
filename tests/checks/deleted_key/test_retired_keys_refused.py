from __future__ import annotations

from readiness.facts import RetiredKeys
from readiness.model import Because, Status
from tests.checks import factories as make
from tests.checks.factories import SANDBOX
from tests.checks.judging import judge

CHECK = "deleted-key/retired-keys-refused"


def test_passes_when_all_are_refused() -> None:
    assert judge(CHECK, make.configuration(), make.retired_keys()).status is Status.PASSED


def test_fails_when_one_still_mints_with_its_line() -> None:
    verdict = judge(CHECK, make.configuration(), make.retired_keys(make.refused(), make.token()))
    assert verdict.status is Status.FAILED
    (finding,) = verdict.findings
    assert (finding.location, finding.pointer) == (make.PLACE, "/trials/1/mint")
    assert "id-retired" in finding.message


def test_fails_whatever_the_control() -> None:
    keys = make.retired_keys(make.token(), control=make.FAULTS["503"])
    assert judge(CHECK, make.configuration(), keys).status is Status.FAILED


def test_unknown_when_the_live_key_is_refused_as_well() -> None:
    verdict = judge(CHECK, make.configuration(), make.retired_keys(control=make.refused()))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.REFUSED)


def test_unknown_when_a_secret_has_no_value() -> None:
    keys = make.retired_keys(make.missing(detail="OLD_SECRET is not set"))
    verdict = judge(CHECK, make.configuration(), keys)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)


def test_unknown_when_not_all_were_tried() -> None:
    facts = make.of(make.configuration(), SANDBOX, retired_client_ids=("id-retired", "id-older"))
    assert judge(CHECK, facts, make.retired_keys()).status is Status.UNKNOWN


def test_unknown_when_nothing_was_tried() -> None:
    verdict = judge(CHECK, make.configuration(), (SANDBOX, RetiredKeys, make.missing(Because.TIMED_OUT)))
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.TIMED_OUT)


def test_not_applicable_without_retired_keys() -> None:
    facts = make.of(make.configuration(), SANDBOX, retired_client_ids=())
    assert judge(CHECK, facts, (SANDBOX, RetiredKeys, make.missing())).status is Status.NOT_APPLICABLE
