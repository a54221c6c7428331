"""From a config file to a Config, or to one error that tells everything that is wrong with it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

from readiness.config import rules
from readiness.config.document import Document
from readiness.config.model import Config
from readiness.config.problem import Problem, ProblemFound
from readiness.config.quoting import Quoter
from readiness.config.reading import decode, read_bytes, reject_control
from readiness.config.validation import validate
from readiness.config.yaml_tree import compose
from readiness.errors import ConfigError


def load_config(path: str | Path, *, today: date | None = None) -> Config:
    """Read, check and complete a config file. No secret is read.

    `today` (UTC) is the day from which a waiver's term counts. Raises ConfigError with all problems at once.
    """
    path = Path(path)
    name = _display_name(path)
    quoter = Quoter(name)
    try:
        content = read_bytes(path)
        quoter = Quoter(name, content.decode("utf-8-sig", errors="replace"))
        text = decode(content)
        reject_control(text)
        document = Document(*compose(text))
        quoter = Quoter(name, text, document.root)
        _check_version(document)
    except ProblemFound as found:
        raise ConfigError(quoter.write([found.problem])) from None
    config = _complete(document, path.parent, today or datetime.now(UTC).date())
    if config is None or document.problems:
        raise ConfigError(quoter.write(document.problems))
    config._path = name  # noqa: SLF001 - the loader is the model's other half
    config._positions = document.values  # noqa: SLF001
    config._digest = hashlib.sha256(content).hexdigest()  # noqa: SLF001
    config._quoter = quoter  # noqa: SLF001
    return config


def _complete(document: Document, folder: Path, today: date) -> Config | None:
    rules.reject_blanks(document)
    rules.complete_references(document)
    rules.complete_presets(document)
    rules.complete_authorities(document, folder)
    rules.complete_attestations(document, folder)
    rules.check_known_hosts(document)
    rules.check_waivers(document, today)
    return validate(document)


def _check_version(document: Document) -> None:
    """Of a file in another format, nothing else is worth telling."""
    if not isinstance(document.data, dict):
        raise ProblemFound(Problem("expected a mapping of keys to values", at=document.values[()]))
    version = document.data.get("version", 1)
    if type(version) is not int or version != 1:
        place = document.values["version",]
        raise ProblemFound(Problem("this version of the config format is not known", place, "write `version: 1`"))


def _display_name(path: Path) -> str:
    """The path relative to the working directory if it lies below it; forward slashes."""
    try:
        relative = path.relative_to(Path.cwd()) if path.is_absolute() else path
    except ValueError:
        relative = path
    return "".join(character if character.isprintable() else "?" for character in relative.as_posix())
