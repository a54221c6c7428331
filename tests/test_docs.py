"""Documents say what is: generated ones are up to date, and what the others name exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml

from readiness import __version__
from readiness.cli import COMMANDS, group
from readiness.config.references import FIELDS
from readiness.layout import data_folder
from readiness.registry import import_file, load_builtin

ROOT = Path(__file__).parent.parent
PAGES = sorted(path for folder in ("", "docs", "sample_configs/shop") for path in (ROOT / folder).glob("*.md"))
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^ *|run: |- |\.venv/bin/|# +|`)(readiness [a-z][^\n`#]*)", re.MULTILINE)
LINK = re.compile(r"\[[^]]*\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    return import_file(ROOT / "docs" / "generate.py", "readiness_docs_generate")


def test_generated_documents_are_up_to_date(generate: ModuleType) -> None:
    """`make docs` writes them."""
    for path, text in generate.documents().items():
        assert path.read_text(encoding="utf-8") == text, path.name


def test_a_lost_help_block_is_told(generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text("# no block\n")
    monkeypatch.setattr(generate, "README", tmp_path / "README.md")
    with pytest.raises(ValueError, match="help block"):
        generate.documents()


def test_every_check_is_documented() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    checks = load_builtin().checks
    assert re.findall(r"^### (\S+)$", page, re.MULTILINE) == sorted(checks)
    for check in checks.values():
        for text in check.sections.values():
            assert text in page


def _commands(path: Path) -> list[str]:
    return [match.strip() for match in COMMAND.findall(path.read_text())]


@pytest.mark.parametrize("path", [*PAGES, *sorted(data_folder("sample_configs").glob("*.yaml"))], ids=lambda p: p.name)
def test_commands_in_documents_can_be_run(path: Path) -> None:
    """Every `readiness …` line is parsed by the real command line; nothing runs."""
    for line in _commands(path):
        name, *arguments = shlex.split(line)[1:]
        assert name in COMMANDS, line
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if arguments:
            command.make_context(name, arguments)


def test_the_readme_shows_the_commands_of_a_first_audit() -> None:
    names = [line.split()[1] for line in _commands(ROOT / "README.md")]
    assert {"init", "plan", "run", "drill", "doctor"} <= set(names)


def test_make_has_the_targets_that_documents_name() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        name for path in PAGES for name in re.findall(r"(?:^|`)make ([a-z]+)(?:`|$)", path.read_text(), re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    missing = [target for target in LINK.findall(path.read_text()) if not (path.parent / target).exists()]
    assert missing == []


def test_yaml_in_the_readme_is_yaml() -> None:
    blocks = [text for language, text in FENCED.findall((ROOT / "README.md").read_text()) if language == "yaml"]
    assert len(blocks) >= 3
    for text in blocks:
        assert isinstance(yaml.safe_load(text), dict)


def test_references_in_the_checks_texts_are_as_a_config_writes_them() -> None:
    """What a reader copies from "How to fix" must load."""
    shown = 0
    for check in load_builtin().checks.values():
        for text in check.sections.values():
            for store, fields in re.findall(r"\{(vault|aws|keyring): (\{[^}]*\}|[^}]*)\}", text):
                spec = yaml.safe_load(fields)
                assert isinstance(spec, dict), (check.id, fields)
                assert set(FIELDS[store].required) <= spec.keys() <= {*FIELDS[store].required, *FIELDS[store].optional}
                shown += 1
    assert shown


def test_the_changelog_has_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[([^]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert __version__ in [version for version, day in headings if day]


def test_the_changelog_names_every_command() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert all(f"`{name}`" in text for name in COMMANDS)
