"""Secret references as a config writes them. What they point to is read elsewhere, and much later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any, NamedTuple

from readiness.config.problem import did_you_mean
from readiness.config.urls import check_endpoint_url

STORE_GROUP = "readiness.secret_stores"
"""Entry-point group of further stores."""
SHORTEST_SECRET = 8
"""Characters; a shorter secret would be found everywhere, so it can be neither searched nor masked."""
VARIABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"


class Fields(NamedTuple):
    """The keys of a store whose reference is a mapping; all are text."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


FIELDS: Mapping[str, Fields] = {
    "keyring": Fields(("service", "username")),
    "vault": Fields(("path", "field"), ("mount", "address", "namespace")),
    "aws": Fields(("name",), ("field", "region")),
}
STORES = ("env", "file", "command", *FIELDS)
STORE_KEYS = frozenset({*STORES, "injected_by"}.union(*(one.required + one.optional for one in FIELDS.values())))

Report = Callable[[tuple[str | int, ...], str, str | None], None]
"""Takes a place below the reference (a last item of `KEY` points at the key itself), a sentence, a suggestion."""
KEY = -1


def plugin_stores() -> list[str]:
    """Names of the stores that installed packages add. Nothing is imported."""
    return sorted({entry.name for entry in entry_points(group=STORE_GROUP)})


def read_reference(raw: Any, report: Report, *, secret: bool) -> dict[str, Any]:
    """Turn a written reference into the fields of a SecretRef, and report what is wrong with it.

    `secret` is false for a client id, which may be as short as it likes.
    """
    if isinstance(raw, str):
        _check_literal(raw, report, secret=secret)
        return {"store": "literal", "spec": raw}
    if not isinstance(raw, dict):
        report((), "expected a secret reference", _EXAMPLE)
        return {"store": "literal", "spec": None}
    names = [name for name in raw if name != "injected_by"]
    if len(names) != 1:
        if not names:
            report((), "this reference names no store", _EXAMPLE)
        for name in names[1:]:
            report((name, KEY), "a reference names one store only", _EXAMPLE)
        return {"store": "literal", "spec": None}
    store = names[0]
    _check_store(store, raw[store], report)
    manager = raw.get("injected_by")
    if "injected_by" in raw:
        _check_injected_by(store, manager, report)
    return {"store": store, "spec": raw[store], "injected_by": manager if isinstance(manager, str) else None}


_EXAMPLE = "such as {env: NAME}, {file: PATH}, {command: [PROGRAM, ARGUMENT]}, {vault: {path: …, field: …}}"


def _check_literal(raw: str, report: Report, *, secret: bool) -> None:
    if "\n" in raw:
        report((), "a literal must stand on one line", None)
    elif secret and len(raw) < SHORTEST_SECRET:
        sentence = f"a secret of fewer than {SHORTEST_SECRET} characters could not be masked safely"
        report((), sentence, f"give a reference, {_EXAMPLE}")


def _check_injected_by(store: str, name: Any, report: Report) -> None:
    if store != "env":
        report(("injected_by", KEY), "`injected_by` goes with `env` only: other stores speak for themselves", None)
    if not isinstance(name, str):
        report(("injected_by",), "expected the name of the secrets manager that sets the variable", None)


def _check_store(store: str, spec: Any, report: Report) -> None:
    if store == "env":
        if not isinstance(spec, str) or not re.fullmatch(VARIABLE_PATTERN, spec):
            report((store,), "expected the name of an environment variable", None)
    elif store == "file":
        if not isinstance(spec, str):
            report((store,), "expected the path of a file", None)
    elif store == "command":
        _check_command(spec, report)
    elif store in FIELDS:
        _check_fields(store, spec, report)
    elif store not in (installed := plugin_stores()):
        # The name is repeated only when it is nearly a store's: else it may be the secret itself.
        choices = [*STORES, *installed]
        nearest = did_you_mean(store, choices)
        named = f" `{store}`" if nearest else ""
        report((store, KEY), f"unknown secret store{named}", nearest or "expected one of: " + ", ".join(choices))


def _check_command(spec: Any, report: Report) -> None:
    example = "such as [pass, show, aurora/secret]; there is no shell"
    if not isinstance(spec, Sequence) or isinstance(spec, str) or not spec:
        report(("command",), "expected a list: the program, then its arguments", example)
        return
    for index, argument in enumerate(spec):
        if not isinstance(argument, str):
            report(("command", index), "expected text; put it in quotes", None)


def _check_fields(store: str, spec: Any, report: Report) -> None:
    required, optional = FIELDS[store]
    if not isinstance(spec, dict):
        report((store,), f"expected a mapping with {_listed(required)}", None)
        return
    for name in required:
        if name not in spec:
            report((store, KEY), f"`{store}` lacks the key `{name}`", None)
    for name, value in spec.items():
        if name not in required + optional:
            nearest = did_you_mean(name, required + optional)
            report(
                (store, name, KEY), f"unknown key in `{store}`", nearest or f"it takes {_listed(required + optional)}"
            )
        elif not isinstance(value, str):
            report((store, name), "expected text; put it in quotes", None)
        elif name == "address":
            _check_address(store, value, report)


def _check_address(store: str, value: str, report: Report) -> None:
    try:
        check_endpoint_url(value)
    except ValueError as error:
        report((store, "address"), str(error), None)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
