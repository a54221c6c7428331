"""The JSON result: the model written out, and read back with suspicion."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ValidationError

from readiness.errors import UsageError
from readiness.result import AuditResult, Counts, Readiness, readiness_of

_HINT = "give a file that `readiness run … -o json=FILE` wrote"
_UNSEEN = re.compile(
    r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters that would act on a terminal or a viewer; they stand inside strings only, so escapes are JSON."""


def write_result(result: AuditResult) -> str:
    """The result contract as JSON: keys in the model's order, two spaces, one final line feed.

    Other alphabets stay readable; control and bidirectional characters are escaped.
    """
    return _dump(result, indent=2) + "\n"


def embed_result(result: AuditResult) -> str:
    """The same on one line, safe inside an HTML `<script>` element: no `<`, `>`, `&` or line separator is left."""
    text = _dump(result, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def read_result(text: str) -> AuditResult:
    """Read a JSON result. Raises `UsageError` when it is not one, or when its sums do not follow from its results."""
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise UsageError(f"the result is not JSON: {error}", _HINT) from None
    except RecursionError:
        raise UsageError("the result is not JSON that can be read: it is nested too deeply", _HINT) from None
    if not isinstance(data, dict) or data.get("format") != "readiness-result/1":
        raise UsageError("the file is not a result of the format readiness-result/1", _HINT)
    try:
        result = AuditResult.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(f"the result does not follow its format: {_first_problem(error)}", _HINT) from None
    _refuse_contradictions(result)
    return result


def _dump(result: AuditResult, **layout: Any) -> str:
    text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False, **layout)
    return _UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _first_problem(error: ValidationError) -> str:
    """Place and reason of the first fault; never the value, which may be anything."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    place = ".".join(str(part) for part in problems[0]["loc"]) or "the top level"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{place}: {problems[0]['msg'].lower()}{more}"


def _refuse_contradictions(result: AuditResult) -> None:
    """A report must not show a verdict or counts that its own results deny."""
    if result.counts != Counts.of(result.results):
        raise UsageError("the result contradicts itself: its counts are not those of its results", _HINT)
    complete = not result.run.interrupted and not any(plugin.error for plugin in result.plugins)
    due = readiness_of(result.results, result.gate, complete=complete)
    # A run may be incomplete for reasons that stand outside its results; it is never better than they are.
    if result.verdict not in {due, Readiness.INCOMPLETE} or (
        due is Readiness.NOT_READY and result.verdict is not Readiness.NOT_READY
    ):
        raise UsageError(
            f"the result contradicts itself: it says {result.verdict}, but its results come to {due}", _HINT
        )
