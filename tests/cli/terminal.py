"""A pseudo-terminal with the tool at its other end: what it shows is read, and keys are typed."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_PROGRAM = (
    "import fcntl, runpy, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"  # the terminal becomes the session's own, so that Ctrl-C arrives
    "runpy.run_module('readiness', run_name='__main__')\n"
)


class Terminal:
    """One command that runs on a terminal of its own. `shown` is all that it has written so far."""

    def __init__(self, arguments: tuple[str, ...], variables: Mapping[str, str]) -> None:
        self.shown = ""
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **variables},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def read_until(self, text: str, seconds: float = 60.0) -> None:
        """Read until the text was shown. Raises AssertionError when it ends, or the time is over, before that."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, self.shown
            assert self._read(), f"it ended before it showed {text!r}: {self.shown}"

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self, seconds: float = 60.0) -> int:
        """Read the rest and give the exit code."""
        end = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < end, self.shown
        return self._process.wait(seconds)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Read what is there, waiting a little; False when the other end is closed."""
        if not select.select([self._master], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux answers EIO once the last process has closed the terminal
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)


@contextlib.contextmanager
def terminal(*arguments: str | Path, variables: Mapping[str, str]) -> Iterator[Terminal]:
    """Run `readiness` with these arguments on a terminal."""
    running = Terminal(tuple(map(str, arguments)), variables)
    try:
        yield running
    finally:
        running.close()
