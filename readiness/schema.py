"""JSON Schemas (draft 2020-12) of the files that other people's programs read and write."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from readiness.config.schema import config_schema
from readiness.docstrings import DescribedSchema
from readiness.evidence import EvidenceSet
from readiness.result import AuditResult

DIALECT = "https://json-schema.org/draft/2020-12/schema"

MODELS: dict[str, type[BaseModel]] = {"result": AuditResult, "evidence": EvidenceSet}


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of a `config`, a `result` or an `evidence` file. KeyError for another kind."""
    if kind == "config":
        return config_schema()
    return {
        "$schema": DIALECT,
        "title": f"readiness {kind}",
        **MODELS[kind].model_json_schema(mode="serialization", schema_generator=DescribedSchema),
    }
