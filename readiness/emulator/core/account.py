"""The merchant's settings: payment configuration and contact information, read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from readiness.emulator.core.contract import outgoing
from readiness.emulator.core.messages import Response, json_response
from readiness.emulator.core.randomness import Randomness, new_uuid
from readiness.emulator.core.routing import NEW, OLD, Call, Route
from readiness.emulator.settings import ProcessorType, Settings
from readiness.model import Environment

PERMISSION = "General Configurations"
CARD_PROCESSORS = frozenset({"Tsys", "SandboxCard"})
PROCESSOR_TYPES: tuple[ProcessorType, ...] = ("Tsys", "Ach", "SandboxCard", "SandboxAch")
CARD_TYPES = ("Visa", "MasterCard", "AmericanExpress", "Discover")
_TRANSACTION_TYPES = (
    *("Authorization", "Sale", "Capture", "Void", "Refund", "RefundWORef", "Settle"),
    *("AchDebit", "AchRefund", "AchHold", "AchUnHold", "AchCancel", "AchCredit"),
)


@dataclass(frozen=True, slots=True)
class Processor:
    """A payment processor of the merchant."""

    processor_id: str
    type: ProcessorType

    @property
    def takes_cards(self) -> bool:
        """Whether card payments go through it; the others take ACH."""
        return self.type in CARD_PROCESSORS


class Account:
    """The one merchant of an environment."""

    def __init__(self, environment: Environment, randomness: Randomness) -> None:
        self._environment = environment
        self.merchant_id = new_uuid(randomness)
        self._contact_id = new_uuid(randomness)
        self._processor_ids = {kind: new_uuid(randomness) for kind in PROCESSOR_TYPES}
        self._config: tuple[Settings, Response] | None = None

    def routes(self) -> tuple[Route, ...]:
        """The reads of `/v2/settings`."""
        return (
            Route("GET", "/v2/settings/payment-config", self.payment_config, PERMISSION),
            Route("GET", "/v2/settings/contact-information", self.contact_information, PERMISSION, generations=NEW),
            Route("GET", "/v2/settings/contact-info", self.contact_information, PERMISSION, generations=OLD),
        )

    def processors(self, settings: Settings) -> list[Processor]:
        """The processors of this environment, as the settings say."""
        sandbox = self._environment is Environment.SANDBOX
        kinds = settings.sandbox_processors if sandbox else settings.production_processors
        return [Processor(self._processor_ids[kind], kind) for kind in kinds]

    def payment_config(self, call: Call) -> Response:
        """The configuration, written once for each change of settings."""
        if self._config is None or self._config[0] is not call.settings:
            self._config = (call.settings, json_response(self._payment_config(call.settings)))
        return self._config[1]

    def _payment_config(self, settings: Settings) -> dict[str, Any]:
        processors = [
            outgoing(settings.generation, "payment_processor", self._processor(processor))
            for processor in self.processors(settings)
        ]
        config = {
            "companyName": settings.company_name,
            "mccCode": "5734",
            "mccCodeDescription": "Computer Software Stores",
            "ttpIosTerminalProfileId": None,
            "currency": "USD",
            "availableCurrencies": ["USD"],
            "zeroCostProcessingOption": "None",
            "defaultTipsOptions": None,
            "defaultSurchargeRate": None,
            "defaultCashDiscountRate": None,
            "defaultDualPricingRate": None,
            "maxTransactionAmount": 100000.0,
            "availableCardTypes": list(CARD_TYPES),
            "availableTransactionTypes": list(_TRANSACTION_TYPES),
            "isTipsEnabled": True,
            "isCustomerCardSavingByTerminalEnabled": False,
            "availablePaymentProcessors": processors,
            "addressVerificationServiceOptions": {"isEnabled": True, "profile": "Moderate"},
        }
        return outgoing(settings.generation, "payment_config", config)

    def _processor(self, processor: Processor) -> dict[str, Any]:
        # Sandbox merchants were seen with isDefault true on every processor, so nobody may choose by it.
        return {
            "paymentProcessorId": processor.processor_id,
            "processorName": processor.type,
            "isDefault": True,
            "type": processor.type,
            "settlementBatchTimeSlots": [{"hours": 23, "minutes": 0, "timezoneName": "America/New_York"}],
        }

    def contact_information(self, call: Call) -> Response:
        """One record, the main address."""
        return json_response({"contactInfos": [outgoing(call.generation, "contact_info", self._contact())]})

    def _contact(self) -> dict[str, Any]:
        return {
            "contactInfoId": self._contact_id,
            "addressName": "Main office",
            "addressLine1": "123 Test St",
            "addressLine2": None,
            "city": "New York",
            "stateCode": "NY",
            "postalCode": "10001",
            "countryCode": "US",
            "email": "payments@acme.example",
            "mobilePhoneNumber": "+14125553845",
            "isMainAddress": True,
            "isDefaultAddress": True,
        }
