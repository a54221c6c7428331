"""A handmade result that holds everything a report can show, hostile texts included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from readiness.model import (
    Attestation,
    AuditResult,
    Because,
    Counts,
    Environment,
    Finding,
    Integration,
    Kind,
    LedgerEntry,
    Location,
    NotChecked,
    Plugin,
    Readiness,
    Result,
    RunFacts,
    Severity,
    Status,
    Tool,
    Waiver,
    readiness_of,
)
from readiness.requirements import CHECKLIST, G7, G8, G10, S2, S3, S4

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
START = datetime(2026, 11, 24, 6, 32, 10, tzinfo=UTC)

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> | `tick` **bold** [l](javascript:x) @org/team \u202egnp\x00\x1b[31m"
"""What a server, a file name or a plug-in may say."""


def result_row(id_: str, status: Status, severity: Severity, environment: Environment | None = None, **more: Any) -> Result:
    """One result with plausible texts, of which `more` replaces some."""
    fields: dict[str, Any] = {
        "id": id_,
        "area": id_.partition("/")[0],
        "title": id_.partition("/")[2].replace("-", " ").capitalize(),
        "kind": Kind.LIVE,
        "status": status,
        "severity": severity,
        "environment": environment,
        "summary": "Observed as described.",
        "because": None,
        "findings": (),
        "why": "Payments stop, or somebody else can make them.",
        "remediation": "Do what the guide says.",
        "requirements": (),
        "expected": id_.partition("/")[2].replace("-", " ").capitalize(),
        "duration_ms": 42,
    }
    return Result.model_validate(fields | more)


WAIVER = Waiver(
    check="transport/certificate-valid",
    reason="The new certificate is ordered; the load balancer is changed in the next window.",
    owner="Jo Doe",
    ticket="PAY-12",
    expires=date(2026, 12, 31),
)
EXPIRED = Waiver(
    check="token-refresh/tokens-overlap", reason="Old gateway.", owner="Kim Roe", ticket="PAY-3", expires=date(2026, 10, 1)
)
ATTESTATION = Attestation(
    by="Jo Doe",
    on=date(2026, 11, 2),
    expires=date(2027, 2, 1),
    evidence="docs/load-test.pdf",
    note="Agreed with Aurora support; 40 requests a second for an hour.",
    evidence_digest="5d41402abc4b2a76b9719d911017c592" * 2,
)


def _results() -> tuple[Result, ...]:
    blocker, major, minor, info = Severity
    return (
        result_row(
            "key-storage/secret-not-in-tree", Status.FAILED, blocker, PRODUCTION,
            kind=Kind.STATIC, title="A secret stands in the source tree", expected="No secret stands in the source tree",
            summary="The secret `production client_secret` occurs twice in 1,284 files.",
            findings=(
                Finding(message="raw form of `production client_secret`", location=Location(path="shop/settings.py", line=14, column=22), evidence="source-tree", pointer="/secrets/0"),
                Finding(message="base64 form of `production client_secret`", location=Location(path="deploy/values.yaml", line=7), evidence="source-tree", pointer="/secrets/1"),
            ),
            why="Whoever can read the repository can take payments and refund them to a card of their own. Copies of a repository are never all found again.",
            remediation="Make a new key, put it into the secrets manager, and delete the old one in the portal.\n\nThen remove the value from the files; history keeps it, so the key itself must die:\n\n    git log -S'<first characters>' --oneline",
            requirements=(G7,),
        ),
        result_row(
            "environment-separation/credentials-refused-across", Status.FAILED, blocker,
            title="A key works in the other environment", expected="Each key is refused by the other environment",
            summary="The sandbox key minted a token at the production endpoint.",
            findings=(Finding(message="POST api.flute.com/oauth/token → 200, correlation id 7f1c-22", evidence="cross-environment", pointer="/cells/1/mint"),),
            requirements=(S3,), why="A test run could move real money.", remediation="Ask Aurora support to check both keys; give them the correlation id.",
        ),
        result_row(
            "environment-separation/no-retired-hosts", Status.FAILED, major, kind=Kind.STATIC,
            title="A retired host is still named", summary=f"A file names a host that is gone: {HOSTILE}",
            findings=(Finding(message=HOSTILE, location=Location(path=f"src/{HOSTILE}.py", line=3), evidence="source-tree", pointer="/retired_hosts/0"),),
            requirements=(G8,),
        ),
        result_row("transport/certificate-valid", Status.FAILED, major, PRODUCTION, waiver=WAIVER, title="A certificate is about to expire", summary="9 days are left for pay.acme.example.", requirements=(G10,)),
        result_row("token-refresh/expired-token-refused", Status.UNKNOWN, minor, SANDBOX, because=Because.NOT_PERMITTED, summary="Waiting for the expiry needs the permission `wait-for-expiry`.", remediation="Add `wait-for-expiry` to `permissions`."),
        result_row("deleted-key/mint-refused-after-deletion", Status.UNKNOWN, blocker, because=Because.NOT_CONFIGURED, summary="No partner credentials are configured, so no key can be made and deleted.", requirements=(S4,)),
        result_row("transport/reachable", Status.UNKNOWN, blocker, PRODUCTION, because=Because.TIMED_OUT, summary="GET api.flute.com/v2/ping → no answer (timeout)", requirements=(G10,)),
        result_row("launch/load-testing-coordinated", Status.ATTESTED, major, kind=Kind.ATTESTATION, attestation=ATTESTATION, summary="Attested by Jo Doe.", requirements=(f"go-live G6: {CHECKLIST['G6']}",)),
        result_row("webhooks/endpoints-https", Status.NOT_APPLICABLE, blocker, SANDBOX, summary="No webhook endpoint is registered."),
        result_row("token-refresh/token-issued", Status.PASSED, blocker, SANDBOX, summary="A token was issued, valid for 900 s.", findings=(Finding(message="POST sandbox.api.flute.com/oauth/token → 200", evidence="token-use:sandbox", pointer="/mint"),)),
        result_row("token-refresh/token-issued", Status.PASSED, blocker, PRODUCTION, summary="A token was issued, valid for 900 s."),
        result_row("token-refresh/lifetime-is-short", Status.PASSED, major, SANDBOX, summary="900 s, within 24 h.", requirements=(S2,)),
        result_row("key-storage/production-secret-in-manager", Status.PASSED, blocker, kind=Kind.STATIC, summary="It comes from `vault payments/aurora`.", requirements=(G7,)),
        result_row("key-storage/key-age", Status.FAILED, minor, SANDBOX, kind=Kind.STATIC, title="A key is old", summary="The key is 412 days old.", remediation="Rotate it."),
        result_row("transport/clock-in-sync", Status.PASSED, info, summary="0.2 s apart."),
    )  # fmt: skip


def _ledger() -> tuple[LedgerEntry, ...]:
    rows = (
        (SANDBOX, "POST", "sandbox.api.flute.com", "/oauth/token", 200, 84.2, "c0ffee-01", ("token-refresh/token-issued",)),
        (SANDBOX, "GET", "sandbox.api.flute.com", "/v2/settings/payment-config", 200, 41.7, "c0ffee-02", ("token-refresh/token-issued",)),
        (SANDBOX, "GET", "sandbox.api.flute.com", "/v2/settings/payment-config", 200, 63.0, "c0ffee-03", ("token-refresh/token-issued",)),
        (PRODUCTION, "POST", "api.flute.com", "/oauth/token", 200, 102.5, "7f1c-22", ("environment-separation/credentials-refused-across",)),
        (PRODUCTION, "GET", "api.flute.com", "/v2/ping", None, 30000.0, None, ("transport/reachable",)),
        (None, "GET", "evil.example", f"/{HOSTILE}", 418, 3.0, HOSTILE, ()),
    )  # fmt: skip
    return tuple(
        LedgerEntry(
            at=START + timedelta(seconds=number), environment=environment, method=method, host=host, path=path,
            status=status, duration_ms=duration, correlation_id=correlation, check_ids=checks,
        )
        for number, (environment, method, host, path, status, duration, correlation, checks) in enumerate(rows)
    )  # fmt: skip


FIGURES: dict[str, Any] = {
    "matrix": {
        "cells": [
            {"key_of": "sandbox", "endpoint_of": "sandbox", "outcome": "mints", "why": "POST sandbox.api.flute.com/oauth/token → 200"},
            {"key_of": "sandbox", "endpoint_of": "production", "outcome": "mints", "why": "POST api.flute.com/oauth/token → 200"},
            {"key_of": "production", "endpoint_of": "sandbox", "outcome": "unknown", "why": "needs the permission `production-secret-to-sandbox`"},
            {"key_of": "production", "endpoint_of": "production", "outcome": "mints", "why": "POST api.flute.com/oauth/token → 200"},
        ]
    },
    "drill": {
        "way": "api",
        "key_name": "readiness-drill-4f2a9c",
        "poll_interval": 0.5,
        "clocks": [
            {"name": "A", "title": "the key gets no token any more", "last_accepted": 1.5, "first_refused": 2.0, "watched": 12.0},
            {"name": "B", "title": "its token is refused", "last_accepted": 12.0, "first_refused": None, "watched": 12.0},
        ],
        "steps": [{"name": "create", "at": 3.25, "status": 201}, {"name": "delete", "at": 4.5, "status": 204}, {"name": "cleanup", "at": 17.0, "status": None}],
    },
}  # fmt: skip


def sample() -> AuditResult:
    """Not ready, with every status, severity and ornament."""
    return audit(
        _results(),
        ledger=_ledger(),
        not_checked=(
            NotChecked(what="area `resilience`", why="left out by `--skip 'resilience/*'`"),
            NotChecked(what="the cell production key → sandbox endpoint", why="needs `production-secret-to-sandbox`"),
        ),
        plugins=(Plugin(name="acme-checks", version="1.2.0"), Plugin(name="ops-checks", version=None, error=f"ImportError: {HOSTILE}")),
        unused_waivers=(EXPIRED,),
        figures=FIGURES,
        environments={
            SANDBOX: {"preset": "emulator", "api_url": "http://127.0.0.1:41873", "oauth_url": "http://127.0.0.1:41873/oauth/token"},
            PRODUCTION: {"preset": "aurora", "api_url": "https://api.flute.com", "oauth_url": "https://api.flute.com/oauth/token"},
        },
    )  # fmt: skip


def ready() -> AuditResult:
    """Ready, with nothing to complain about."""
    rows = (
        result_row("token-refresh/token-issued", Status.PASSED, Severity.BLOCKER, SANDBOX, summary="A token was issued."),
        result_row("deleted-key/token-dies-with-key", Status.PASSED, Severity.BLOCKER, summary="Refused after 2 s."),
    )  # fmt: skip
    return audit(rows, environments={SANDBOX: {"preset": "aurora", "api_url": "https://sandbox.api.flute.com"}})


def audit(results: tuple[Result, ...], **more: Any) -> AuditResult:
    """A result with those rows, counted and summed up as judging would."""
    plugins = more.get("plugins", ())
    fields: dict[str, Any] = {
        "tool": Tool(name="readiness", version="0.1.0", catalogue="9b74c9897bac770ffc029102a200c5de"),
        "integration": Integration(name="Acme Checkout", kind="merchant", contact="payments@acme.example"),
        "environments": {},
        "run": RunFacts(
            id="4f2a9c",
            started_at=START,
            finished_at=START + timedelta(seconds=41),
            duration_s=41.3,
            config_digest="0cc175b9c0f1b6a831c399e269772661" * 2,
            commit="1f0c2a9be1d34f5d8c7b6a594837261504f3e2d1",
            dirty=True,
        ),
        "verdict": readiness_of(results, Severity.MAJOR, complete=not any(plugin.error for plugin in plugins)),
        "gate": Severity.MAJOR,
        "counts": Counts.of(results),
        "results": results,
        "ledger": (),
        "not_checked": (),
        "plugins": (),
        "searched": {"secrets": 6, "forms": 84},
        "evidence_digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
    return AuditResult.model_validate(fields | more)


def incomplete() -> AuditResult:
    """Nothing ran."""
    empty = audit(())
    assert empty.verdict is Readiness.INCOMPLETE
    return empty
