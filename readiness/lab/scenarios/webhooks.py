"""Webhooks, right and wrong in every way that a receiver must tell apart."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from readiness.lab.bench import Bench
from readiness.lab.deliveries import deliver, effects, settle_effects
from readiness.lab.scenario import Need, Scenario
from readiness.traces import WebhookTry

OUTSIDE = 400
"""Seconds: outside the vendor's window of 300."""
FORGED: Mapping[str, Mapping[str, Any]] = {
    "signed with another secret": {"secret": "0" * 64},
    "body changed after signing": {"tamper": "body"},
    "signature changed": {"tamper": "signature"},
    "without its id": {"omit_header": "id"},
    "without its timestamp": {"omit_header": "timestamp"},
    "without its signature": {"omit_header": "signature"},
}
SETTLING = 2.0
"""Seconds within which an accepted webhook takes effect."""


class Webhooks(Scenario):
    """Deliveries straight to the application, as the vendor makes them."""

    name: ClassVar[str] = "webhooks"
    needs: ClassVar[tuple[Need, ...]] = ("webhooks",)
    story: ClassVar[str] = (
        "Webhooks are delivered: correct, forged, too old, too new, oddly formatted, twice, out of order."
    )
    expected: ClassVar[str] = "The correct ones are accepted and take effect once; all others are refused."

    async def play(self, bench: Bench) -> None:
        """All deliveries, one after the other."""
        if bench.has("charge"):
            # So that there is something that the events can be about.
            await bench.act("paid 1", "charge")
            await bench.act("paid 2", "charge")
        self._transactions = self._made(bench)
        await self._send(bench, "correct")
        for case, order in FORGED.items():
            await self._send(bench, case, **order)
        await self._send(bench, "too old", timestamp_offset=-OUTSIDE)
        await self._send(bench, "too new", timestamp_offset=OUTSIDE)
        for formatting in ("spaced", "indented", "reordered"):
            await self._send(bench, f"formatted: {formatting}", formatting=formatting)
        await self._duplicates(bench)

    def _made(self, bench: Bench) -> list[str]:
        """Two transactions that events can be about; made up where the application takes no payments."""
        made = bench.vendor.transactions()[:2]
        return [*made, *(str(uuid.uuid4()) for _ in range(2 - len(made)))]

    async def _send(self, bench: Bench, case: str, *, about: int | None = None, **order: Any) -> WebhookTry:
        subject = str(uuid.uuid4()) if about is None else self._transactions[about]
        data = {"object": {"id": subject, "resourceType": "transaction"}}
        return await deliver(bench, case, data=data, **order)

    async def _duplicates(self, bench: Bench) -> None:
        """Events A, A, B, A: two effects."""
        start = await effects(bench)
        if start is None:
            return
        bench.facts["effects_before"] = start
        first, second = str(uuid.uuid4()), str(uuid.uuid4())
        expected = start
        for case, webhook_id, about in (
            ("event A", first, 0),
            ("event A again", first, 0),
            ("event B", second, 1),
            ("event A after event B", first, 0),
        ):
            expected += case in {"event A", "event B"}
            await self._send(bench, case, webhook_id=webhook_id, about=about)
            await settle_effects(bench, expected, SETTLING)
