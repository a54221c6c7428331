"""Looks at command lines while the application runs, as any user of the machine may."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLE = 0.01
"""Seconds between two looks."""

Line = tuple[float, str, bytes]
"""When it was seen first, the program's name, and the whole line."""


@contextmanager
def watching(processes: Callable[[], list[int]], now: Callable[[], float]) -> Iterator[set[Line]]:
    """Collect the command lines of these processes, in a thread, until the block ends. None without /proc."""
    stop = threading.Event()
    seen: set[Line] = set()
    thread = threading.Thread(target=_watch, args=(processes, now, stop, seen), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def _watch(
    processes: Callable[[], list[int]], now: Callable[[], float], stop: threading.Event, seen: set[Line]
) -> None:
    known: set[bytes] = set()
    while not stop.wait(SAMPLE):
        for process in processes():
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{process}/cmdline").read_bytes()
                if line and line not in known:
                    known.add(line)
                    program = line.partition(b"\0")[0].decode("utf-8", "replace").rpartition("/")[2]
                    seen.add((now(), program[:100], line.replace(b"\0", b" ")))
