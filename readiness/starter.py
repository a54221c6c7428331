"""A first config, made from what the repository shows: hosts, names of environment variables, .env files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from readiness.config.presets import KNOWN_HOSTS
from readiness.model import Environment
from readiness.scan.walk import Walk

MOST_FILES = 5_000
"""Files that are looked at: a starter should take a second, not a minute."""
LARGEST = 256 * 1024
"""Bytes of the largest file that is looked at; what is longer is seldom written by hand."""
SKIPPED = ("**/node_modules/**", "**/.venv/**", "**/vendor/**", "**/dist/**", "**/build/**", "**/readiness*.y*ml")
"""Packages of others, what is built, and configs of this tool, which name what somebody else found."""

BUILT = ("dist", "build", "target")
"""Folders that hold what is built, wherever they are there."""
LOGGED = ("var/log/*.log", "logs/*.log", "log/*.log")
"""Where logs lie, if anything lies there."""

_VARIABLE = re.compile(rb"\b(?:AURORA|FLUTE|ARISE)[A-Z0-9]*_[A-Z0-9_]*(?:CLIENT_ID|SECRET)[A-Z0-9_]*\b")
_SANDBOX_WORDS = ("SANDBOX", "TEST", "UAT", "STAGING", "DEV")


@dataclass(frozen=True)
class Discovery:
    """What a repository shows of its integration."""

    variables: tuple[str, ...]
    hosts: dict[Environment, tuple[str, ...]]
    """The vendor's hosts that stand in files."""
    dotenv: tuple[str, ...]
    """Names of .env files."""
    artifacts: tuple[str, ...] = ()
    """Globs of what seems to be built."""
    logs: tuple[str, ...] = ()
    """Globs of what seems to be logged."""

    def variable(self, environment: Environment, kind: str) -> str | None:
        """The variable that seems to hold `CLIENT_ID`, `CLIENT_SECRET` or `WEBHOOK_SECRET` of an environment."""
        fitting = [name for name in self.variables if kind in name and ("WEBHOOK" in name) == ("WEBHOOK" in kind)]
        sandbox = [name for name in fitting if any(word in name for word in _SANDBOX_WORDS)]
        chosen = sandbox if environment is Environment.SANDBOX else [name for name in fitting if name not in sandbox]
        return chosen[0] if chosen else None


def discover(folder: Path) -> Discovery:
    """Look at a folder's text files. Values are never read into the config: only names and hosts."""
    variables: set[str] = set()
    hosts: dict[Environment, set[str]] = {environment: set() for environment in Environment}
    dotenv: list[str] = []
    for relative, data in _texts(folder):
        if Path(relative).name.startswith(".env"):
            dotenv.append(relative)
        variables.update(name.decode() for name in _VARIABLE.findall(data))
        for environment, known in KNOWN_HOSTS.items():
            hosts[environment].update(host for host in known if _names(data, host))
    return Discovery(
        variables=tuple(sorted(variables)),
        hosts={environment: tuple(sorted(found)) for environment, found in hosts.items()},
        dotenv=tuple(dotenv),
        artifacts=tuple(f"{name}/**" for name in BUILT if (folder / name).is_dir()),
        logs=tuple(glob for glob in LOGGED if any(folder.glob(glob))),
    )


def _names(data: bytes, host: str) -> bool:
    """Whether a host stands in the data as itself: `api.flute.com` is not `sandbox.api.flute.com`."""
    return re.search(rb"(?<![\w.-])" + re.escape(host.encode()) + rb"(?![\w-])", data) is not None


def _texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    for entry in islice((entry for entry in Walk(folder, SKIPPED) if entry.is_file and not entry.excluded), MOST_FILES):
        path = Path(entry.path)
        try:
            data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        except OSError:
            continue
        if data and b"\0" not in data[:1024]:
            yield entry.relative, data
