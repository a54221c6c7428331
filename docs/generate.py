"""Writes the documents that are made from the code: `python docs/generate.py`, or with --check only looks at them."""

from __future__ import annotations

import argparse
import json
import re
import sys
from itertools import groupby
from pathlib import Path

from click.testing import CliRunner

from readiness.check import Check
from readiness.cli import group
from readiness.registry import load_builtin
from readiness.schema import schema_of

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
HELP_BLOCK = re.compile(
    r"(?<=<!-- readiness --help: made by `make docs` -->\n).*?(?=<!-- end of readiness --help -->)", re.DOTALL
)
SCHEMAS = ("config", "result", "evidence")
WIDTH = 100


def documents() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    made = {ROOT / "docs" / "schema" / f"{kind}.json": _schema(kind) for kind in SCHEMAS}
    made[ROOT / "docs" / "checks.md"] = _checks()
    made[README] = _readme()
    return made


def _schema(kind: str) -> str:
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def _readme() -> str:
    """The README with the present help in its block. Raises ValueError when the block is gone."""
    text = README.read_text(encoding="utf-8")
    if not HELP_BLOCK.search(text):
        raise ValueError(f"{README} has lost the marks of its help block")
    shown = CliRunner().invoke(group, ["--help"], prog_name="readiness", terminal_width=WIDTH).output
    return HELP_BLOCK.sub(lambda _: f"```\n{shown}```\n", text)


def _checks() -> str:
    """The catalogue."""
    checks = sorted(load_builtin().checks.values(), key=lambda check: check.id)
    lines = [
        "<!-- Made by `make docs` from checks/; do not edit. -->",
        "",
        "# The checks",
        "",
        f"{len(checks)} checks. An id is for ever; `readiness explain ID` shows the same text in a terminal.",
        "",
        "Severity: a failure at or above the gate (`gate.fail_on`, major unless the config says otherwise) blocks.",
        "Kind: a static check reads the config and the files, a live one judges requests that were sent.",
        "",
    ]
    for area, members in groupby(checks, key=lambda check: check.area):
        listed = list(members)
        lines += [f"## {area}", "", "| id | severity | kind | passes when |", "|---|---|---|---|"]
        lines += [
            f"| [{check.id}](#{_anchor(check)}) | {check.severity} | {check.kind} | {check.title} |" for check in listed
        ]
        lines.append("")
        for check in listed:
            lines += _check(check)
    return "\n".join(lines)


def _anchor(check: Check) -> str:
    """Of the check's heading, as GitHub makes it."""
    return check.id.replace("/", "")


def _check(check: Check) -> list[str]:
    scope = "once for each environment" if check.per_environment else "once for the run"
    facts = f"{str(check.severity).capitalize()}, {check.kind}, judged {scope}."
    lines = [f"### {check.id}", "", f"Passes: {check.title}. Fails: {check.failing_title}. {facts}", ""]
    for heading, text in check.sections.items():
        lines += [f"**{heading}.** {text}", ""]
    if check.requirements:
        lines += ["**Serves.** " + "; ".join(check.requirements) + ".", ""]
    return lines


def main() -> int:
    """Write what differs, or tell it and exit with 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a document is out of date")
    only_look = parser.parse_args().check
    stale = [
        path for path, text in documents().items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not only_look:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(documents()[path], encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {'out of date; run `make docs`' if only_look else 'written'}\n")
    return 1 if stale and only_look else 0


if __name__ == "__main__":
    sys.exit(main())
