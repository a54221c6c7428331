"""Why a call came to nothing. The texts are for the log, never for a customer."""

from __future__ import annotations


class AuroraError(Exception):
    """A call that did not do what it should."""


class DeclinedError(AuroraError):
    """The card was declined; nothing was charged."""


class RejectedError(AuroraError):
    """Aurora found fault with the card or the order; nothing was charged."""


class UnavailableError(AuroraError):
    """Aurora cannot be used now; nothing was charged."""


class KeyRefusedError(UnavailableError):
    """Aurora does not know our key any more."""


class UnconfirmedError(AuroraError):
    """Nobody knows whether the customer was charged."""


class NoAnswerError(AuroraError):
    """The connection broke, or nothing came in time."""
