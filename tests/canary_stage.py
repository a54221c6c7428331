"""A config against the echo, with plug-ins that print and raise what is secret, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.canary_echo import CARD, CLIENTS, SECRETS, Echo, forms

PROBE = """
import os, sys
from typing import ClassVar
from readiness.api import Evidence
from readiness.probe import Probe
from readiness.secret import Secret

SECRET = os.environ["CANARY_SANDBOX"]
print("import", SECRET)
print("import", SECRET, file=sys.stderr)

class Tide(Evidence):
    kind: ClassVar[str] = "tide"
    said: str = ""

class TideProbe(Probe):
    evidence = Tide
    per_environment = False
    def plan(self, config, environment):
        print("plan", SECRET)
        return []
    async def gather(self, context):
        import asyncio, logging, threading, warnings
        print("gather", SECRET, flush=True)
        print("gather", SECRET, file=sys.stderr, flush=True)
        context.progress(f"progress {SECRET}")
        logging.getLogger("plugin").error("log %s", SECRET)
        warnings.warn(f"warning {SECRET}")
        async def lost():
            raise RuntimeError(f"lost {SECRET}")
        asyncio.ensure_future(lost())
        await asyncio.sleep(0)
        GATHER
"""
RULE = '''
import os, sys
from readiness.api import Kind, Severity, Verdict, check
from ..probes import Tide

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.LIVE, needs=[], optional=[Tide])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    SECRET = os.environ["CANARY_SANDBOX"]
    print("judge", SECRET)
    print("judge", SECRET, file=sys.stderr)
    JUDGE
'''


class Stage:
    """A config against the echo, in a folder of its own."""

    def __init__(self, folder: Path, echo: Echo) -> None:
        self.folder, self.echo = folder, echo
        (folder / "src").mkdir()
        (folder / "src" / "leak.py").write_text(f'SECRET = "{SECRETS["CANARY_LIVE"]}"\n')
        self._plug()
        environments = {name: self._environment(name) for name in CLIENTS}
        environments["sandbox"]["partner"] = {
            "client_id": "client-partner-1",
            "client_secret": {"env": "CANARY_PARTNER"},
            "merchant_id": "merchant-1",
        }
        environments["sandbox"]["retired_keys"] = [
            {"client_id": "client-old-1", "client_secret": {"env": "CANARY_RETIRED"}}
        ]
        environments["production"]["client_secret"] = SECRETS["CANARY_LIVE"]  # literal: loaded, masked and reported
        config = {
            "version": 1,
            "integration": {"name": "Canary", "kind": "merchant"},
            "environments": environments,
            "sources": [{"path": "src", "history": False}],
            "permissions": ["sandbox-writes", "production-secret-to-sandbox"],
            "policy": {"drill_watch": "1s"},
            "plugins": ["ops"],
        }
        (folder / "readiness.yaml").write_text(json.dumps(config), encoding="utf-8")

    def _environment(self, name: str) -> dict[str, Any]:
        return {
            "api_url": self.echo.url,
            "oauth_url": f"{self.echo.url}/oauth2/token",
            "client_id": CLIENTS[name],
            "client_secret": {"env": "CANARY_SANDBOX"},
            "webhook_secret": {"env": "CANARY_WEBHOOK"},
        }

    def _plug(self, gather: str = "return Tide(said=f'said {SECRET}')", judge: str = "raise KeyError(SECRET)") -> None:
        (self.folder / "ops" / "acme").mkdir(parents=True, exist_ok=True)
        (self.folder / "ops" / "probes.py").write_text(PROBE.replace("GATHER", gather))
        (self.folder / "ops" / "acme" / "rule.py").write_text(RULE.replace("JUDGE", judge))

    def plug(self, *, gather: str | None = None, judge: str | None = None) -> None:
        given = {"gather": gather, "judge": judge}
        self._plug(**{name: text for name, text in given.items() if text is not None})

    def call(self, *arguments: str) -> tuple[int, bytes]:
        """Run the command; gives its exit code, and all that it wrote to its streams. Watches the process list."""
        process = subprocess.Popen(
            [sys.executable, "-m", "readiness", *arguments],
            cwd=self.folder,
            env={**os.environ, **SECRETS, "XDG_STATE_HOME": str(self.folder / "state"), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        seen: set[bytes] = set()
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.005):
                seen.update(command_lines(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        out, err = process.communicate(timeout=120)
        ended.set()
        watcher.join()
        assert seen, "the process list was looked at"
        self.assert_clean(b"\n".join(seen), "the process list")
        return process.returncode, out + err

    def assert_clean(self, data: bytes, where: str) -> None:
        minted = {f"minted {number}": value for number, value in enumerate(self.echo.minted)}
        for name, value in {**SECRETS, **minted}.items():
            for form in forms(value):
                at = data.find(form)
                assert at < 0, f"{name} stands in {where}: {data[max(0, at - 60) : at]!r}"
        for card in (CARD, f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}"):
            assert card.encode() not in data, f"a card number stands in {where}"

    def written(self) -> Iterator[Path]:
        """Every file that a command may have written."""
        ours = {"leak.py", "probes.py", "rule.py", "readiness.yaml"}
        return (path for path in self.folder.rglob("*") if path.is_file() and path.name not in ours)

    def assert_nothing_leaked(self, output: bytes, *arguments: str) -> None:
        self.assert_clean(output, f"the output of {' '.join(arguments)}")
        for path in self.written():
            self.assert_clean(path.read_bytes(), path.name)


def command_lines(session: int) -> Iterator[bytes]:
    """The command lines of all processes of a session."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == session:
                    yield (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended
