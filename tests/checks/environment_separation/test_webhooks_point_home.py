from __future__ import annotations

import pytest

from readiness.facts import WebhookEndpoints
from readiness.model import Because, Environment, Status
from tests.checks import factories as make
from tests.checks.factories import PRODUCTION, SANDBOX
from tests.checks.judging import judge

CHECK = "environment-separation/webhooks-point-home"


def test_passes_on_the_environments_own_receiver() -> None:
    for environment in Environment:
        hooks = make.hooks(make.hook(f"https://hooks.acme.example/{environment}"))
        assert judge(CHECK, hooks, make.configuration(), environment=environment).status is Status.PASSED


def test_fails_on_the_other_environments_receiver() -> None:
    hooks = make.hooks(make.hook("https://HOOKS.acme.example:443/sandbox/?a=b"))
    verdict = judge(CHECK, hooks, make.configuration(), environment=PRODUCTION)
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].evidence == "webhook-endpoints:production"
    assert "a=b" not in verdict.findings[0].message, "a query may hold a secret"


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/hook",
        "https://127.0.0.1:8443/hook",
        "https://10.1.2.3/hook",
        "https://192.168.0.9/hook",
        "https://[::1]/hook",
        "https://[fd00::1]/hook",
        "https://169.254.1.1/hook",
        "https://intranet/hook",
        "https://pay.acme.internal/hook",
        "https://mac.local/hook",
        "https://abc123.ngrok-free.app/hook",
        "https://x.trycloudflare.com/hook",
        "https://webhook.site/0000",
        "https://eo1.m.pipedream.net",
    ],
)
def test_production_goes_to_public_hosts_only(url: str) -> None:
    hooks = make.hooks(make.hook(url))
    assert judge(CHECK, hooks, make.configuration(), environment=PRODUCTION).status is Status.FAILED
    assert judge(CHECK, hooks, make.configuration(), environment=SANDBOX).status is Status.PASSED


def test_an_emulated_production_may_use_this_machine() -> None:
    hooks = make.hooks(make.hook("https://127.0.0.1:9000/hook"))
    facts = make.of(make.configuration(), PRODUCTION, emulated=True)
    assert judge(CHECK, hooks, facts, environment=PRODUCTION).status is Status.PASSED


def test_a_host_that_merely_ends_alike_is_no_tunnel() -> None:
    hooks = make.hooks(make.hook("https://notwebhook.site/hook"))
    assert judge(CHECK, hooks, make.configuration(), environment=PRODUCTION).status is Status.PASSED


def test_not_applicable_when_none_is_registered() -> None:
    assert judge(CHECK, make.hooks(), make.configuration()).status is Status.NOT_APPLICABLE


def test_reads_the_older_list_shape() -> None:
    page = make.exchange(200, {"data": [make.hook("https://hooks.acme.example/production")]})
    hooks = WebhookEndpoints(pages=(page,), complete=True)
    assert judge(CHECK, hooks, make.configuration()).status is Status.FAILED


def test_unknown_when_no_receiver_is_declared() -> None:
    hooks = make.hooks(make.hook("https://hooks.acme.example/production"))
    verdict = judge(CHECK, hooks, make.configuration(urls=()), environment=PRODUCTION)
    assert (verdict.status, verdict.because) == (Status.UNKNOWN, Because.NOT_CONFIGURED)
    assert "webhook_url" in verdict.summary


@pytest.mark.parametrize("endpoints", [[], [make.hook("https://hooks.acme.example/sandbox")]])
def test_unknown_when_pages_are_left(endpoints: list[dict[str, object]]) -> None:
    assert judge(CHECK, make.hooks(*endpoints, complete=False), make.configuration()).status is Status.UNKNOWN


def test_unknown_without_pages() -> None:
    hooks = WebhookEndpoints(pages=(), complete=True)
    assert judge(CHECK, hooks, make.configuration()).status is Status.UNKNOWN


@pytest.mark.parametrize("endpoint", [{}, {"endpointUrl": None}, {"endpointUrl": "https://["}])
def test_unknown_when_an_endpoint_cannot_be_read(endpoint: dict[str, object]) -> None:
    assert judge(CHECK, make.hooks(endpoint), make.configuration()).status is Status.UNKNOWN
