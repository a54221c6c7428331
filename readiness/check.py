"""What a check is: a pure function over evidence, with its texts beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from readiness.evidence import Evidence, EvidenceView
from readiness.model import Environment, Kind, Severity, Verdict

Judge = Callable[[EvidenceView], Verdict]

HEADINGS = ("Why it matters", "How it is judged", "How to fix", "When it is unknown")
"""The sections of every check's docstring, in this order."""


@dataclass(frozen=True)
class Check:
    """One rule of the catalogue. `id` and `area` are set by the registry from where the check stands."""

    judge: Judge
    title: str
    failing_title: str
    severity: Severity
    kind: Kind
    needs: tuple[type[Evidence], ...]
    optional: tuple[type[Evidence], ...]
    per_environment: bool
    concerns: tuple[Environment, ...]
    """The environments that a check of the whole run is about; without one of them it does not run."""
    requirements: tuple[str, ...]
    sections: dict[str, str] = field(repr=False)
    id: str = ""
    plugin: str | None = None

    @property
    def area(self) -> str:
        """The first half of the id."""
        return self.id.partition("/")[0]

    @property
    def why(self) -> str:
        """Why it matters, in money or data."""
        return self.sections[HEADINGS[0]]

    @property
    def remediation(self) -> str:
        """How to fix it."""
        return self.sections[HEADINGS[2]]

    def named(self, check_id: str, plugin: str | None) -> Check:
        """The same check under its id."""
        return replace(self, id=check_id, plugin=plugin)


def check(
    *,
    title: str,
    failing_title: str,
    severity: Severity,
    kind: Kind,
    needs: Sequence[type[Evidence]],
    optional: Sequence[type[Evidence]] = (),
    per_environment: bool = False,
    concerns: Sequence[Environment] = (),
    requirements: Sequence[str] = (),
) -> Callable[[Judge], Check]:
    """Make a check of a function from evidence to a verdict.

    The function is called only when everything in `needs` was gathered; what is in `optional` it reads with
    `evidence.get(...)` and may find missing. Its docstring holds the four sections of `HEADINGS`, each starting a line
    with `Heading:`. Raises ValueError when a section is absent or out of order.
    """

    def decorate(function: Judge) -> Check:
        return Check(
            judge=function,
            title=title,
            failing_title=failing_title,
            severity=severity,
            kind=kind,
            needs=tuple(needs),
            optional=tuple(optional),
            per_environment=per_environment,
            concerns=tuple(concerns),
            requirements=tuple(requirements),
            sections=_sections(function),
        )

    return decorate


def _sections(function: Judge) -> dict[str, str]:
    """Split a docstring at its headings; each text is joined to one paragraph."""
    parts = re.split(rf"^\s*({'|'.join(HEADINGS)}):", function.__doc__ or "", flags=re.MULTILINE)
    found = tuple(parts[1::2])
    if found != HEADINGS:
        raise ValueError(f"the docstring needs the sections {', '.join(HEADINGS)}, in this order; it has {found}")
    return {name: " ".join(text.split()) for name, text in zip(found, parts[2::2], strict=True)}
