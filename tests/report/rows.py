"""The rows of the sample result."""

from __future__ import annotations

from datetime import date
from typing import Any

from readiness.model import Attestation, Environment, Finding, Kind, Location, Severity, Status, Waiver
from readiness.requirements import CHECKLIST, G7, G8, G10, S2, S3, S4
from readiness.result import Result

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
BLOCKER, MAJOR, MINOR, INFO = Severity

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> | `tick` **bold** [l](javascript:x) @org/team "
    "\u202egnp\x00\x1b[31m"
)
"""What a server, a file name or a plug-in may say."""

WAIVER = Waiver(
    check="transport/certificate-valid",
    reason="The new certificate is ordered; the load balancer is changed in the next window.",
    owner="Jo Doe",
    ticket="PAY-12",
    expires=date(2026, 12, 31),
)
EXPIRED = WAIVER.model_copy(
    update={"check": "token-refresh/tokens-overlap", "reason": "Old gateway.", "expires": date(2026, 10, 1)}
)
ATTESTATION = Attestation(
    by="Jo Doe",
    on=date(2026, 11, 2),
    expires=date(2027, 2, 1),
    evidence="docs/load-test.pdf",
    note="Agreed with Aurora support; 40 requests a second for an hour.",
    evidence_digest="5d41402abc4b2a76b9719d911017c592" * 2,
)


def row(name: str, status: Status, severity: Severity, environment: Environment | None = None, **more: Any) -> Result:
    """One result with plausible texts, of which `more` replaces some."""
    area, _, slug = name.partition("/")
    title = slug.replace("-", " ").capitalize()
    fields: dict[str, Any] = {
        "id": name,
        "area": area,
        "title": title,
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
        "expected": title,
        "duration_ms": 42,
    }
    return Result.model_validate(fields | more)


def _seen(message: str, evidence: str, pointer: str, path: str | None = None, *place: int) -> Finding:
    at = None if path is None else Location(path=path, line=place[0], column=place[1] if len(place) > 1 else None)
    return Finding(message=message, evidence=evidence, pointer=pointer, location=at)


def failures() -> tuple[Result, ...]:
    secret = "`production client_secret`"
    return (
        row(
            "key-storage/secret-not-in-tree",
            Status.FAILED,
            BLOCKER,
            PRODUCTION,
            kind=Kind.STATIC,
            title="A secret stands in the source tree",
            expected="No secret stands in the source tree",
            summary=f"The secret {secret} occurs twice in 1,284 files.",
            findings=(
                _seen(f"raw form of {secret}", "source-tree", "/secrets/0", "shop/settings.py", 14, 22),
                _seen(f"base64 form of {secret}", "source-tree", "/secrets/1", "deploy/values.yaml", 7),
            ),
            why="Whoever can read the repository can take payments and refund them to a card of their own. "
            "Copies of a repository are never all found again.",
            remediation="Make a new key, put it into the secrets manager, and delete the old one in the portal.\n\n"
            "Then remove the value from the files; history keeps it, so the key itself must die:\n\n"
            "    git log -S'<first characters>' --oneline",
            requirements=(G7,),
        ),
        row(
            "environment-separation/credentials-refused-across",
            Status.FAILED,
            BLOCKER,
            title="A key works in the other environment",
            expected="Each key is refused by the other environment",
            summary="The sandbox key minted a token at the production endpoint.",
            findings=(
                _seen("POST api.flute.com/oauth/token → 200, correlation id 7f1c-22", "cross-environment", "/cells/1"),
            ),
            why="A test run could move real money.",
            remediation="Ask Aurora support to check both keys; give them the correlation id.",
            requirements=(S3,),
        ),
        row(
            "environment-separation/no-retired-hosts",
            Status.FAILED,
            MAJOR,
            kind=Kind.STATIC,
            title="A retired host is still named",
            summary=f"A file names a host that is gone: {HOSTILE}",
            findings=(_seen(HOSTILE, "source-tree", "/retired_hosts/0", f"src/{HOSTILE}.py", 3),),
            requirements=(G8,),
        ),
        row(
            "key-storage/key-age",
            Status.FAILED,
            MINOR,
            SANDBOX,
            title="A key is old",
            summary="The key is 412 days old.",
            remediation="Rotate it.",
        ),
        row(
            "resilience/idempotency-key-kept",
            Status.FAILED,
            BLOCKER,
            kind=Kind.BEHAVIOUR,
            title="A repeated payment has a new idempotency key",
            summary="Emulated API: one payment, two charges.",
            findings=(
                _seen(
                    "lost-answer: 0.52 s: POST /v2/transactions → 200", "behaviour", "/scenarios/lost-answer/calls/3"
                ),
            ),
        ),
        row(
            "transport/certificate-valid",
            Status.FAILED,
            MAJOR,
            PRODUCTION,
            waiver=WAIVER,
            title="A certificate is about to expire",
            summary="9 days are left for pay.acme.example.",
            requirements=(G10,),
        ),
    )


def unknowns() -> tuple[Result, ...]:
    return (
        row(
            "token-refresh/expired-token-refused",
            Status.UNKNOWN,
            MINOR,
            SANDBOX,
            because="not_permitted",
            summary="Waiting for the expiry needs the permission `wait-for-expiry`.",
            remediation="Add `wait-for-expiry` to `permissions`.",
        ),
        row(
            "deleted-key/mint-refused-after-deletion",
            Status.UNKNOWN,
            BLOCKER,
            because="not_configured",
            summary="No partner credentials are configured, so no key can be made and deleted.",
            requirements=(S4,),
        ),
        row(
            "transport/reachable",
            Status.UNKNOWN,
            BLOCKER,
            PRODUCTION,
            because="timed_out",
            summary="GET api.flute.com/v2/ping → no answer (timeout)",
            requirements=(G10,),
        ),
    )


def others() -> tuple[Result, ...]:
    minted = _seen("POST sandbox.api.flute.com/oauth/token → 200", "token-use:sandbox", "/mint")
    issued, valid = "token-refresh/token-issued", "A token was issued, valid for 900 s."
    in_manager, from_vault = "key-storage/production-secret-in-manager", "It comes from `vault payments/aurora`."
    return (
        row(
            "launch/load-testing-coordinated",
            Status.ATTESTED,
            MAJOR,
            kind=Kind.ATTESTATION,
            attestation=ATTESTATION,
            summary="Attested by Jo Doe.",
            requirements=(f"go-live G6: {CHECKLIST['G6']}",),
        ),
        row("webhooks/endpoints-https", Status.NOT_APPLICABLE, BLOCKER, SANDBOX, summary="None is registered."),
        row(issued, Status.PASSED, BLOCKER, SANDBOX, summary=valid, findings=(minted,)),
        row(issued, Status.PASSED, BLOCKER, PRODUCTION, summary=valid),
        row("token-refresh/lifetime-is-short", Status.PASSED, MAJOR, SANDBOX, summary="900 s.", requirements=(S2,)),
        row(in_manager, Status.PASSED, BLOCKER, kind=Kind.STATIC, summary=from_vault, requirements=(G7,)),
        row("transport/clock-in-sync", Status.PASSED, INFO, summary="0.2 s apart."),
    )
