from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import SecretUnavailable
from readiness.secret import StoreContext
from readiness.secret.stores import store_named

CANARY = "canary-7Jq2Lw9ZpX"
Refusal = Callable[[str, Any], str]


@pytest.fixture
def context(tmp_path: Path) -> StoreContext:
    return StoreContext(tmp_path, timeout=10.0)


@pytest.fixture
def refusal(context: StoreContext) -> Refusal:
    """Reads a reference that gives no value; returns the message, having looked for the canary all around it."""

    def read(store: str, spec: Any) -> str:
        error: SecretUnavailable | None = None
        try:
            store_named(store).read(spec, context)
        except SecretUnavailable as raised:
            error = raised
        assert error is not None
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        chained = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        assert chained is None
        assert CANARY not in told + repr(error) + str(error.hint)
        return error.message

    return read
