"""JSON Schemas that say what each field is, in the words that stand behind it in the source.

Pydantic could read these at every start (`use_attribute_docstrings`), which takes a tenth of the time that a command
needs to begin. They matter only where a schema is written.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

if TYPE_CHECKING:
    from pydantic_core.core_schema import ModelSchema


class DescribedSchema(GenerateJsonSchema):
    """For `BaseModel.model_json_schema`."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """As pydantic makes it, with the docstrings of fields as descriptions."""
        described = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        for name, text in _docstrings(model):
            key = model.model_fields[name].alias or name if name in model.model_fields else name
            if key in described.get("properties", {}):
                described["properties"][key].setdefault("description", text)
        return described


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Fields and the texts behind them, those of the class itself before those that it inherits."""
    for owner in model.__mro__[: model.__mro__.index(BaseModel)]:
        source = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        body = source.body[0].body if isinstance(source.body[0], ast.ClassDef) else []
        for field, text in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                match text:
                    case ast.Expr(value=ast.Constant(value=str(words))):
                        yield field.target.id, inspect.cleandoc(words)
