"""The account probe, the webhook endpoints and the partner's list, in every contract generation."""

from __future__ import annotations

import httpx
import pytest

from readiness.evidence import Attempt, Exchange, Missing
from readiness.facts import Account, PartnerKeys, WebhookEndpoints
from readiness.model import Because, Status
from readiness.probes import account
from readiness.reading import JsonObject, listed
from tests.stage import PRODUCTION, SANDBOX, MakeStage, Stage, status_of


def items(attempt: Attempt, name: str) -> tuple[JsonObject, ...]:
    """The objects of a list that came."""
    assert isinstance(attempt, Exchange)
    found = listed(attempt.fields, name)
    assert found is not None
    return found


def register(stage: Stage, count: int) -> None:
    """Register webhook endpoints in the sandbox, as the integrator's own script would."""
    settings = stage.settings()
    form = {
        "grant_type": "client_credentials",
        "client_id": settings["client_id"],
        "client_secret": settings["client_secret"],
    }
    with httpx.Client(trust_env=False) as client:
        token = client.post(settings["oauth_url"], data=form).json()["access_token"]
        for index in range(count):
            body = {
                "endpointName": f"hook {index}",
                "endpointUrl": f"https://hooks.acme.example/{index}",
                "eventTypes": ["transaction.card.captured"],
            }
            url = f"{settings['api_url']}/v2/webhooks/endpoints"
            reply = client.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
            assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("generation", ["G1", "G2", "G4"])
def test_the_account_is_read_and_understood(make_stage: MakeStage, generation: str) -> None:
    stage = make_stage(generation=generation)
    played = stage.play("account/key-can-take-payments", "environment-separation/production-account-is-live")
    for environment, processor in ((SANDBOX, "SandboxCard"), (PRODUCTION, "Tsys")):
        found = played.evidence(Account, environment)
        assert status_of(found.mint) == 200
        assert status_of(found.payment_config) == 200
        assert isinstance(found.payment_config, Exchange)
        assert processor in str(found.payment_config.fields)
    assert set(played.statuses().values()) == {"passed"}


def test_a_partner_key_in_the_merchants_place_is_told(stage: Stage) -> None:
    stage.settings().update({name: stage.settings()["partner"][name] for name in ("client_id", "client_secret")})
    played = stage.play("account/key-can-take-payments")
    assert status_of(played.evidence(Account, SANDBOX).payment_config) == 403
    result = played.result("account/key-can-take-payments", SANDBOX)
    assert result.status is Status.FAILED
    assert result.findings


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (100, 1), (101, 2), (205, 3)])
def test_webhooks_are_read_page_by_page(stage: Stage, count: int, pages: int) -> None:
    register(stage, count)
    found = stage.play("environment-separation/webhooks-point-home").evidence(WebhookEndpoints, SANDBOX)
    assert found.complete
    assert len(found.pages) == pages
    urls = [str(item["endpointUrl"]) for page in found.pages for item in items(page, "items")]
    assert sorted(urls) == sorted(f"https://hooks.acme.example/{index}" for index in range(count))


def test_more_pages_than_are_read_leave_it_open(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "MAX_PAGES", 2)
    register(stage, 201)
    played = stage.play("environment-separation/webhooks-point-home")
    found = played.evidence(WebhookEndpoints, SANDBOX)
    assert not found.complete
    assert len(found.pages) == 2
    assert played.result("environment-separation/webhooks-point-home", SANDBOX).status is Status.UNKNOWN


@pytest.mark.parametrize("generation", ["G1", "G2"])
def test_older_generations_answer_all_at_once(make_stage: MakeStage, generation: str) -> None:
    played = make_stage(generation=generation).play("environment-separation/webhooks-point-home")
    found = played.evidence(WebhookEndpoints, SANDBOX)
    assert found.complete
    assert [status_of(page) for page in found.pages] == [200]


def test_a_page_that_breaks_off_ends_the_reading(stage: Stage) -> None:
    register(stage, 150)
    stage.control.fault("truncated_body", match={"path": "/v2/webhooks/endpoints", "method": "GET", "nth": 2})
    played = stage.play("environment-separation/webhooks-point-home")
    assert len(played.evidence(WebhookEndpoints, SANDBOX).pages) == 2
    assert played.result("environment-separation/webhooks-point-home", SANDBOX).status is Status.UNKNOWN


@pytest.mark.parametrize("generation", ["G1", "G2", "G4"])
def test_the_partner_lists_the_merchants_keys(make_stage: MakeStage, generation: str) -> None:
    stage = make_stage(generation=generation)
    played = stage.play("key-storage/no-unused-keys")
    listing = played.evidence(PartnerKeys).listing
    assert [key["clientId"] for key in items(listing, "apiKeys")] == [stage.settings()["client_id"]]
    assert played.result("key-storage/no-unused-keys").status is Status.PASSED
    stage.control.create_key(name="forgotten")
    assert stage.play("key-storage/no-unused-keys").result("key-storage/no-unused-keys").status is Status.FAILED


def test_a_dead_partner_key_is_a_reason(stage: Stage) -> None:
    stage.control.delete_key(stage.settings()["partner"]["client_id"])
    missing = stage.play("key-storage/no-unused-keys").missing(PartnerKeys)
    assert missing.because is Because.REFUSED
    assert "→ 401" in missing.detail


def test_what_the_config_leaves_out_is_not_asked(stage: Stage) -> None:
    del stage.settings()["partner"]
    stage.config["environments"]["production"].pop("client_secret")
    played = stage.play("key-storage/no-unused-keys", "account/key-can-take-payments")
    assert played.missing(PartnerKeys) == Missing(
        because=Because.NOT_CONFIGURED,
        detail="the config does not give `environments.sandbox.partner` (client_id, client_secret, merchant_id)",
    )
    assert "`environments.production.client_secret`" in played.missing(Account, PRODUCTION).detail
    assert not [entry for entry in stage.control.journal() if entry["environment"] == "production"]
