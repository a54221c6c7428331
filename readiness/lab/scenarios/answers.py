"""Errors as they are documented, and answers as nobody documents them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from readiness.lab.bench import Bench
from readiness.lab.scenario import Scenario

CLIENT_ERRORS = (400, 403, 404, 409)
"""Which trying again does not mend."""
OTHER_ERRORS = (402, 500)

ODD: Mapping[str, Mapping[str, Any]] = {
    "PascalCase error": {
        "kind": "status",
        "status": 400,
        "body": {
            "Details": "'Base Amount' must be greater than '0'.",
            "StatusCode": 400,
            "Source": "IsvApiBff",
            "ExceptionType": "ValidationException",
            "CorrelationId": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "ErrorCode": "V0000",
            "Title": "Validation failed",
            "Errors": {"": ["Validation failed"]},
        },
    },
    "empty 401": {"kind": "expired_token"},
    "empty 200": {"kind": "empty_body"},
    "HTML 502": {"kind": "html", "status": 502},
    "malformed JSON": {"kind": "malformed_body"},
}


class DocumentedErrors(Scenario):
    """Each documented error, for a payment."""

    name: ClassVar[str] = "documented-errors"
    story: ClassVar[str] = "Payments get the documented errors, one after the other: 400, 403, 404, 409, 402, 500."
    expected: ClassVar[str] = "400, 403, 404 and 409 are not tried again; callers see none of the vendor's own words."

    async def play(self, bench: Bench) -> None:
        """One action for each status."""
        await bench.healthy()
        for status in (*CLIENT_ERRORS, *OTHER_ERRORS):
            bench.vendor.main_fault(f"the API answers {status}", {"kind": "status", "status": status})
            await bench.act(f"error {status}")
            bench.vendor.heal()


class OddAnswers(Scenario):
    """Answers that no specification shows, and that were seen in the wild."""

    name: ClassVar[str] = "odd-answers"
    story: ClassVar[str] = (
        "Answers come in odd shapes: a PascalCase error, an empty 401, an empty 200, HTML, broken JSON."
    )
    expected: ClassVar[str] = "A clean failure each time, and the application lives on."

    async def play(self, bench: Bench) -> None:
        """One action for each shape, then a healthy one."""
        await bench.healthy()
        for name, fault in ODD.items():
            bench.vendor.main_fault(f"answers are odd: {name}", fault)
            await bench.act(f"odd {name}")
            bench.vendor.heal()
        bench.facts["alive"] = bench.alive()
        await bench.act("afterwards")
