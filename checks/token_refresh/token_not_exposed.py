"""token-refresh/token-not-exposed."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.api import (
    G3,
    S1,
    BehaviourTrace,
    EvidenceView,
    Kind,
    Severity,
    Verdict,
    all_lived,
    check,
    lived,
    plural,
)


@check(
    title="Tokens and secrets travel in their own places only",
    failing_title="A token or secret stands where others can read it",
    severity=Severity.MAJOR,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G3, S1],
)
def token_not_exposed(evidence: EvidenceView) -> Verdict:
    """Tokens appear in the Authorization header and nowhere else: not in URLs, bodies or the application's output.

    Why it matters: URLs and output end in logs of proxies, collectors and vendors. Whoever reads a token there can
        take and refund payments with it until it ends.
    How it is judged: In every scenario all requests, all lines of output and all answers to callers are searched
        for the tokens that the emulator issued and for the lab's client secret, by value and in every usual form.
    How to fix: Send the token in the Authorization header only. Log ids and statuses; switch off logs of headers
        and bodies in the HTTP client.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application wrote more than the lab looks at.
    """
    seen = all_lived(evidence)
    if not seen:
        found = lived(evidence, "baseline")
        assert isinstance(found, Verdict)
        return found
    for each in seen:
        calls = [call for call in each.trace.calls if call.exposes and call.host != "elsewhere"]
        lines = [line for line in each.trace.output if _credentials(line.holds)]
        outcomes = [outcome for outcome in each.trace.outcomes if _credentials(outcome.holds)]
        if calls or lines or outcomes:
            where = "requests" if calls else "the output" if lines else "answers to callers"
            return each.failed(f"a token or secret stands in {where}.", *calls, *lines, *outcomes)
    if any(each.trace.output_cut for each in seen):
        return seen[0].unknown("the application wrote more than was looked at.")
    count = sum(len(each.trace.calls) for each in seen)
    return seen[0].passed(f"{plural(count, 'request')} and all output searched: none holds a token out of its place.")


def _credentials(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in {"card number", "security code"}]
