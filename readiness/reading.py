"""How answers of the vendor's API are read, tolerantly but never generously: what is not clear decides nothing.

The same words serve probes (is this token worth using?) and checks (was the key refused?).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import JsonValue

from readiness.evidence import Attempt, Body, Exchange, Missing
from readiness.model import Because, Finding, Verdict

JsonObject = Mapping[str, JsonValue]

LONGEST_LIFETIME = 2**53
"""Seconds that every JSON reader still holds exactly (RFC 8259, 6)."""
ERROR_FIELDS = frozenset({"error", "errorcode", "exceptiontype", "statuscode"})
"""What marks an error, in any of the vendor's shapes and either case; no answer to a read has such a field."""


class MintOutcome(StrEnum):
    """What a token endpoint's answer says of a key."""

    ISSUED = "issued"
    """200 and a token."""
    REFUSED = "refused"
    """`invalid_client` with 400 or 401 (OpenIddict; RFC 6749, 5.2)."""
    WRONG = "wrong"
    """A complete answer that is neither: another status, another error, a payload of the wrong shape."""


def mint_outcome(attempt: Attempt) -> MintOutcome | Missing:
    """Read a token endpoint's answer; Missing when it decides nothing."""
    if isinstance(attempt, Missing):
        return attempt
    if unusable := attempt.unusable():
        return unusable
    if attempt.status == 200:
        not_json = attempt.not_json()
        if not_json and attempt.body is not Body.JSON:
            return not_json
        return MintOutcome.ISSUED if not token_faults(attempt) else MintOutcome.WRONG
    if attempt.status in {400, 401} and attempt.fields.get("error") == "invalid_client":
        return MintOutcome.REFUSED
    return MintOutcome.WRONG


def token_faults(exchange: Exchange) -> tuple[str, ...]:
    """What a 200 payload of the token endpoint lacks (RFC 6749, 5.1; the vendor's SDK demands all three fields)."""
    fields = exchange.fields
    faults = []
    if not isinstance(fields.get("access_token"), str) or not fields["access_token"]:
        faults.append("`access_token` is not a string")
    if str(fields.get("token_type")).lower() != "bearer":
        faults.append("`token_type` is not Bearer")
    lifetime = fields.get("expires_in")
    if not isinstance(lifetime, int) or isinstance(lifetime, bool) or lifetime <= 0:
        faults.append("`expires_in` is not a positive integer")
    elif lifetime > LONGEST_LIFETIME:
        faults.append("`expires_in` is not a number of seconds that anybody can count")
    return tuple(faults)


def lifetime_of(mint: Attempt) -> int | Missing:
    """Seconds that a minted token is said to live; Missing when no token was issued."""
    if lack := without_token(mint):
        return lack
    assert isinstance(mint, Exchange)
    lifetime = mint.fields["expires_in"]
    assert isinstance(lifetime, int)
    return lifetime


def without_token(mint: Attempt) -> Missing | None:
    """Why a mint is no positive control: None when it brought a token."""
    outcome = mint_outcome(mint)
    if isinstance(outcome, Missing):
        return outcome
    if outcome is MintOutcome.ISSUED:
        return None
    return Missing(because=Because.REFUSED, detail=f"{mint}: the key that should work got no token")


def token_refused(attempt: Attempt) -> bool | Missing:
    """Whether the API refused a token: True for 401, False for 200; Missing when the answer decides neither.

    An error that comes with 200, as some gateways wrap it, shows neither that the token was taken nor that it was not.
    """
    if isinstance(attempt, Missing):
        return attempt
    if unusable := attempt.unusable():
        return unusable
    if attempt.status == 401:
        return True
    if attempt.status == 200:
        return attempt.not_json() or _wrapped_error(attempt) or False
    because = Because.REFUSED if attempt.status == 403 else Because.UNREACHABLE
    return Missing(because=because, detail=f"{attempt}: neither accepted (200) nor refused (401)")


def _wrapped_error(exchange: Exchange) -> Missing | None:
    """Why a 200 is no success: its body is one of the vendor's errors."""
    named = sorted(name for name, value in exchange.fields.items() if name.lower() in ERROR_FIELDS and value)
    if not named:
        return None
    return Missing(because=Because.UNREACHABLE, detail=f"{exchange}: its body is an error with `{named[0]}`")


def not_accepted(read: Attempt) -> Missing | None:
    """Why a read is no positive control: None when its token was accepted.

    An API that answers 401 to everything would otherwise prove that it refuses bad tokens.
    """
    refused = token_refused(read)
    if isinstance(refused, Missing):
        return refused
    if not refused:
        return None
    return Missing(because=Because.REFUSED, detail=f"{read}: the token that should work was refused")


def listed(container: JsonObject, *names: str) -> tuple[JsonObject, ...] | None:
    """The objects of a list that stands under the first of `names` that is there, whatever its letters' case.

    The vendor writes an empty list as null, too. None: there is no such list, or it holds something else than objects.
    """
    by_name = {key.lower(): value for key, value in container.items()}
    found = next((name.lower() for name in names if name.lower() in by_name), None)
    if found is None:
        return None
    items = by_name[found] if by_name[found] is not None else []
    if not isinstance(items, list):
        return None
    objects = tuple(item for item in items if isinstance(item, dict))
    return objects if len(objects) == len(items) else None


def text(container: JsonObject, *names: str) -> str | None:
    """The text under the first of `names` that holds one, whatever its letters' case."""
    by_name = {key.lower(): value for key, value in container.items()}
    found = (by_name.get(name.lower()) for name in names)
    return next((value for value in found if isinstance(value, str) and value), None)


def unknown(missing: Missing, *more: Missing) -> Verdict:
    """The verdict for what was not observed: the first reason leads, all are told."""
    findings = (Finding(message=each.detail) for each in (missing, *more)) if more else ()
    also = f" (and {len(more)} more)" if more else ""
    return Verdict.unknown(f"{missing.detail}{also}", *findings, because=missing.because)


def weigh(
    failures: Sequence[Finding],
    undecided: Sequence[Missing],
    *,
    failed: str,
    passed: str,
    notes: Sequence[Finding] = (),
) -> Verdict:
    """One verdict for many things: a failure outweighs what is unknown, which outweighs what holds.

    `notes` are told with each. So is what is unknown where something failed: mending that alone would not do.
    """
    if failures:
        open_ones = (Finding(message=f"not decided: {each.detail}") for each in undecided)
        return Verdict.failed(failed, *failures, *open_ones, *notes)
    if undecided:
        verdict = unknown(*undecided)
        return verdict.model_copy(update={"findings": (*verdict.findings, *notes)})
    return Verdict.passed(passed, *notes)
