"""What the commands that judge have in common: where their words go, and how they end."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TextIO, cast

import rich.console

from readiness.audit import DEADLINE, Audit, Options
from readiness.cli.options import apart, hushed
from readiness.errors import UsageError
from readiness.evidence import EvidenceError, EvidenceSet, Selection, read_evidence
from readiness.model import Environment, Permission, Severity
from readiness.output import Output, Sink, check_place
from readiness.report import render
from readiness.report.progress import Progress
from readiness.report.terminal import print_summary
from readiness.result import AuditResult, Readiness
from readiness.secret import Redactor, install_logging

EXIT_CODES = {
    Readiness.READY: 0,
    Readiness.READY_WITH_WAIVERS: 0,
    Readiness.NOT_READY: 1,
    Readiness.INCOMPLETE: 3,
}
INTERRUPTED = 130
Outputs = Sequence[tuple[str, str]]


def exit_code(result: AuditResult) -> int:
    """What the process ends with; display and format options have no say in it."""
    return INTERRUPTED if result.run.interrupted else EXIT_CODES[result.verdict]


def options_of(values: Mapping[str, Any]) -> Options:
    """The options of a run, from the command line's."""
    return Options(
        selection=Selection(
            only=tuple(values["only"]),
            skip=tuple(values["skip"]),
            environments=tuple(Environment(each) for each in values["environments"]),
        ),
        fail_on=Severity(values["fail_on"]) if values.get("fail_on") else None,
        allow=tuple(Permission(each) for each in values["allow"]),
        deadline=values.get("deadline", DEADLINE),
    )


class Patient(rich.console.Console):
    """Falls silent where nobody reads on. rich itself would end the process, with the exit code of a verdict."""

    def on_broken_pipe(self) -> None:
        """Say no more."""
        self.quiet = True
        _hang_up(self.file)


def _hang_up(stream: IO[str]) -> None:
    """Send what is still buffered nowhere, so that Python's last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Console:
    """Where words for people go: the summary to standard output, progress and errors to standard error."""

    def __init__(self, *, quiet: bool, verbose: bool, no_color: bool) -> None:
        self.quiet, self.verbose, self._no_color = quiet, verbose, no_color
        self.people: TextIO = sys.stderr
        """Where a person is spoken to, also while a run is watched."""

    def check_outputs(self, source: str, outputs: Outputs, evidence: str | None) -> None:
        """Refuse places that cannot be written before anything runs: a result must not be lost at the end.

        `source` is what the command reads, which no output may replace.
        """
        places = [path for _, path in outputs if path != "-"] + ([evidence] if evidence else [])
        real = [os.path.realpath(path) for path in places]
        doubled = {path for path, place in zip(places, real, strict=True) if real.count(place) > 1}
        if doubled or [path for _, path in outputs].count("-") > 1:
            raise UsageError(f"Two outputs cannot share {', '.join(sorted(doubled)) or 'standard output'}.")
        if os.path.realpath(source) in real:
            raise UsageError(f"An output would overwrite {source}, from which it is made.", "Name another file.")
        for path in places:
            check_place(Path(path))

    @contextlib.contextmanager
    def watch(self) -> Iterator[Progress]:
        """Show what a run does while it runs, and nothing that plug-ins print."""
        with apart(sys.stderr) as own, contextlib.redirect_stderr(own):
            console = Patient(file=own, no_color=self._no_color or None)
            with Progress(console, quiet=self.quiet) as progress:
                self.people = sys.stderr
                with hushed():
                    yield progress

    def summary(self, result: AuditResult, sink: Sink, written: Sequence[Path], *, to_stdout: bool) -> None:
        """The readable end of a run."""
        stream = sink.stream(sys.stdout if to_stdout else sys.stderr)
        console = Patient(file=cast("IO[str]", stream), no_color=self._no_color or None)
        print_summary(result, console, quiet=self.quiet, verbose=self.verbose, written=written)
        stream.flush()


def deliver(audit: Audit, console: Console, outputs: Outputs, evidence: str | None) -> None:
    """Write everything that was asked for, or, if any of it holds a secret, nothing. Raises LeakError."""
    extra = [Output(Path(evidence), audit.evidence.model_dump_json(indent=2) + "\n")] if evidence else []
    deliver_result(audit.result, audit.redactor, console, outputs, extra)


def deliver_result(
    result: AuditResult, redactor: Redactor, console: Console, outputs: Outputs, extra: Sequence[Output] = ()
) -> None:
    """The same for a result alone."""
    install_logging(redactor, 1 if console.verbose else 0)
    sink = Sink(redactor)
    rendered = [Output(None if path == "-" else Path(path), render(result, kind)) for kind, path in outputs]
    files = [output for output in (*rendered, *extra) if output.path is not None]
    streamed = [output for output in rendered if output.path is None]
    written = [output.path for output in files if output.path is not None]
    try:
        sink.write_all([*files, *streamed])  # files first: a closed pipe must not cost them
        if not (console.quiet and outputs):
            console.summary(result, sink, written, to_stdout=not streamed)
    except BrokenPipeError:
        _hang_up(sys.stdout)


def read_text(path: str) -> str:
    """A file's text. Raises UsageError."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text.") from None


def read_evidence_file(path: str) -> EvidenceSet:
    """An evidence file. Raises UsageError."""
    try:
        return read_evidence(read_text(path))
    except EvidenceError as error:
        raise UsageError(
            f"{path} is not usable: {error}.", "Save it again: readiness run --save-evidence PATH"
        ) from None
