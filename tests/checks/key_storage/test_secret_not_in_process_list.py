from __future__ import annotations

from readiness.model import Status
from readiness.traces import Sighting
from tests.checks.lives import judged, lived

CHECK = "key-storage/secret-not-in-process-list"


def test_passes_where_command_lines_hold_no_secret() -> None:
    assert judged(CHECK).status is Status.PASSED


def test_fails_on_a_secret_in_a_command_line_and_names_the_program() -> None:
    seen = lived(command_lines=3, sightings=(Sighting(t=1, program="curl", what="lab client secret"),))
    verdict = judged(CHECK, "command-lines", seen)
    assert verdict.status is Status.FAILED
    assert "`curl`" in verdict.findings[0].message


def test_unknown_where_none_could_be_read() -> None:
    assert judged(CHECK, "command-lines", lived()).status is Status.UNKNOWN
