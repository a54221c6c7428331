"""Looks at the tool's own set-up: each item with what was found and how to mend it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from readiness.aurora.drill_journal import DrillJournal
from readiness.config.presets import PRESETS
from readiness.errors import ReadinessError
from readiness.hosts import host_of
from readiness.model import Environment
from readiness.scan.engine import has_hyperscan

OLDEST_GIT = (2, 31)
"""The first version that ignores the user's and the system's configuration on request."""
STORES = {"vault": "hvac", "aws": "boto3", "keyring": "keyring"}
"""Optional secret stores, and the library that each needs."""
PATIENCE = 5.0
"""Seconds that one connection may take."""
MOST_CLOCK_SKEW = 30.0
"""Seconds, as `transport/clock-in-sync` allows."""


@dataclass(frozen=True)
class Item:
    """One part of the set-up. `fix` says what to do; an optional part that is missing is no fault."""

    name: str
    good: bool
    found: str
    fix: str = ""
    optional: bool = False


def examine(state_dir: Path, *, network: bool) -> Iterator[Item]:
    """Look at everything; with `network`, at the way to the vendor too (names, TLS and the Date header only)."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Item("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or later")
    yield _git()
    for store, library in STORES.items():
        present = importlib.util.find_spec(library) is not None
        found = f"{library} is installed" if present else f"{library} is not installed"
        yield Item(f"secret store {store}", present, found, f"pip install 'aurora-readiness[{store}]'", optional=True)
    yield _engine()
    yield _state(state_dir)
    yield _journal(state_dir)
    if network:
        for environment in Environment:
            yield _vendor(host_of(PRESETS["aurora"][environment].api_url))


def _git() -> Item:
    fix = "install git 2.31 or later; without it no history can be searched"
    path = shutil.which("git")
    if path is None:
        return Item("git", good=False, found="not found", fix=fix)
    try:
        command = [path, "--version"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout  # noqa: S603 - no foreign words
        version = tuple(int(part) for part in told.split()[2].split(".")[:2])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return Item("git", good=False, found=f"{path} does not run", fix=fix)
    return Item("git", version >= OLDEST_GIT, told.strip(), fix)


def _engine() -> Item:
    """Both engines find the same; one takes about ten times as long."""
    fast = has_hyperscan()
    found = "Hyperscan" if fast else "regular expressions, which find the same more slowly"
    return Item("search engine", fast, found, "pip install 'aurora-readiness[scan]'", optional=True)


def _state(state_dir: Path) -> Item:
    """Where drills keep their journal: without it none can run."""
    folder = next(folder for folder in (state_dir, *state_dir.parents) if folder.exists())
    writable = os.access(folder, os.W_OK | os.X_OK)
    found = f"{state_dir} {'can' if writable else 'cannot'} be written"
    return Item("state folder", writable, found, "set XDG_STATE_HOME to a folder of yours")


def _journal(state_dir: Path) -> Item:
    try:
        left = [entry.key_name for entry in DrillJournal(state_dir).entries()]
    except ReadinessError as error:
        return Item("drills", good=False, found=error.message, fix=error.hint or "")
    found = f"interrupted: {', '.join(left)}" if left else "none was interrupted"
    return Item("drills", not left, found, "readiness cleanup")


def _vendor(host: str) -> Item:
    """Resolve, connect, verify, and compare clocks. One HEAD of `/` without credentials, for its Date header."""
    name = f"network to {host}"
    fix = "look at DNS, proxy and firewall; set SSL_CERT_FILE for a private certificate authority"
    try:
        with (
            socket.create_connection((host, 443), timeout=PATIENCE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.sendall(f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            head = secure.recv(4096).decode("latin-1")
    except OSError as error:
        return Item(name, good=False, found=str(error.strerror or type(error).__name__), fix=fix)
    skew = _skew(head)
    if skew is None:
        return Item(name, good=True, found="answers, without a Date header")
    found = f"answers; this machine's clock is {skew:.0f} s off"
    return Item(name, abs(skew) <= MOST_CLOCK_SKEW, found, "synchronise this machine's clock (NTP)")


def _skew(head: str) -> float | None:
    """Seconds by which this machine's clock is ahead of a Date header (RFC 9110, 6.6.1)."""
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.lower() == "date":
            try:
                return (datetime.now(UTC) - parsedate_to_datetime(value.strip())).total_seconds()
            except ValueError:
                return None
    return None
