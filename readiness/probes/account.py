"""Reads the account behind a key: payment configuration, webhook endpoints, and the partner's list of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from readiness.aurora.requests import (
    API_KEYS,
    TRIES,
    WEBHOOK_ENDPOINTS,
    partner_mint,
    planned_read,
    shared_mint,
    shared_read,
    without_key,
    without_partner,
)
from readiness.config.model import Config
from readiness.evidence import Attempt, Evidence, Exchange, Missing
from readiness.facts import Account, PartnerKeys, WebhookEndpoints
from readiness.model import Environment
from readiness.probe import PlannedRequest, Probe, ProbeContext

MAX_PAGES = 10
PAGE_SIZE = 100
"""The vendor's largest (a larger one is answered with 400)."""


class AccountProbe(Probe):
    """The payment configuration, through the shared token."""

    evidence: ClassVar[type[Evidence]] = Account

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """Nothing that other probes do not ask too."""
        assert environment is not None
        lack = without_key(config, environment)
        return lack or [shared_mint(config, environment), shared_read(config, environment)]

    async def gather(self, context: ProbeContext) -> Account:
        """Wait for both."""
        config = await context.session.payment_config()
        return Account(mint=(await context.session.mint()).attempt, payment_config=config)


class WebhookEndpointsProbe(Probe):
    """The registered webhook endpoints, page by page."""

    evidence: ClassVar[type[Evidence]] = WebhookEndpoints

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """At most `MAX_PAGES` pages."""
        assert environment is not None
        if lack := without_key(config, environment):
            return lack
        listing = planned_read(config, environment, "list-webhooks", WEBHOOK_ENDPOINTS, MAX_PAGES * TRIES)
        return [shared_mint(config, environment), listing]

    async def gather(self, context: ProbeContext) -> WebhookEndpoints | Missing:
        """Follow `pageInfo.hasMore`; older generations answer everything at once and say nothing of pages."""
        minted = await context.session.mint()
        if minted.token is None:
            return minted.lack
        pages: list[Attempt] = []
        for index in range(MAX_PAGES):
            query = {"pageIndex": str(index), "pageSize": str(PAGE_SIZE)}
            page = await context.session.read("list-webhooks", minted.token, WEBHOOK_ENDPOINTS, query=query)
            pages.append(page)
            if not _has_more(page):
                return WebhookEndpoints(pages=tuple(pages), complete=True)
        return WebhookEndpoints(pages=tuple(pages), complete=False)


def _has_more(page: Attempt) -> bool:
    info = page.fields.get("pageInfo") if isinstance(page, Exchange) else None
    return isinstance(info, dict) and info.get("hasMore") is True


class PartnerKeysProbe(Probe):
    """The partner's list of merchants' keys in the sandbox."""

    evidence: ClassVar[type[Evidence]] = PartnerKeys
    per_environment: ClassVar[bool] = False

    def plan(self, config: Config, environment: Environment | None) -> Sequence[PlannedRequest] | Missing:
        """The partner's mint and one list."""
        environment = Environment.SANDBOX
        lack = without_partner(config, environment)
        listing = "list-keys"
        return lack or [partner_mint(config, environment), planned_read(config, environment, listing, API_KEYS)]

    async def gather(self, context: ProbeContext) -> PartnerKeys | Missing:
        """List the keys of the configured merchant. A drill's own key may be among them while it runs."""
        session = context.sessions[Environment.SANDBOX]
        minted = await session.partner_mint()
        if minted.token is None:
            return minted.lack
        partner = context.config.environments[Environment.SANDBOX].partner
        assert partner is not None
        query = {"merchantId": partner.merchant_id}
        return PartnerKeys(listing=await session.read("list-keys", minted.token, API_KEYS, query=query))
