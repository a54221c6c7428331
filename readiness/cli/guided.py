"""The talk with the user of a guided drill. Terminal only."""

from __future__ import annotations

import asyncio
import shlex
import sys
from dataclasses import replace

import click

from readiness.audit import Prepared
from readiness.cli.session import Console
from readiness.errors import ReadinessError, UsageError
from readiness.model import Environment
from readiness.probes.guided_drill import PATIENCE, SECRET_PATH, GuidedDrillProbe
from readiness.secret import SecretRef, SecretRequest

GUIDED_DEADLINE = PATIENCE + 300.0
"""Seconds that a guided drill may take in all."""


def guide(prepared: Prepared, client_id: str | None, secret_from: str | None, console: Console) -> Prepared:
    """Ask for the throw-away key, put the guided probe in the drill's place, and name the secret to read.

    Raises UsageError when there is nobody to talk to.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "A guided drill needs a terminal.",
            "In CI, save its evidence once with --save-evidence and name the file under `evidence:` in the config.",
        )
    click.echo("Make a throw-away key in the sandbox's portal (Settings, API Keys, New API Key).", err=True)
    client_id = client_id or click.prompt("Its client id", err=True)
    secret_from = secret_from or click.prompt(
        "Where its secret is kept (env:NAME, file:PATH or command:ARGV)", err=True
    )
    prepared.registry.probes[GuidedDrillProbe.evidence.kind] = GuidedDrillProbe(
        client_id, lambda text: _confirm(text, console)
    )
    request = SecretRequest(
        SECRET_PATH,
        Environment.SANDBOX,
        "client_secret",
        "throw-away key client_secret",
        _reference(secret_from),
        None,
        SecretRef(store="literal", spec=client_id),
    )
    return replace(prepared, extra_secrets=(request,))


def _reference(text: str) -> SecretRef:
    """Read `env:NAME`, `file:PATH` or `command:ARGV`. The secret itself is not taken: it would stay in the history."""
    store, colon, spec = text.partition(":")
    words = _words(spec) if store == "command" else spec
    if not colon or not words or store not in {"env", "file", "command"}:
        raise UsageError(
            "The secret is given by reference: env:NAME, file:PATH or command:ARGV.",
            "A value on the command line would stay in the shell's history.",
        )
    return SecretRef(store=store, spec=words)


def _words(line: str) -> list[str]:
    """A command line as the shell would split it. Raises UsageError where a quotation mark has no partner."""
    try:
        return shlex.split(line)
    except ValueError:
        raise UsageError("The command of --secret-from has a quotation mark without its partner.") from None


async def _confirm(text: str, console: Console) -> None:
    """Show a text and wait for Enter, without stopping the polls. Raises ReadinessError when the terminal goes away."""
    click.echo(f"\n{text}\nPress Enter when the portal says that it is deleted.", file=console.people)
    loop = asyncio.get_running_loop()
    answered = asyncio.Event()
    loop.add_reader(sys.stdin, answered.set)
    try:
        await answered.wait()
    finally:
        loop.remove_reader(sys.stdin)
    if not sys.stdin.readline():  # a terminal is readable once it holds a whole line, or when it was closed
        raise ReadinessError("The terminal was closed before the deletion was confirmed.")
