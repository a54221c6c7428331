"""Webhooks to the application, and what comes of them."""

from __future__ import annotations

import asyncio
from typing import Any

from readiness.config.application import filled
from readiness.emulator.core.webhook_orders import DeliveryOrder, make_delivery
from readiness.lab.actions import number_at
from readiness.lab.bench import PATIENCE, Bench
from readiness.traces import WebhookTry


async def deliver(bench: Bench, case: str, **order: Any) -> WebhookTry:
    """Deliver a webhook to the application. `order` as in the emulator's control API."""
    webhook = bench.work.settings.webhook
    assert webhook
    wanted = DeliveryOrder.model_validate({"url": filled(webhook.url, bench.values), **order})
    core = bench.emulator.core
    delivery = make_delivery(wanted, bench.work.subjects.webhook_secret, core.wire_time(), core.randomness)
    t = bench.recorder.now()
    with bench.waiting():
        try:
            posting = bench.client.post(delivery.url, list(delivery.headers), delivery.body)
            answer = await asyncio.wait_for(posting, PATIENCE)
            status, trouble = answer.status, answer.trouble
        except TimeoutError:
            status, trouble = None, f"no answer within {PATIENCE:g} s"
    tried = WebhookTry(t=round(t, 4), case=case, status=status, trouble=trouble)
    bench.recorder.webhooks.append(tried)
    return tried


async def effects(bench: Bench) -> int | None:
    """How many webhooks took effect so far; None where that cannot be read."""
    webhook = bench.work.settings.webhook
    if webhook is None or webhook.effect is None:
        return None
    text = await bench.read_text(webhook.effect.http)
    return None if text is None else number_at(text, webhook.effect.json_path)


async def settle_effects(bench: Bench, expected: int, within: float) -> None:
    """Wait until webhooks took effect so often, and a little longer, for one too many; note it with the last."""
    end = bench.recorder.now() + within
    seen = await effects(bench)
    while (seen is None or seen < expected) and bench.recorder.now() < end:
        await bench.pause(0.05)
        seen = await effects(bench)
    await bench.pause(0.15)
    bench.recorder.webhooks[-1] = bench.recorder.webhooks[-1].model_copy(update={"effect": await effects(bench)})
