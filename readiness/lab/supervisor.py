"""Runs one command, and sees to it that nothing of it survives. A program of its own: `python -I -S supervisor.py`.

It is the parent that every orphan of the command falls back to (Linux: PR_SET_CHILD_SUBREAPER), so its descendants are
the command's, however they fork, whatever session or environment they give themselves. It ends them when its standard
input closes: when the lab says so, and also when the lab itself dies, however it dies.

Input: one line of JSON: `command`, `cwd`, `grace` (seconds between asking and killing). Output, on the descriptor that
its only argument names: lines of JSON, `{"started": pid}` or `{"failed": why}`, `{"exited": code}`, `{"left": [pids]}`.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
"""linux/prctl.h"""
KILLING = 10.0
"""Seconds for which killing is tried again; a process that forks faster than it is killed would never end it."""
PAUSE = 0.01
"""Seconds between two looks."""


def parents() -> dict[int, tuple[int, str]]:
    """Every process: its parent, and its state (`Z` has ended and was not yet waited for). Empty without /proc."""
    found = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():  # noqa: PTH112, PTH208 - a Path costs more
        if name.isdigit():
            try:
                stat = Path(f"/proc/{name}/stat").read_text(errors="replace")
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            found[int(name)] = (int(parent), state)
    return found


def descendants(root: int) -> list[int]:
    """Every living process below this one, children before their children."""
    table = parents()
    children: dict[int, list[int]] = {}
    for process, (parent, _) in table.items():
        children.setdefault(parent, []).append(process)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return [process for process in found if table[process][1] != "Z"]


class Supervisor:
    """One command under supervision."""

    def __init__(self, orders: dict[str, Any], report: int) -> None:
        self._orders = orders
        self._report = report
        self._main: int | None = None
        self._group: int | None = None

    def run(self) -> None:
        """Start, wait for the lab, and end everything."""
        self._start()
        while not self._told_to_end():
            self._reap()
        self._ask_to_end()
        self._tell(left=self._kill())

    def _start(self) -> None:
        try:
            self._main = self._spawn()
        except OSError as error:
            self._tell(failed=f"{self._orders['command'][0]}: {error.strerror}")
        else:
            self._group = self._main
            self._tell(started=self._main)

    def _spawn(self) -> int:
        """Fork and exec in a session and a working folder of its own; an exec that fails is raised here."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                nothing = os.open(os.devnull, os.O_RDONLY)
                os.dup2(nothing, 0)
                os.chdir(self._orders["cwd"])
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.execvp(self._orders["command"][0], self._orders["command"])  # noqa: S606 - it is what we are for
            except OSError as error:
                os.write(writing, str(error.errno).encode())
            finally:
                os._exit(127)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            failure = pipe.read()
        if failure:
            os.waitpid(child, 0)
            raise OSError(int(failure), os.strerror(int(failure)))
        return child

    def _told_to_end(self) -> bool:
        ready, _, _ = select.select([0], [], [], 2 * PAUSE)
        return bool(ready) and not os.read(0, 1024)

    def _reap(self) -> None:
        """Wait for whatever has ended, orphans included."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            if process == self._main:
                self._main = None
                self._tell(exited=os.waitstatus_to_exitcode(status))

    def _ask_to_end(self) -> None:
        """SIGTERM to the command's group, then time to end in good order."""
        if self._group is None:
            return
        self._signal_group(signal.SIGTERM)
        until = time.monotonic() + self._orders["grace"]
        while time.monotonic() < until and self._alive():
            self._reap()
            time.sleep(PAUSE)

    def _alive(self) -> bool:
        """Whether the command, or any process of its group, still runs."""
        assert self._group is not None
        self._reap()
        try:
            os.killpg(self._group, 0)
        except OSError:
            return False
        return True

    def _kill(self) -> list[int]:
        """SIGKILL for all, again and again until nothing is left; what could not be killed."""
        self._signal_group(signal.SIGKILL)
        until = time.monotonic() + KILLING
        while left := descendants(os.getpid()):
            if time.monotonic() > until:
                return left
            for process in left:
                try:
                    # First none of them may fork any more, then they are killed.
                    os.kill(process, signal.SIGSTOP)
                except OSError:
                    continue
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    continue
            self._reap()
        self._reap()
        return []

    def _signal_group(self, number: int) -> None:
        if self._group is not None:
            try:
                os.killpg(self._group, number)
            except OSError:
                return

    def _tell(self, **fact: object) -> None:
        try:
            os.write(self._report, json.dumps(fact).encode() + b"\n")
        except OSError:
            return


def main() -> None:
    """Read the orders and carry them out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report = int(sys.argv[1])
    os.set_inheritable(report, False)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 65_536)
        if not piece:
            return
        line += piece
    Supervisor(json.loads(line), report).run()


if __name__ == "__main__":
    main()
