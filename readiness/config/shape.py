"""What stands where in a config, read off the models: which keys are known, and which values may be shown."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from readiness.config.application import OWN_DATA
from readiness.config.model import Config, ConfigPath, Exclude
from readiness.config.references import STORE_KEYS
from readiness.secret.reference import SecretRef

FILLED_BY_US = frozenset({"evidence_digest"})
"""Fields of the models that the loader computes: not for a file to say."""
_SECRET_WORDS = ("secret", "password", "passwd", "passphrase", "token", "credential", "private", "bearer")
_PLAIN_TYPES = (str, int, float, bool, date, timedelta, StrEnum)


def bears_secret(key: str | int) -> bool:
    """Whether the values at and under a key of this name may be secret."""
    return isinstance(key, str) and any(word in key.lower() for word in _SECRET_WORDS)


def type_at(path: ConfigPath) -> Any:
    """The type that the models demand at a path; None where they know no such place."""
    annotation: Any = Config
    for key in path:
        annotation = child_type(annotation, key)
    return annotation


def child_type(annotation: Any, key: str | int) -> Any:
    """The type of one member of a type; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = _fields(annotation).get(key) if isinstance(key, str) else None
        return None if field is None else _core(field.annotation)
    if get_origin(annotation) is dict and isinstance(key, str):
        return _core(get_args(annotation)[1])
    if get_origin(annotation) is tuple and isinstance(key, int):
        return _core(get_args(annotation)[0])
    return None


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the names that a file gives them."""
    named = {field.alias or name: field for name, field in model.model_fields.items()}
    return {name: field for name, field in named.items() if name not in FILLED_BY_US}


def keys_of(annotation: Any) -> list[str]:
    """The keys that a mapping of this type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return list(_fields(annotation))
    if get_origin(annotation) is dict:
        return choices_of(get_args(annotation)[0])
    return []


def names_its_keys(annotation: Any) -> bool:
    """Whether the keys of a mapping of this type are names, right or wrong, and never values in disguise."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1] is not Any
    return annotation is not SecretRef and bool(keys_of(annotation))


def choices_of(annotation: Any) -> list[str]:
    """The values that a closed type accepts, as text; empty for an open one."""
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [member.value for member in annotation]
    return []


def may_show(path: ConfigPath) -> bool:
    """Whether a value at this path may be quoted: a known place, made for plain values, no secret about it."""
    own_data = path[:1] == ("application",) and not OWN_DATA.isdisjoint(path)
    return not own_data and not any(bears_secret(key) for key in path) and _is_plain(type_at(path))


def _is_plain(annotation: Any) -> bool:
    if get_origin(annotation) in {tuple, dict}:
        return _is_plain(_core(get_args(annotation)[-1 if get_origin(annotation) is dict else 0]))
    if get_origin(annotation) is Literal or annotation is Exclude:
        return True
    return isinstance(annotation, type) and issubclass(annotation, _PLAIN_TYPES)


def _core(annotation: Any) -> Any:
    """The type without `None` and without annotations."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _core(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        return _core(members[0])
    return annotation


@cache
def known_words() -> frozenset[str]:
    """Every key that some mapping of a config may hold: words that may be quoted wherever they stand."""
    return frozenset(_words(Config)) | STORE_KEYS


def _words(annotation: Any) -> Iterator[str]:
    annotation = _core(annotation)
    yield from keys_of(annotation)
    if annotation is SecretRef:
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in _fields(annotation).values():
            yield from _words(field.annotation)
    for member in get_args(annotation):
        if member is not Ellipsis and not isinstance(member, str | int):
            yield from _words(member)
