"""How answers of the vendor's API are read, tolerantly but never generously: what is not clear decides nothing.

The same words serve probes (is this token worth using?) and checks (was the key refused?).
"""

from __future__ import annotations

from enum import StrEnum

from readiness.evidence import Attempt, Exchange, Missing
from readiness.model import Because, Verdict


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
        if not_json := attempt.not_json():
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
    return tuple(faults)


def token_refused(attempt: Attempt) -> bool | Missing:
    """Whether the API refused a token: True for 401, False for 200; Missing when the answer decides neither."""
    if isinstance(attempt, Missing):
        return attempt
    if unusable := attempt.unusable():
        return unusable
    if attempt.status == 401:
        return True
    if attempt.status == 200:
        return attempt.not_json() or False
    because = Because.REFUSED if attempt.status == 403 else Because.UNREACHABLE
    return Missing(because=because, detail=f"{attempt}: neither accepted (200) nor refused (401)")


def unknown(missing: Missing) -> Verdict:
    """The verdict for something that was not observed."""
    return Verdict.unknown(missing.detail, because=missing.because)
