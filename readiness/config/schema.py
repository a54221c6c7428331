"""The JSON Schema of config files, for editors: made from the models, plus what only the loader knows.

A file that the schema refuses, the loader refuses too. The loader refuses more: terms, host names, files that
do not exist, and duplicate keys are beyond a schema.
"""

from __future__ import annotations

from typing import Any

from readiness.config.model import Config, Policy
from readiness.config.references import FIELDS, SHORTEST_SECRET, VARIABLE_PATTERN, plugin_stores
from readiness.config.shape import FILLED_BY_US
from readiness.docstrings import DescribedSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT = {"type": "string", "pattern": r"\S"}
_DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def config_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `version: 1` files, with the secret stores that are installed here."""
    schema: dict[str, Any] = _cleaned(Config.model_json_schema(schema_generator=DescribedSchema))
    definitions = schema["$defs"]
    definitions["SecretRef"] = _reference(
        "Where a secret is kept: never the secret itself. A literal is accepted, masked, and reported.",
        {"type": "string", "minLength": SHORTEST_SECRET, "pattern": r"^[^\n]*\S[^\n]*$"},
    )
    definitions["ClientId"] = _reference(
        "A client id: it is not secret and may stand here as it is, or be kept like a secret.",
        {"type": "string", "pattern": r"^[^\n]*\S[^\n]*$"},
    )
    for name in ("Exclude", "HttpRequest"):
        definitions[name] = _or_text(definitions[name])
    for name in ("Process", "Start", "Action"):
        # Variables may be set to nothing.
        definitions[name]["properties"]["env"]["additionalProperties"] = {"type": "string"}
    definitions["EnvironmentConfig"] |= _environment_rules()
    for name, default in Policy().model_dump(mode="json", exclude_none=True).items():
        # Pydantic writes the defaults of durations in ISO 8601, which is not how a config writes them.
        definitions["Policy"]["properties"][name]["default"] = default
    return {"$schema": DIALECT, "title": "readiness config", **schema}


def _cleaned(node: Any) -> Any:
    """The models' schema as an author sees it: no nulls, no generated titles, no computed fields, no blank texts."""
    if isinstance(node, list):
        return [_cleaned(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        described = {key: value for key, value in node.items() if key not in {"anyOf", "default", "title"}}
        members = [member for member in node["anyOf"] if member != {"type": "null"}]
        return _cleaned(members[0]) | described
    cleaned = {
        key: _cleaned_members(value) if key in {"properties", "$defs"} else _cleaned(value)
        for key, value in node.items()
        if key != "title" and (key, value) != ("default", [])
    }
    if cleaned.get("type") == "string":
        if cleaned.get("format") == "date":
            cleaned["pattern"] = _DAY_PATTERN
        elif not cleaned.keys() & {"enum", "const", "pattern"}:
            cleaned |= _TEXT
    return cleaned


def _cleaned_members(members: dict[str, Any]) -> dict[str, Any]:
    cleaned = {name: _cleaned(member) for name, member in members.items() if name not in FILLED_BY_US}
    if "client_id" in cleaned:
        cleaned["client_id"] = {"$ref": "#/$defs/ClientId"}
    return cleaned


def _environment_rules() -> dict[str, Any]:
    """Both URLs or a preset; the emulator's URLs are its own."""
    urls = ["api_url", "oauth_url"]
    emulator = {"required": ["preset"], "properties": {"preset": {"const": "emulator"}}}
    return {
        "anyOf": [{"required": ["preset"]}, {"required": urls}],
        "if": emulator,
        "then": {"properties": dict.fromkeys(urls, False)},
    }


def _or_text(definition: dict[str, Any]) -> dict[str, Any]:
    """A mapping for which a bare text may stand."""
    whole = {key: value for key, value in definition.items() if key != "description"}
    return {"description": definition["description"], "anyOf": [_TEXT, whole]}


def _reference(description: str, literal: dict[str, Any]) -> dict[str, Any]:
    variable = {"type": "string", "pattern": VARIABLE_PATTERN, "description": "Name of the environment variable."}
    manager = _TEXT | {"description": "The secrets manager that sets the variable."}
    command = {
        "type": "array",
        "items": _TEXT,
        "minItems": 1,
        "description": "The program and its arguments; its output is the secret. No shell.",
    }
    return {
        "description": description,
        "oneOf": [
            literal,
            _mapping({"env": variable, "injected_by": manager}, ["env"]),
            _mapping({"file": _TEXT | {"description": "Path of a file that holds nothing else."}}, ["file"]),
            _mapping({"command": command}, ["command"]),
            *(_mapping({store: _fields(store)}, [store]) for store in FIELDS),
            *(_mapping({store: {}}, [store]) for store in plugin_stores()),
        ],
    }


def _fields(store: str) -> dict[str, Any]:
    required, optional = FIELDS[store]
    return _mapping(dict.fromkeys(required + optional, _TEXT), list(required))


def _mapping(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}
