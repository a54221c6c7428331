"""JUnit XML for GitLab and Jenkins: one suite for each area, one case for each result.

An unknown is an error, not a skip: a skip would look green. GitLab shows the body of a failure and ignores its
`message`; Jenkins shows both.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from readiness.report.items import Item
from readiness.report.templating import template_environment
from readiness.report.text import excerpt, visible
from readiness.report.view import view_of
from readiness.report.words import fix_label
from readiness.result import AuditResult


@dataclass(frozen=True)
class Case:
    """One result; `name` is unique in the file, `file` the first place it names."""

    item: Item
    name: str
    file: str
    body: str


@dataclass(frozen=True)
class Sums:
    """What the attributes of a suite count."""

    failures: int
    errors: int
    skipped: int


@dataclass(frozen=True)
class Suite:
    """The cases of one area."""

    area: str
    cases: tuple[Case, ...]
    sums: Sums


def render_junit(result: AuditResult) -> str:
    """The whole file."""
    view = view_of(result)
    by_area: dict[str, list[Item]] = {}
    for item in sorted(view.items, key=lambda item: (item.result.area, item.result.name)):
        by_area.setdefault(item.result.area, []).append(item)
    suites = [Suite(area, tuple(map(_case, items)), _sums(items)) for area, items in by_area.items()]
    template = _environment().get_template("junit.xml.j2")
    return template.render(result=result, suites=suites, total=_sums(view.items))


@functools.cache
def _environment() -> Environment:
    return template_environment(_finalize, {}, autoescape=True)


def _finalize(value: Any) -> Any:
    """Only characters that are legal in XML 1.0 are left; autoescape follows."""
    return value if isinstance(value, Markup) else visible(excerpt(str(value)))


def _case(item: Item) -> Case:
    places = [str(finding.location.path) for finding in item.result.findings if finding.location is not None]
    return Case(item=item, name=item.result.name, file=places[0] if places else "", body=_body(item))


def _body(item: Item) -> str:
    """Message, places and fix as plain text."""
    row = item.result
    lines = [row.title, row.summary]
    if item.reason:
        lines.append(f"Unknown because {item.reason}.")
    for finding in row.findings:
        place = f"{finding.location}: " if finding.location is not None else ""
        lines.append(f"- {place}{finding.message}")
    lines += [f"Why it matters: {row.why}", f"{fix_label(item.group)}: {row.remediation}"]
    return "\n".join(lines)


def _sums(items: Iterable[Item]) -> Sums:
    groups = [item.group for item in items]
    return Sums(
        failures=groups.count("failed"),
        errors=groups.count("unknown"),
        skipped=groups.count("waived") + groups.count("not_applicable"),
    )
