"""Secrets that a program prints, such as `pass show` or `op read`."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from readiness.errors import SecretUnavailable
from readiness.secret.stores.interface import LARGEST, StoreContext

_MANAGERS = frozenset(
    {
        *("akeyless", "aws", "az", "bw", "bws", "chamber", "conjur", "doppler", "dcli", "gcloud", "gopass"),
        *("infisical", "keepassxc-cli", "lpass", "op", "pass", "passage", "rbw", "secret-tool", "security"),
        *("sops", "vault"),
    }
)
"""Clients of secrets managers, and of stores that keep values encrypted."""
_SERVICES = {
    "aws": frozenset({"secretsmanager", "ssm"}),
    "az": frozenset({"keyvault"}),
    "gcloud": frozenset({"secrets"}),
}
"""The words by which a cloud's client is asked for a secret."""
_SECRET_FLAG = re.compile(r"-.*(?:token|password|passwd|secret|key|auth|credential)", re.IGNORECASE)


class CommandStore:
    """A program and its arguments, run without a shell in the config's folder."""

    name = "command"
    manager = False

    def describe(self, spec: Any) -> str:
        """The command line, without arguments that may themselves be secret."""
        words = [spec[0]]
        for before, word in pairwise(spec):
            words.append("…" if _SECRET_FLAG.match(before) or _may_be_secret(word) else word)
        return "command " + " ".join(words)

    def read(self, spec: Any, context: StoreContext) -> str:
        """What the program prints on standard output. Its standard error is never shown: it may hold values."""
        program = spec[0]
        reason = "printed something that is not UTF-8 text"
        try:
            return _output(spec, context).decode()
        except UnicodeDecodeError:
            pass  # its text quotes the bytes: it must not hang on what is raised
        except OSError as error:
            reason = f"cannot be run: {(error.strerror or type(error).__name__).lower()}"
        raise SecretUnavailable(f"the command {program} {reason}")


def is_manager_command(spec: Any) -> bool:
    """Whether the program is the client of a secrets manager, asked for a secret.

    A program beside the config (`./vault`) may be anything. The clouds' clients do all sorts of things, so one of the
    words must name their manager.
    """
    program = Path(spec[0])
    services = _SERVICES.get(program.name)
    if services and services.isdisjoint(spec[1:]):
        return False
    return program.name in _MANAGERS and (program.is_absolute() or spec[0] == program.name)


def _may_be_secret(word: str) -> bool:
    """Assignments, and words with a part that looks like an identifier or a key rather than like a name."""
    parts = re.split(r"[/:_.@-]", word)
    return "=" in word or any(len(part) >= 8 and (len(re.findall(r"\d", part)) > 1 or len(part) > 24) for part in parts)


def _output(spec: list[str], context: StoreContext) -> bytes:
    """Run it in a session of its own, so that all it starts can be ended together and none can ask a terminal."""
    with subprocess.Popen(  # noqa: S603 - running this command is what the config asks for
        spec,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=context.base,
        start_new_session=True,
    ) as process:
        try:
            with context.stoppable(lambda: _end(process)):
                output, problem = _collect(process, context.timeout)
        finally:
            _end(process)
    if problem is None and process.returncode:
        problem = f"failed: {_ending(process.returncode)}"
    if problem is not None:
        output = b""  # a traceback must not show it
        raise SecretUnavailable(f"the command {spec[0]} {problem}", "run it by hand to see what it says")
    return output


def _collect(process: subprocess.Popen[bytes], timeout: float) -> tuple[bytes, str | None]:
    """All that it prints until it ends, and what went wrong."""
    assert process.stdout is not None
    deadline = time.monotonic() + timeout
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(deadline - time.monotonic(), 0)):
            piece = os.read(process.stdout.fileno(), LARGEST)
            output += piece
            if len(output) > LARGEST:
                return b"", f"printed more than {LARGEST} bytes"
            if not piece:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(deadline - time.monotonic(), 0))
                    return bytes(output), None
                break
    return b"", f"gave no value within {timeout:g} s"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it and all that it started. Once it has been waited for, its number may be another's."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _ending(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"ended by signal {-code}"
