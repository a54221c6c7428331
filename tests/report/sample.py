"""A handmade result that holds everything a report can show, hostile texts included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from readiness.model import Environment, Status
from readiness.result import (
    AuditResult,
    Counts,
    Integration,
    LedgerEntry,
    NotChecked,
    Plugin,
    Readiness,
    Result,
    RunFacts,
    Tool,
    readiness_of,
)
from tests.report.lab import lab
from tests.report.rows import BLOCKER, EXPIRED, HOSTILE, MAJOR, PRODUCTION, SANDBOX, failures, others, row, unknowns

START = datetime(2026, 11, 24, 6, 32, 10, tzinfo=UTC)


def _request(number: int, request: str, status: int | None, duration: float, **more: Any) -> LedgerEntry:
    method, host, path = request.split(" ", 2)
    at = START + timedelta(seconds=number)
    fields = {"at": at, "environment": SANDBOX, "method": method, "host": host, "path": path, "status": status}
    return LedgerEntry.model_validate(fields | {"duration_ms": duration} | more)


def _ledger() -> tuple[LedgerEntry, ...]:
    mint, settings = "POST sandbox.api.flute.com /oauth/token", "GET sandbox.api.flute.com /v2/settings/payment-config"
    issued = ("token-refresh/token-issued",)
    live: dict[str, Any] = {"environment": PRODUCTION}
    across = live | {"check_ids": ("environment-separation/credentials-refused-across",), "correlation_id": "7f1c-22"}
    return (
        _request(0, mint, 200, 84.2, correlation_id="c0ffee-01", check_ids=issued),
        _request(1, settings, 200, 41.7, correlation_id="c0ffee-02", check_ids=issued),
        _request(2, settings, 200, 63.0, correlation_id="c0ffee-03", check_ids=issued),
        _request(3, "POST api.flute.com /oauth/token", 200, 102.5, **across),
        _request(4, "GET api.flute.com /v2/ping", None, 30000.0, check_ids=("transport/reachable",), **live),
        _request(5, f"GET evil.example /{HOSTILE}", 418, 3.0, correlation_id=HOSTILE, environment=None),
    )


def _cell(key: Environment, endpoint: Environment, outcome: str, why: str) -> dict[str, str]:
    return {"key_of": key, "endpoint_of": endpoint, "outcome": outcome, "why": why}


def figures() -> dict[str, Any]:
    """A matrix with a good, a bad and an unknown cell; a drill with one clock that stopped; the lab."""
    minted = "POST api.flute.com/oauth/token → 200"
    dead = {"name": "A", "title": "the key gets no token any more", "last_accepted": 1.5, "first_refused": 2.0}
    alive = {"name": "B", "title": "its token is refused", "last_accepted": 12.0, "first_refused": None}
    return {
        "lab": lab(),
        "matrix": {
            "cells": [
                _cell(SANDBOX, SANDBOX, "mints", "POST sandbox.api.flute.com/oauth/token → 200"),
                _cell(SANDBOX, PRODUCTION, "mints", minted),
                _cell(PRODUCTION, SANDBOX, "unknown", "needs the permission `production-secret-to-sandbox`"),
                _cell(PRODUCTION, PRODUCTION, "mints", minted),
            ]
        },
        "drill": {
            "way": "api",
            "key_name": "readiness-drill-4f2a9c",
            "poll_interval": 0.5,
            "clocks": [{**dead, "watched": 12.0}, {**alive, "watched": 12.0}],
            "steps": [{"name": "create", "at": 3.25, "status": 201}, {"name": "delete", "at": 4.5, "status": None}],
        },
    }


def sample() -> AuditResult:
    """Not ready, with every status, severity and ornament."""
    local, live = "http://127.0.0.1:41873", "https://api.flute.com"
    return audit(
        *failures(),
        *unknowns(),
        *others(),
        ledger=_ledger(),
        not_checked=(
            NotChecked(what="area `resilience`", why="left out by `--skip 'resilience/*'`"),
            NotChecked(what="production key → sandbox endpoint", why="needs `production-secret-to-sandbox`"),
        ),
        plugins=(
            Plugin(name="acme-checks", version="1.2.0"),
            Plugin(name="ops-checks", version=None, error=f"ImportError: {HOSTILE}"),
        ),
        unused_waivers=(EXPIRED,),
        figures=figures(),
        environments={
            SANDBOX: {"preset": "emulator", "api_url": local, "oauth_url": f"{local}/oauth/token"},
            PRODUCTION: {"preset": "aurora", "api_url": live, "oauth_url": f"{live}/oauth/token"},
        },
    )


def ready() -> AuditResult:
    """Ready, with nothing to complain about."""
    return audit(
        row("token-refresh/token-issued", Status.PASSED, BLOCKER, SANDBOX, summary="A token was issued."),
        row("deleted-key/token-dies-with-key", Status.PASSED, BLOCKER, summary="Refused after 2 s."),
        environments={SANDBOX: {"preset": "aurora", "api_url": "https://sandbox.api.flute.com"}},
    )


def empty() -> AuditResult:
    """Nothing ran, which is incomplete."""
    nothing = audit()
    assert nothing.verdict is Readiness.INCOMPLETE
    return nothing


def audit(*results: Result, **more: Any) -> AuditResult:
    """A result with those rows, counted and summed up as judging would."""
    plugins = more.get("plugins", ())
    run = RunFacts(
        id="4f2a9c",
        started_at=START,
        finished_at=START + timedelta(seconds=41),
        duration_s=41.3,
        config_digest="0cc175b9c0f1b6a831c399e269772661" * 2,
        commit="1f0c2a9be1d34f5d8c7b6a594837261504f3e2d1",
        dirty=True,
    )
    fields: dict[str, Any] = {
        "tool": Tool(name="readiness", version="0.1.0", catalogue="9b74c9897bac770ffc029102a200c5de"),
        "integration": Integration(name="Acme Checkout", kind="merchant", contact="payments@acme.example"),
        "environments": {},
        "run": run,
        "verdict": readiness_of(results, MAJOR, complete=not any(plugin.error for plugin in plugins)),
        "gate": MAJOR,
        "counts": Counts.of(results),
        "results": results,
        "ledger": (),
        "not_checked": (),
        "plugins": (),
        "searched": {"secrets": 6, "forms": 84},
        "evidence_digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
    return AuditResult.model_validate(fields | more)
