"""token-refresh/never-sends-expired-token."""

from __future__ import annotations

from readiness.api import (
    G3,
    BehaviourTrace,
    Call,
    EvidenceView,
    Kind,
    Lived,
    Severity,
    Verdict,
    check,
    lived,
    mints,
    place,
    plural,
)


@check(
    title="The application replaces its token before or when it ends",
    failing_title="The application goes on with an expired token",
    severity=Severity.BLOCKER,
    kind=Kind.BEHAVIOUR,
    needs=[BehaviourTrace],
    requirements=[G3],
)
def never_sends_expired_token(evidence: EvidenceView) -> Verdict:
    """Through several short lifetimes no call is made with an expired token, or each such call is made good at once.

    Why it matters: An expired token is refused: the payment under way fails, and so does every one after it until
        somebody restarts the service.
    How it is judged: The emulator issues tokens that live two seconds, and the application works on through four
        lifetimes. No call may carry an expired token; or each one that does is followed, within the same action, by
        at most two mints and a successful repetition. A token for each call, renewal in time and renewal after a
        401 are all right; the summary says which was seen.
    How to fix: Keep the moment at which the token ends (`expires_in` from its arrival, never a number of your own)
        and get a new one a minute before. Repeat a call once after a 401, with a new token.
    When it is unknown: The healthy run fails, the lab may not run the application (`run-application`), or the
        application makes no call after the first token has ended, or an action fails for another reason.
    """
    seen = lived(evidence, "expiry")
    if isinstance(seen, Verdict):
        return seen
    expired = [call for call in seen.trace.calls if call.late]
    lost = [call for call in expired if not _made_good(seen, call)]
    if lost:
        more = f"{plural(len(lost), 'call')} with an expired token, without a new token and a successful repetition."
        return seen.failed(more, *(near for call in lost for near in _around(seen, call)))
    life = seen.trace.number("token_ttl")
    late = [call for call in seen.trace.calls if call.host == "api" and call.t > mints(seen.trace.calls)[0].t + life]
    if not late:
        return seen.unknown("the application made no call after its first token had ended.")
    failed = [outcome for outcome in seen.trace.outcomes if not outcome.success]
    if failed:
        return seen.unknown("an action failed, though not by an expired token.", *failed)
    if expired:
        return seen.passed(
            f"reactive: {plural(len(expired), 'call')} got 401 and succeeded with a new token.", *expired
        )
    way = "a token for each action" if seen.habits.mints_per_call else "proactive: a new token before the old one ends"
    return seen.passed(f"{way}; no call carried an expired token.")


def _around(seen: Lived, call: Call) -> tuple[Call, ...]:
    """A call and what followed it in its action."""
    for outcome in seen.trace.outcomes:
        if outcome.started <= call.t <= outcome.ended:
            return seen.trace.between(call.t, outcome.ended)[:4]
    return (call,)


def _made_good(seen: Lived, call: Call) -> bool:
    """Whether the same action got a new token, and repeated the call with success."""
    for outcome in seen.trace.outcomes:
        if outcome.started <= call.t <= outcome.ended:
            after = [each for each in seen.trace.between(call.t, outcome.ended) if each is not call]
            again = [each for each in after if place(each) == place(call) and each.status == 200]
            return bool(again) and 1 <= len(mints(after)) <= 2
    return False
