"""Reads the file behind `readiness emulator --settings`."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from readiness.emulator.settings import Settings
from readiness.errors import UsageError


def load_settings(path: Path) -> Settings:
    """Settings from a YAML or JSON file. Raises UsageError that names every problem."""
    try:
        payload = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The settings file {path} is neither YAML nor JSON: {error}.") from error
    try:
        return Settings.model_validate({} if payload is None else payload)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'the file'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise UsageError(f"The settings file {path} is wrong: {problems}.") from error
