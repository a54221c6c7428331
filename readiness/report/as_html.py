"""The HTML page: one file, no request, complete without its script.

The policy in its head allows exactly the style and the script that this module put in, by their hashes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from textwrap import dedent
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from readiness.report.result_json import embed_result
from readiness.report.sequence import ARROWS
from readiness.report.templating import data_text, template_environment
from readiness.report.text import excerpt, shorten, visible
from readiness.report.view import view_of
from readiness.result import AuditResult

LEDGER_ROWS = 500
"""The page lists so many requests; the embedded JSON lists all."""

_CODE = re.compile(r"`([^`\n]+)`")


def render_html(result: AuditResult) -> str:
    """The whole page."""
    view = view_of(result)
    digest = result.evidence_digest if re.fullmatch(r"[0-9a-f]{64}", result.evidence_digest) else ""
    style = _environment().get_template("report.css.j2").render(digest=digest)
    script = data_text("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            view=view,
            result=result,
            style=Markup(style),  # noqa: S704 - our own file; its only value is checked above
            script=Markup(script),  # noqa: S704 - our own file
            policy=_policy(style, script),
            embedded=Markup(embed_result(result)),  # noqa: S704 - escaped for a script element
            ledger=result.ledger[:LEDGER_ROWS],
            arrows=ARROWS,
        )
    )


def _policy(style: str, script: str) -> str:
    """Nothing may load, and nothing inline may act but these two."""
    return (
        f"default-src 'none'; style-src '{_source_hash(style)}'; script-src '{_source_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@functools.cache
def _environment() -> Environment:
    return template_environment(_finalize, {"prose": prose, "inline": inline, "shorten": shorten}, autoescape=True)


def _finalize(value: Any) -> Any:
    """Every foreign text shows what it hides, and none is endless. Autoescape follows."""
    return value if isinstance(value, Markup) else visible(excerpt(str(value)))


def inline(text: str) -> Markup:
    """A text whose `back-quoted` parts are code."""
    return _with_code(_finalize(text))


def prose(text: str) -> Markup:
    """Paragraphs, divided by empty lines; indented ones are shown as written."""
    parts = re.split(r"\n\s*\n", _finalize(text).strip("\n"))
    return Markup("").join(
        Markup("<pre>{}</pre>").format(dedent(part))
        if part.startswith("    ")
        else Markup("<p>{}</p>").format(_with_code(part))
        for part in parts
    )


def _with_code(text: str) -> Markup:
    # Escaping comes first, so that the only markup is the one put in here.
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704
