"""The command line. Only click is imported before a command runs."""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence

import click

from readiness import __version__
from readiness.errors import ReadinessError

COMMANDS = {
    "init": "Write a commented starter config, made from what this folder shows.",
    "plan": "List the checks that would run, and every request that would be sent. Sends nothing.",
    "run": "Run the audit and write its report.",
    "judge": "Judge saved evidence again, offline, without any secret.",
    "report": "Render a JSON result again, in any format.",
    "checks": "List the catalogue of checks.",
    "explain": "Show one check's full documentation.",
    "lab": "Run the application against a faulty Aurora, and show what it does.",
    "drill": "Run only the deleted-key drill; --guided for those who delete the key in the portal.",
    "emulator": "Serve the emulator on loopback until interrupted.",
    "cleanup": "Remove sandbox keys that an interrupted drill left behind.",
    "doctor": "Check the tool's own set-up, with a fix for each item.",
    "schema": "Print the JSON Schema of a config, a result or an evidence file.",
}
"""Each command and its line of help; the module of that name holds it. A test compares the lines with the commands."""
CLOSED_PIPE = 141
"""What shells say of a program whose reader has gone (128 and SIGPIPE): no verdict."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is wanted."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """In the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"readiness.cli.{name}").command
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The lines of help, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="readiness")
def group() -> None:
    """Go-live readiness review for Aurora Payments integrations.

    Exit codes: 0 ready, 1 not ready, 2 usage or config wrong, 3 incomplete, 70 our own fault, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, and end the process. The user gets sentences, never a traceback."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, who wants the exit code and the files alone
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - until the process ends
    gc.set_threshold(50_000, 20, 20)  # what is imported stays to the end; looking through it again takes a tenth
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = None if arguments is None else list(arguments)
    try:
        code = group.main(args=words, prog_name="readiness", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return 2
    except ReadinessError as error:
        return _told(f"Error: {error.message}" + (f"\n{error.hint}" if error.hint else ""), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _told("Interrupted.", 130)
    except SystemExit as ended:  # click's own for a closed pipe; nobody else's may look like a verdict
        return CLOSED_PIPE if ended.code == 1 else 70
    except BaseException as error:  # noqa: BLE001 - the last line of defence; an error's text may hold a secret
        code = _failed(error)
    return code if isinstance(code, int) else 0


def _failed(error: BaseException) -> int:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _told("Error: there is no space left where something was to be written. Nothing was concluded.", 2)
    return _told(f"Error: readiness itself failed ({_place(error)}). Nothing was concluded; please report this.", 70)


def _told(text: str, code: int) -> int:
    with contextlib.suppress(OSError):  # nobody may listen; the code still tells
        click.echo(text, err=True)
    return code


def _place(error: BaseException) -> str:
    """Kind and place of a fault of ours: never its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
