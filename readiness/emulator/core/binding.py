"""Strict binding of request bodies and parameters, with the texts ASP.NET and FluentValidation write.

Unknown or ill-typed JSON fails in the edge's model binding (ProblemDetails); what is well-typed but wrong fails
validation (envelope). G3 and later refuse unknown fields; the older generations ignored them.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from readiness.emulator.core.errors import ApiError, BareError, BindingError
from readiness.emulator.core.messages import Request

BODY_LIMIT = 1_048_576
"""Largest request body in bytes; more gives 413."""


class Dto(BaseModel):
    """A request body. Fields are snake_case here and camelCase on the wire; nothing is coerced."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("dotnet_type", "System.Decimal")
    return Decimal(value)


def _guid(value: str) -> str:
    if not is_guid(value):
        raise PydanticCustomError("dotnet_type", "System.Guid")
    return value.lower()


_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_guid(text: str) -> bool:
    """Whether the text is a UUID in its usual 36 characters."""
    return _GUID.fullmatch(text) is not None


Money = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, le=10_000_000, max_digits=20)]
"""Decimal dollars, never cents."""
Rate = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, le=100, max_digits=20)]
"""Raw percent: 10 is 10 %."""
Guid = Annotated[str, AfterValidator(_guid)]

D = TypeVar("D", bound=Dto)


def require_body_length(request: Request) -> None:
    """A POST, PUT or PATCH without any body length gets the gateway's HTML 411, even if it needs no body."""
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    if request.header(b"content-length") is None and request.header(b"transfer-encoding") is None:
        html = b"<html><head><title>411 Length Required</title></head><body>Length Required</body></html>"
        raise BareError(411, headers=((b"content-type", b"text/html"),), body=html)


def parse_json(request: Request) -> Any:
    """The JSON body, with numbers as int or Decimal; None if there is no body.

    Raises BindingError with 415 for another content type and 413 for a body above the limit.
    """
    if not request.body:
        return None
    if len(request.body) > BODY_LIMIT:
        raise BindingError({}, status=413)
    content_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise BindingError({}, status=415)
    try:
        return json.loads(request.body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError, ArithmeticError) as error:
        text = "The input is not valid JSON. Path: $ | LineNumber: 0 | BytePositionInLine: 0."
        raise BindingError({"$": [text]}) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def validate(dto: type[D], payload: Any, *, lenient: bool) -> D:
    """Bind a parsed body. Raises BindingError or ApiError(400)."""
    if payload is None:
        raise BindingError({"": ["A non-empty request body is required."]})
    try:
        return dto.model_validate(payload, extra="ignore" if lenient else "forbid")
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
    raise _binding_error(dto, problems) or _validation_error(problems)


def _binding_error(dto: type[Dto], problems: Sequence[ErrorDetails]) -> BindingError | None:
    errors: dict[str, list[str]] = {}
    for problem in problems:
        path = json_path(problem["loc"])
        if problem["type"] == "extra_forbidden":
            name = problem["loc"][-1]
            text = (
                f"The JSON property '{name}' could not be mapped to any .NET member contained in type "
                f"'Arise.IsvApiBff.Contracts.v2.{dto.__name__}'."
            )
        elif _is_type_problem(problem):
            place = f"Path: {path} | LineNumber: 0 | BytePositionInLine: 0."
            text = f"The JSON value could not be converted to {_dotnet_type(problem)}. {place}"
        else:
            continue
        errors.setdefault(path, []).append(text)
    return BindingError(errors) if errors else None


def _validation_error(problems: Sequence[ErrorDetails]) -> ApiError:
    errors: dict[str, list[str]] = {}
    for problem in problems:
        key = ".".join(_pascal(part) for part in problem["loc"])
        errors.setdefault(key, []).append(_validation_text(problem))
    return ApiError(400, "One or more validation errors occurred.", errors=errors)


def _is_type_problem(problem: ErrorDetails) -> bool:
    if problem["type"] == "missing" or problem["input"] is None:
        return False
    return problem["type"] in {"dotnet_type", "literal_error"} or problem["type"].endswith("_type")


_DOTNET = {"string_type": "System.String", "bool_type": "System.Boolean", "int_type": "System.Int32"}


def _dotnet_type(problem: ErrorDetails) -> str:
    if problem["type"] == "dotnet_type":
        return problem["msg"]
    if problem["type"] == "literal_error":
        return f"Arise.IsvApiBff.Contracts.v2.{_pascal(problem['loc'][-1])}"
    return _DOTNET.get(problem["type"], "System.Object")


def json_path(location: Sequence[str | int]) -> str:
    """A pydantic location as System.Text.Json writes it: `$.a.b[0]`."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)


def _pascal(part: str | int) -> str:
    text = str(part)
    return text[:1].upper() + text[1:]


def _validation_text(problem: ErrorDetails) -> str:
    if problem["type"] == "value_error":
        return problem["msg"].removeprefix("Value error, ")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", _pascal(problem["loc"][-1] if problem["loc"] else ""))
    if problem["type"] == "missing" or problem["input"] in (None, ""):
        return f"'{name}' must not be empty."
    return f"'{name}' is not valid: {problem['msg'][:1].lower()}{problem['msg'][1:]}."


def integer_parameter(request: Request, name: str, default: int) -> int:
    """An integer query parameter. Raises BindingError if it is something else."""
    text = request.parameter(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise invalid_parameter(name, text) from None


def decimal_parameter(request: Request, name: str) -> Decimal | None:
    """A decimal query parameter. Raises BindingError if it is something else."""
    text = request.parameter(name)
    if text is None:
        return None
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text) is None:
        raise invalid_parameter(name, text)
    return Decimal(text)


def guid_parameter(name: str, text: str) -> str:
    """An id from the path or the query. Raises BindingError if it is no UUID."""
    try:
        return str(uuid.UUID(text)) if is_guid(text) else _guid(text)
    except PydanticCustomError:
        raise invalid_parameter(name, text) from None


def invalid_parameter(name: str, text: str) -> BindingError:
    """ASP.NET's refusal of a parameter it cannot bind."""
    return BindingError({name: [f"The value '{text}' is not valid."]})
