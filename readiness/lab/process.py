"""One process of the application, with everything that it starts: begun, listened to, and ended without survivors."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from readiness.errors import ReadinessError
from readiness.lab import supervisor
from readiness.secret import Redactor, is_secret_name

MARKER = "READINESS_LAB"
"""Environment variable by which processes of the lab are found even if their supervisor is gone."""
MOST_OUTPUT = 4_000_000
"""Characters of an application's output that are looked at."""
LONGEST_LINE = 20_000
PATIENCE = 15.0
"""Seconds beyond the application's own time to stop, after which its supervisor is killed, too."""


class LabError(ReadinessError):
    """The application cannot be started, or does not work."""


def inherited(environment: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    """Our own environment without anything secret: the application gets throw-away credentials, never real ones."""
    return {
        name: value
        for name, value in environment.items()
        if not is_secret_name(name) and not redactor.find(value.encode("utf-8", "surrogateescape"))
    }


class Application:
    """A running command under a supervisor. Lines of output and news of processes are told as they come.

    `on_line`, `on_answer` and `on_news` are called in other threads. With `on_answer`, what the command writes to its
    standard output is told to that, and `on_line` hears standard error only.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        grace: float,
        lab: str,
        on_line: Callable[[str], None],
        on_news: Callable[[], None],
        on_answer: Callable[[str], None] | None = None,
    ) -> None:
        self._lab = lab
        self._grace = grace
        self._on_news = on_news
        self._written = 0
        self.cut = False
        self.exit_code: int | None = None
        self.failure: str | None = None
        self.left: list[int] = []
        self.stopped_by_us = False
        """Whether it still ran when it was told to stop."""
        reading, writing = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", supervisor.__file__, str(writing)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if on_answer else subprocess.STDOUT,
            env={**env, MARKER: lab},
            pass_fds=(writing,),
            start_new_session=True,
        )
        os.close(writing)
        assert self._process.stdin
        orders = {"command": list(command), "cwd": str(cwd), "grace": grace}
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(orders).encode() + b"\n")
            self._process.stdin.flush()
        streams = ((self._process.stdout, on_answer or on_line), (self._process.stderr, on_line))
        self._threads = [
            *(threading.Thread(target=self._listen, args=(pipe, tell), daemon=True) for pipe, tell in streams if pipe),
            threading.Thread(target=self._follow, args=(reading,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def ended(self) -> bool:
        """Whether the command itself has ended, or never started."""
        return self.exit_code is not None or self.failure is not None

    def processes(self) -> list[int]:
        """Everything of it that lives now."""
        return supervisor.descendants(self._process.pid)

    async def stop(self) -> None:
        """End everything; returns when nothing is left. Cancelling does not keep it from its work."""
        await asyncio.shield(asyncio.to_thread(self.stop_now))

    def stop_now(self) -> None:
        """The same, for callers without an event loop. Raises LabError if something could not be killed."""
        assert self._process.stdin
        self.stopped_by_us = self.stopped_by_us or not self.ended
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(self._grace + PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        survivors = end_marked(self._lab)
        for thread in self._threads:
            thread.join(1.0)
        if survivors or self.left:
            told = ", ".join(map(str, [*survivors, *self.left]))
            raise LabError(f"Processes of the application could not be ended: {told}.", "End them by hand.")

    def _listen(self, pipe: IO[bytes], tell: Callable[[str], None]) -> None:
        with pipe:
            while line := pipe.readline(LONGEST_LINE):
                self._written += len(line)
                if self._written > MOST_OUTPUT:
                    self.cut = True
                    continue
                tell(line.decode("utf-8", "replace").rstrip("\r\n"))

    def _follow(self, reading: int) -> None:
        with os.fdopen(reading, "rb") as report:
            for line in report:
                news = json.loads(line)
                self.failure = news.get("failed", self.failure)
                self.exit_code = news.get("exited", self.exit_code)
                self.left = news.get("left", self.left)
                self._on_news()
        if not self.ended:
            self.failure = "its supervisor was killed"
            self._on_news()


def marked(lab: str) -> list[int]:
    """Every living process whose environment says that it belongs to this lab. None without /proc."""
    sign = f"{MARKER}={lab}".encode()
    found = []
    for process, (_, state) in supervisor.parents().items():
        with contextlib.suppress(OSError):
            if state != "Z" and sign in Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
                found.append(process)
    return found


def end_marked(lab: str) -> list[int]:
    """Kill whatever still bears the mark; what could not be killed."""
    until = time.monotonic() + supervisor.KILLING
    while left := marked(lab):
        if time.monotonic() > until:
            return left
        for process in left:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(supervisor.PAUSE)
    return []
