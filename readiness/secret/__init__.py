"""Secrets: references to them, their values, the forms they take, and keeping them out of every output."""

from readiness.secret.cards import brand_of, mask_cards
from readiness.secret.forms import SHORTEST, Form, base64_forms, forms_of
from readiness.secret.joints import Normalised, normalised
from readiness.secret.keys import REDACTED, is_secret_name
from readiness.secret.redactor import Hit, Redactor
from readiness.secret.reference import SecretRef
from readiness.secret.value import Secret

__all__ = [
    "REDACTED",
    "SHORTEST",
    "Form",
    "Hit",
    "Normalised",
    "Redactor",
    "Secret",
    "SecretRef",
    "base64_forms",
    "brand_of",
    "forms_of",
    "is_secret_name",
    "mask_cards",
    "normalised",
]
