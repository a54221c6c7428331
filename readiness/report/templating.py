"""One way to load templates.

Every value that a template prints goes through the format's `finalize`, so that a template cannot forget to escape.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from readiness.layout import data_folder
from readiness.report import words
from readiness.wording import plural


def template_environment(
    finalize: Callable[[Any], Any], filters: dict[str, Callable[..., Any]], *, autoescape: bool
) -> Environment:
    """A strict environment over the templates folder: an unknown name is an error, never an empty string."""
    environment = Environment(
        loader=FileSystemLoader(data_folder("templates")),
        autoescape=autoescape,  # noqa: S701 - Jinja has none for Markdown: its finalize escapes, as strictly
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"utc": words.utc, "seconds": words.seconds, "lead": words.lead, **filters}
    environment.globals |= {"words": words, "plural": plural}
    return environment


@functools.cache
def data_text(name: str) -> str:
    """A file of the templates folder as it is."""
    return (data_folder("templates") / name).read_text(encoding="utf-8")
