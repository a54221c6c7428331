"""The faults that the lab must find: each is one mistake as it is plausibly made, put in place of the right code.

A fault is named after the check that it fails; `-2` is another way to fail the same check.
"""

from __future__ import annotations

from . import mutant_keys, mutant_messages, mutant_payments, mutant_tokens  # noqa: F401 - they register their faults
from .mutant_registry import FAULTS


def apply(name: str) -> None:
    """Put that fault into the service; none for an empty name. Raises KeyError if there is no such fault."""
    if name:
        FAULTS[name]()
