"""Secrets: references to them, their values, the forms they take, and keeping them out of every output."""

from readiness.secret.cards import brand_of, mask_cards, masked_card
from readiness.secret.forms import SHORTEST, Form, base64_forms, forms_of
from readiness.secret.joints import Normalised, normalised
from readiness.secret.keys import REDACTED, is_mask, is_secret_name
from readiness.secret.logging_guard import RedactingFormatter, install_logging
from readiness.secret.redactor import Hit, Redactor
from readiness.secret.reference import SecretRef
from readiness.secret.resolve import SecretBook, SecretRequest, describe, open_secrets, plain_value
from readiness.secret.stores import SecretStore, StoreContext
from readiness.secret.value import Secret

__all__ = [
    "REDACTED",
    "SHORTEST",
    "Form",
    "Hit",
    "Normalised",
    "RedactingFormatter",
    "Redactor",
    "Secret",
    "SecretBook",
    "SecretRef",
    "SecretRequest",
    "SecretStore",
    "StoreContext",
    "base64_forms",
    "brand_of",
    "describe",
    "forms_of",
    "install_logging",
    "is_mask",
    "is_secret_name",
    "mask_cards",
    "masked_card",
    "normalised",
    "open_secrets",
    "plain_value",
]
