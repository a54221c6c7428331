"""environment-separation/production-account-is-live."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.api import (
    S3,
    Account,
    Because,
    Environment,
    EvidenceView,
    Exchange,
    JsonObject,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    listed,
    not_accepted,
    text,
    unknown,
)

CARD_PROCESSORS = frozenset({"tsys"})
"""Types that take real cards (vendor's `PaymentProcessorType`; the others are Ach, SandboxCard and SandboxAch)."""
OTHERS = frozenset({"ach"})
SANDBOX = "sandbox"
POINTER = "/payment_config/json_body"


@check(
    title="The production account takes real cards",
    failing_title="The production account cannot take real cards",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[],
    optional=[Account],
    concerns=[Environment.PRODUCTION],
    requirements=[S3],
)
def production_account_is_live(evidence: EvidenceView) -> Verdict:
    """The production key's account offers a card processor, and no sandbox processor.

    Why it matters: An account with a sandbox processor answers "approved" and moves no money: you ship goods and are
        never paid. Without a card processor every card payment fails on launch day.
    How it is judged: The payment configuration is read with the production key. It passes when its processors include
        one of type `Tsys` and none whose type begins with `Sandbox`. A sandbox processor, or no card processor,
        fails.
    How to fix: If a sandbox processor is listed, the key or the URL under `environments.production` is the sandbox's:
        use the key of the live account. If it is the live one, ask the vendor to finish provisioning the merchant's
        card processor.
    When it is unknown: Production is not configured, its payment configuration could not be read (no answer, 401,
        403, 5xx, not JSON), or it lists no processors in a form that is known.
    """
    account = evidence.each(Account).get(Environment.PRODUCTION)
    if account is None:
        detail = "The config has no `environments.production`, so its account was not read."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    if isinstance(account, Missing):
        return unknown(account)
    if lack := not_accepted(account.payment_config):
        return unknown(lack)
    assert isinstance(account.payment_config, Exchange)
    processors = listed(account.payment_config.fields, "availablePaymentProcessors")
    if processors is None:
        detail = f"{account.payment_config}: no list `availablePaymentProcessors`"
        return unknown(Missing(because=Because.UNREACHABLE, detail=detail))
    return _judge(evidence, processors, str(account.payment_config))


def _judge(evidence: EvidenceView, processors: Sequence[JsonObject], seen: str) -> Verdict:
    types = [text(processor, "type") for processor in processors]
    finding = evidence.cite(Account, POINTER, f"processor types {types}. {seen}", Environment.PRODUCTION)
    if any(kind is not None and kind.lower().startswith(SANDBOX) for kind in types):
        return Verdict.failed("The production account offers a sandbox processor: no money moves.", finding)
    if any(kind is None for kind in types):
        return Verdict.unknown("A processor of the production account has no type.", finding)
    names = {kind.lower() for kind in types if kind is not None}
    if names & CARD_PROCESSORS:
        return Verdict.passed(f"The production account offers {', '.join(map(str, types))}, and no sandbox processor.")
    if foreign := names - OTHERS:
        what = f"It is not known whether the production account's processors take cards: {', '.join(sorted(foreign))}."
        return Verdict.unknown(what, finding)
    return Verdict.failed("The production account offers no card processor; expected one of type Tsys.", finding)
