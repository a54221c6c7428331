"""The Markdown report: small enough for a pull-request comment, and inert whatever the texts hold."""

from __future__ import annotations

import functools
import html
import re
from typing import Any

from jinja2 import Environment

from readiness.report.templating import template_environment
from readiness.report.text import excerpt, one_line, shorten
from readiness.report.view import View, view_of
from readiness.result import AuditResult

LIMIT = 65_536
"""Characters that GitHub accepts in a comment."""
TABLE_ROWS = 50
"""Rows that a secondary table shows; the JSON holds all."""
LINES = ("all", "failed", "none")
"""Which scenarios' time lines are shown, from the most to the least."""

_ACTIVE = re.compile(r"[\\`*_\[\]#|~$]|:(?=//|[\w+-]+:)|(?<=\bwww)\.", re.IGNORECASE)
"""Punctuation that CommonMark, GitHub's tables, mathematics, emoji, footnotes or automatic links would act on."""
_BLOCK = re.compile(r"^(\d*)((?<=\d)[.)]|[-+=])(?=[\s=-]|$)")
"""What would make a list, a rule or a heading of a line that starts with it."""
_CODE = re.compile(r"`([^`\n]+)`")


class Inert(str):
    """Markdown that is safe as it stands: made here, or escaped already."""

    __slots__ = ()


def render_markdown(result: AuditResult) -> str:
    """The report with as many findings as fit; what is left out is stated, never hidden.

    The time lines of the lab go first: of the scenarios in which nothing failed, then of all.
    """
    view = view_of(result)
    for lines in LINES:
        text = _render(view, len(view.items), lines)
        if len(text) <= LIMIT:
            return text
    fits, too_many = 0, len(view.items) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if len(_render(view, middle, "none")) <= LIMIT else (fits, middle)
    text = _render(view, fits, "none")
    return text if len(text) <= LIMIT else _cut(text)


def _render(view: View, shown: int, lines: str) -> str:
    template = _environment().get_template("report.md.j2")
    return template.render(view=view, result=view.result, items=view.items[:shown], rows=TABLE_ROWS, lines=lines)


def _cut(text: str) -> str:
    """The last resort: whole lines up to the limit, and the statement that it was cut."""
    statement = "\n\n**This report was cut here: it exceeds what a comment can hold. The JSON result is complete.**\n"
    return text[: LIMIT - len(statement)].rpartition("\n")[0] + statement


@functools.cache
def _environment() -> Environment:
    filters = {"prose": prose, "inline": inline, "code": code, "html": in_html, "cell": cell}
    return template_environment(_finalize, filters, autoescape=False)


def _finalize(value: Any) -> str:
    return value if isinstance(value, Inert) else escape(str(value))


def escape(text: str) -> Inert:
    """Plain text on one line: no markup, link, mention, emoji, entity or table border of its own."""
    return Inert(_inert(_line(text)))


def in_html(text: str) -> Inert:
    """For inside an HTML tag of ours, where Markdown is not read."""
    return Inert(_no_mentions(html.escape(_line(text))))


def code(text: str) -> Inert:
    """A code span, fenced longer than any run of back-quotes inside; a table's border is escaped in it."""
    inner = _line(str(text)).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
    return Inert(f"{fence} {inner} {fence}" if "`" in inner or inner != inner.strip() else f"{fence}{inner}{fence}")


def inline(text: str) -> Inert:
    """A text whose `back-quoted` parts stay code."""
    parts = _CODE.split(_line(text))
    return Inert("".join(code(part) if index % 2 else _inert(part) for index, part in enumerate(parts)))


def prose(text: str) -> Inert:
    """Paragraphs, divided by empty lines; indented ones become code."""
    parts = re.split(r"\n\s*\n", excerpt(text).strip("\n"))
    rendered = (code(part.strip()) if part.startswith("    ") else inline(" ".join(part.split("\n"))) for part in parts)
    return Inert("\n\n".join(rendered))


def cell(text: str, width: int = 200) -> Inert:
    """A table cell of bounded width."""
    return inline(shorten(str(text), width))


def _inert(line: str) -> str:
    inert = _ACTIVE.sub(lambda match: "\\" + match[0], html.escape(line, quote=False))
    return _no_mentions(_BLOCK.sub(r"\1\\\2", inert))


def _line(text: str) -> str:
    """One line without blanks at its ends, which would part our own markup from its text or make it code."""
    return one_line(excerpt(text)).strip()


def _no_mentions(text: str) -> str:
    """GitHub notifies people and links issues even where the sign is escaped; an empty character stops it."""
    return text.replace("@", "@&#8203;").replace("\\#", "\\#&#8203;")
