"""What the vendor asks of an integration before it goes live, by the codes under which checks name it.

Sources: the "Production Readiness Checklist" of the vendor's Production Go-Live Guide (G1 to G13, its order and its
words; G12 and G13 stand for whole sections), and the Getting Started guide (S1 to S5, restated).
"""

from __future__ import annotations

from collections.abc import Mapping

CHECKLIST: Mapping[str, str] = {
    "G1": "All payment flows tested end-to-end in the sandbox environment.",
    "G2": "Refund and void flows tested",
    "G3": "Token refresh logic implemented",
    "G4": "Idempotency keys used on all mutating requests",
    "G5": "Error handling covers all documented error codes",
    "G6": "Load testing completed",
    "G7": "Production credentials stored in a secrets manager",
    "G8": "All sandbox URLs replaced with Production URLs",
    "G9": "Logging excludes card information, CVVs, and full PANs",
    "G10": "HTTPS enforced on all endpoints that touch payment data",
    "G11": "Timeout and retry policies configured",
    "G12": "PCI-DSS section of the guide confirmed",
    "G13": "Sign-off from the Aurora integration contact",
}
"""Code of a checklist item -> the item."""

GUIDE: Mapping[str, str] = {
    "S1": "API keys are kept secret",
    "S2": "Access tokens are short-lived",
    "S3": "The sandbox is isolated from production",
    "S4": "A deleted key and its tokens stop working at once",
    "S5": "Applications that use a deleted key are given the new one",
}
"""Code of a rule of the Getting Started guide -> the rule."""

G3 = f"go-live G3: {CHECKLIST['G3']}"
G4 = f"go-live G4: {CHECKLIST['G4']}"
G5 = f"go-live G5: {CHECKLIST['G5']}"
G7 = f"go-live G7: {CHECKLIST['G7']}"
G8 = f"go-live G8: {CHECKLIST['G8']}"
G9 = f"go-live G9: {CHECKLIST['G9']}"
G10 = f"go-live G10: {CHECKLIST['G10']}"
G11 = f"go-live G11: {CHECKLIST['G11']}"
S1 = f"getting-started S1: {GUIDE['S1']}"
S2 = f"getting-started S2: {GUIDE['S2']}"
S3 = f"getting-started S3: {GUIDE['S3']}"
S4 = f"getting-started S4: {GUIDE['S4']}"
S5 = f"getting-started S5: {GUIDE['S5']}"
