"""The summary on a terminal. Foreign texts are printed as they are, never read as markup, controls made visible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from readiness.report.items import Item
from readiness.report.text import excerpt, one_line, visible
from readiness.report.view import View, view_of
from readiness.report.words import EMULATED, lead
from readiness.result import AuditResult

_STYLES = {
    "failed": ("✗", "bold red"),
    "unknown": ("?", "bold yellow"),
    "waived": ("◷", "magenta"),
    "attested": ("✎", "blue"),
    "not_applicable": ("-", "dim"),
    "passed": ("✓", "green"),
}
"""Sign and style of each status; the word always stands beside them."""
_TONES = {"bad": "bold red", "open": "bold yellow", "good": "bold green"}
_INDENT = 4
_WORD = re.compile(r"\S+\s*")


def print_summary(
    result: AuditResult, console: Console, *, quiet: bool = False, verbose: bool = False, written: Sequence[Path] = ()
) -> None:
    """Verdict, next steps, failures with their fix, unknowns with their reason, counts, and where the files are.

    `quiet` leaves the verdict alone; `verbose` adds what passed, what was waived, and where the evidence is.
    """
    view = view_of(result)
    _print_verdict(view, console, quiet=quiet)
    if quiet:
        return
    _print_steps(view, console)
    shown = ("failed", "unknown") if not verbose else tuple(_STYLES)
    for group in view.groups:
        if group.key in shown:
            _heading(console, f"{group.label} ({len(group.items)})")
            fixed: set[str] = set()
            for item in group.items:
                _print_item(item, console, verbose=verbose, fix_is_known=item.result.id in fixed)
                fixed.add(item.result.id)
    console.print()
    counts = [f"{count} {label.lower()}" for _, label, count in view.counters if count]
    _say(console, Text(" · ".join(counts) or "no results"))
    _say(console, Text(str(view.coverage)))
    _print_permissions(view, console)
    for path in written:
        console.print(Text.assemble("Written: ", (one_line(str(path)), "bold")), soft_wrap=True)


def _print_verdict(view: View, console: Console, *, quiet: bool) -> None:
    name = one_line(excerpt(view.result.integration.name))
    _say(console, Text.assemble((view.verdict, _TONES[view.tone]), ": ", name))
    if quiet:
        return
    for sentence in view.sentences:
        _say(console, Text(one_line(sentence)))
    if view.demonstration:
        played = " and ".join(one_line(line.name) for line in view.environments if line.emulated)
        _say(console, Text(f"{played}: {EMULATED}.", "yellow"))


def _print_steps(view: View, console: Console) -> None:
    _heading(console, "Next steps")
    for number, step in enumerate(view.steps, 1):
        where = f" ({one_line(step.where)})" if step.where else ""
        title = Text.assemble(f"{number}. ", (one_line(step.title), "bold"), where)
        _say(console, title)
        _indented(console, [one_line(lead(step.advice))])


def _print_item(item: Item, console: Console, *, verbose: bool, fix_is_known: bool) -> None:
    """`fix_is_known`: the same check has just been printed for the other environment."""
    row = item.result
    sign, style = _STYLES[item.group]
    _say(console, Text.assemble((f"{sign} {one_line(row.title)}", style), f"  {row.severity}, {one_line(row.name)}"))
    lines = [visible(excerpt(row.summary))]
    if item.reason:
        lines.append(f"Unknown because {item.reason}.")
    for finding in row.findings:
        place = f"{one_line(str(finding.location))}: " if finding.location is not None else ""
        lines.append(f"- {place}{one_line(excerpt(finding.message))}")
        if verbose and finding.evidence is not None:
            lines.append(f"  evidence {one_line(finding.evidence)} {one_line(finding.pointer or '')}".rstrip())
    if item.group == "failed":
        lines.append("Fix: as above." if fix_is_known else f"Fix: {visible(excerpt(row.remediation))}")
    if verbose and row.requirements:
        lines.append(f"Serves: {one_line('; '.join(row.requirements))}")
    _indented(console, lines)


def _print_permissions(view: View, console: Console) -> None:
    """The exact line that would let the run decide what it could not."""
    if view.permissions:
        names = ", ".join(view.permissions)
        console.print()
        _say(console, Text.assemble("To decide more, add to the config: ", (f"permissions: [{names}]", "bold")))
        options = " ".join(f"--allow {name}" for name in view.permissions)
        _say(console, Text.assemble("or to the command: ", (options, "bold")))


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, "bold underline"))


def _indented(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        _say(console, Text(line), _INDENT)


def _say(console: Console, text: Text, indent: int = 0) -> None:
    """Wrapped by hand: rich leaves blanks at the ends of lines that it wraps, and fills those that it pads.

    It also breaks long words, and paths and commands are copied from here.
    """
    for paragraph in text.split(allow_blank=True):
        for line in paragraph.divide(_breaks(paragraph.plain, max(console.width - indent, 20))):
            line.rstrip()
            if line.plain:
                line.pad_left(indent)
            console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _breaks(text: str, width: int) -> list[int]:
    """Offsets of the words that begin a new line."""
    breaks, column = [], 0
    for word in _WORD.finditer(text):
        if column and column + cell_len(word[0].rstrip()) > width:
            breaks.append(word.start())
            column = 0
        column += cell_len(word[0])
    return breaks
