"""The models' own validation, with every complaint reworded and put in its place."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from readiness.config.document import Document
from readiness.config.model import Config, ConfigPath
from readiness.config.problem import did_you_mean, suggest
from readiness.config.shape import bears_secret, choices_of, keys_of, type_at

_EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "tuple_type": "expected a list",
    "dict_type": "expected a mapping of keys to values",
    "model_type": "expected a mapping of keys to values",
    "date_type": "expected a day in the form 2026-12-31",
    "date_parsing": "expected a day in the form 2026-12-31",
}


def validate(document: Document) -> Config | None:
    """Build the config from the document's data, or report all that the models find wrong with it."""
    try:
        # Strict JSON takes lists for tuples and text for days and enums, and converts nothing else.
        return Config.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            _report(detail, document)
        return None


def _report(detail: ErrorDetails, document: Document) -> None:
    path: ConfigPath = detail["loc"]
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden" or path[-1:] == ("[key]",):
        _report_unknown_key(path[:-1] if kind != "extra_forbidden" else path, document)
    elif kind == "missing":
        document.report(path, f"the required key `{path[-1]}` is missing{_inside(path)}")
    elif kind in {"literal_error", "enum"}:
        choices = choices_of(type_at(path))
        document.report(path, "expected one of: " + ", ".join(choices), _nearest(document, path, choices))
    elif kind == "value_error":
        document.report(path, str(context["error"]))
    elif kind in _EXPECTED:
        hint = "put it in quotes" if kind == "string_type" and path in document.values else None
        document.report(path, _EXPECTED[kind], hint if isinstance(_value(document, path), int | float) else None)
    elif kind in {"greater_than_equal", "less_than_equal"}:
        limit = f"at least {context['ge']:g}" if "ge" in context else f"at most {context['le']:g}"
        document.report(path, f"expected a number of {limit}")
    elif kind == "too_short":
        document.report(path, "at least one entry is needed here")
    else:
        # Never pydantic's own text: it may hold the value.
        document.report(path, "this value is not accepted here")


def _report_unknown_key(path: ConfigPath, document: Document) -> None:
    parent, name = path[:-1], str(path[-1])
    named = "" if any(map(bears_secret, parent)) else f" `{name}`"
    document.report(path, f"unknown key{named}{_inside(path)}", suggest(name, keys_of(type_at(parent))), key=True)


def _nearest(document: Document, path: ConfigPath, choices: list[str]) -> str | None:
    """The nearest choice; none where the value may be a secret, of which a near word would tell."""
    return None if any(map(bears_secret, path)) else did_you_mean(str(_value(document, path)), choices)


def _value(document: Document, path: ConfigPath) -> Any:
    value = document.data
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _inside(path: ConfigPath) -> str:
    return " in `" + ".".join(str(key) for key in path[:-1]) + "`" if len(path) > 1 else ""
