"""key-storage/no-unused-keys."""

from __future__ import annotations

from readiness.api import (
    S1,
    Because,
    Configuration,
    Environment,
    EnvironmentFacts,
    EvidenceView,
    Exchange,
    JsonObject,
    Kind,
    Missing,
    PartnerKeys,
    Severity,
    Verdict,
    check,
    listed,
    not_accepted,
    plural,
    text,
    unknown,
    weigh,
)

DRILL_PREFIX = "readiness-drill-"
"""Keys of the deleted-key drill; `deleted-key/drill-leaves-nothing` judges them."""


@check(
    title="The account has no unused key",
    failing_title="The account has keys that nobody declares",
    severity=Severity.MINOR,
    kind=Kind.LIVE,
    needs=[PartnerKeys, Configuration],
    concerns=[Environment.SANDBOX],
    requirements=[S1],
)
def no_unused_keys(evidence: EvidenceView) -> Verdict:
    """The partner's list of the merchant's keys holds only keys that the config declares.

    Why it matters: A key that nobody uses is missed by nobody when it is stolen, and it opens the account like any
        other.
    How it is judged: The partner's key lists the sandbox keys of `partner.merchant_id`. Each must be the sandbox's
        `client_id` or the partner's own. The sandbox's own key must be in the list, else it is another list than the
        one that matters. A key that the config calls retired but that is still listed fails. Keys of a running drill
        are left out.
    How to fix: Find out who uses the named key. If nobody does, delete it in the portal, or with `DELETE
        /v2/api-keys/{clientId}`. If an application does, audit that application with a config of its own.
    When it is unknown: There are no partner credentials, the list could not be read, or it does not hold the
        sandbox's own key.
    """
    listing = evidence[PartnerKeys].listing
    settings = evidence[Configuration].environments.get(Environment.SANDBOX, EnvironmentFacts())
    if settings.client_id is None:
        detail = settings.client_id_problem or "`environments.sandbox.client_id` has no value."
        return unknown(Missing(because=Because.NOT_CONFIGURED, detail=detail))
    if lack := not_accepted(listing):
        return unknown(lack)
    assert isinstance(listing, Exchange)
    keys = listed(listing.fields, "apiKeys", "tokens", "items", "data")
    if keys is None or not all(text(key, "clientId") for key in keys):
        return unknown(Missing(because=Because.UNREACHABLE, detail=f"{listing}: no list of keys with their client ids"))
    ours = [key for key in keys if _of_merchant(key, settings.partner_merchant_id) and not _of_drill(key)]
    declared = {_id(settings.client_id), _id(settings.partner_client_id)}
    ids = [_id(text(key, "clientId")) for key in ours]
    failures = [
        evidence.cite(PartnerKeys, "/listing/json_body", f"{name} is {_state(name, settings)}")
        for name in ids
        if name not in declared
    ]
    undecided = []
    if _id(settings.client_id) not in ids:
        detail = f"{listing}: the list does not hold the sandbox's own key, so it may be another merchant's"
        undecided.append(Missing(because=Because.UNREACHABLE, detail=detail))
    return weigh(
        failures,
        undecided,
        failed=f"{len(failures)} of {plural(len(ours), 'listed key')} not declared, or declared retired.",
        passed=f"{plural(len(ours), 'key')} listed, none that is not declared.",
    )


def _id(client_id: str | None) -> str:
    """A client id as ids are compared: they are UUIDs, whose letters' case means nothing."""
    return (client_id or "").lower()


def _of_merchant(key: JsonObject, merchant_id: str | None) -> bool:
    """A partner may see keys of all its merchants."""
    owner = text(key, "merchantId")
    return owner is None or merchant_id is None or owner.lower() == merchant_id.lower()


def _of_drill(key: JsonObject) -> bool:
    name = text(key, "apiKeyName", "tokenName", "name")
    return name is not None and name.startswith(DRILL_PREFIX)


def _state(client_id: str, settings: EnvironmentFacts) -> str:
    retired = {_id(each) for each in settings.retired_client_ids}
    return "retired, but still listed" if client_id in retired else "not declared"
