"""account/key-can-take-payments."""

from __future__ import annotations

from readiness.api import (
    Account,
    Because,
    Body,
    EvidenceView,
    Exchange,
    Kind,
    Missing,
    Severity,
    Verdict,
    check,
    listed,
    text,
    token_refused,
    unknown,
    without_token,
)


@check(
    title="The key can take payments",
    failing_title="The key cannot take payments",
    severity=Severity.BLOCKER,
    kind=Kind.LIVE,
    needs=[Account],
    per_environment=True,
)
def key_can_take_payments(evidence: EvidenceView) -> Verdict:
    """The payment configuration is readable with the key, and it is a merchant's, with a processor to pay through.

    Why it matters: A partner's key, or a key without permissions, mints tokens like any other and then gets 403 on
        every payment.
    How it is judged: `GET /v2/settings/payment-config` is read with a token of the configured key. It passes on 200
        with a JSON object that lists at least one payment processor. It fails on 403 (the key is a partner's, or a
        permission is switched off), on 401 to a token that was just issued, and when the account has no processor at
        all.
    How to fix: Use the key that the merchant made in the portal (Settings, API Keys), not the partner's. If it is the
        merchant's, have the partner switch the permission "General Configurations" and the payment permissions on.
        Without a processor, ask the vendor to finish provisioning the account.
    When it is unknown: The key got no token, or the answer is neither a payment configuration nor a refusal: no
        answer, 404, 5xx, throttling, a redirect, or a body that is not JSON.
    """
    account = evidence[Account]
    config = account.payment_config
    if isinstance(config, Missing):
        return unknown(config)
    if lack := without_token(account.mint):
        return unknown(lack)
    seen = evidence.cite(Account, "/payment_config", str(config))
    if config.status == 403 and config.trouble is None and config.body in {Body.JSON, Body.EMPTY}:
        return Verdict.failed("403 on the payment configuration: a partner's key, or a missing permission.", seen)
    refused = token_refused(config)
    if isinstance(refused, Missing):
        return unknown(refused)
    if refused:
        return Verdict.failed("The API answered 401 to a token that the key just got; expected 200.", seen)
    return _judge(config, evidence)


def _judge(config: Exchange, evidence: EvidenceView) -> Verdict:
    """Read a payment configuration."""
    processors = listed(config.fields, "availablePaymentProcessors")
    if processors is None:
        detail = f"{config}: no list `availablePaymentProcessors`, so it is not a payment configuration"
        return unknown(Missing(because=Because.UNREACHABLE, detail=detail))
    if not processors:
        seen = evidence.cite(Account, "/payment_config/json_body", str(config))
        return Verdict.failed("The account has no payment processor, so no payment can be taken.", seen)
    company = text(config.fields, "companyName") or "a merchant without a name"
    names = ", ".join(text(processor, "processorName", "name", "type") or "unnamed" for processor in processors)
    return Verdict.passed(f"A merchant's key reads the payment configuration: {company}, processors {names}.")
