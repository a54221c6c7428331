"""Sends webhook deliveries, to loopback addresses only."""

from __future__ import annotations

import time

import httpx

from readiness.emulator.core.webhook_delivery import NOT_LOOPBACK, Delivery, DeliveryResult, is_loopback

TIMEOUT = 10.0
"""Seconds to connect, and seconds to wait for data; the vendor's own figure is unpublished, an example says 10 s."""
RESPONSE_LIMIT = 4_096
"""Characters of a receiver's answer that the delivery log keeps."""


class DeliveryClient:
    """One HTTP client for all deliveries of an emulator. Certificates of loopback receivers are not verified."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(verify=False, timeout=TIMEOUT, trust_env=False, follow_redirects=False)  # noqa: S501 - loopback only, test receivers sign their own certificates

    async def send(self, delivery: Delivery) -> DeliveryResult:
        """Make one attempt. Never raises for what the receiver does."""
        if not is_loopback(delivery.url):
            return NOT_LOOPBACK
        started = time.perf_counter()
        try:
            async with self._client.stream(
                "POST", delivery.url, headers=list(delivery.headers), content=delivery.body
            ) as response:
                text = await _limited_text(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return DeliveryResult(None, _milliseconds(started), f"{type(error).__name__}: {error}".rstrip(": "))
        headers = tuple(response.headers.multi_items())
        return DeliveryResult(response.status_code, _milliseconds(started), None, headers, text)

    async def close(self) -> None:
        """Close the client's connections."""
        await self._client.aclose()


async def _limited_text(response: httpx.Response) -> str:
    kept = b""
    async for chunk in response.aiter_bytes():
        kept += chunk
        if len(kept) > RESPONSE_LIMIT:
            break
    return kept[:RESPONSE_LIMIT].decode(errors="replace")


def _milliseconds(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
