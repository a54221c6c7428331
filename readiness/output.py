"""The only sink: every byte that the tool writes passes here and is searched for secrets first.

The gate at the other end (redaction, before evidence is stored) should leave nothing to find; whatever is found here is
our fault, so the run stops (`LeakError`, exit 70) and the output is withheld.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO, cast

from readiness.errors import LeakError, UsageError
from readiness.secret import Hit, Redactor

STDOUT = "standard output"
FILE_MODE = 0o600
_TAIL = 16_384
"""Characters of what a stream wrote that are searched again together with what follows: longer than any secret form."""
_TERMINAL_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|\r")
"""ANSI sequences (ECMA-48: CSI, OSC, two-character escapes), which may stand inside a secret on a terminal."""
_MARKDOWN_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


class Output(NamedTuple):
    """A text and where it goes; None is standard output."""

    path: Path | None
    text: str

    @property
    def name(self) -> str:
        """The destination, as errors name it."""
        return STDOUT if self.path is None else f"`{self.path}`"


class Sink:
    """Writes files and streams, and never a secret that `redactor` knows or a canary that was planted."""

    def __init__(self, redactor: Redactor, canaries: Iterable[str] = ()) -> None:
        self._redactor = redactor
        self._canaries = tuple(canary.encode() for canary in canaries)

    def guard(self, data: bytes, output: str) -> None:
        """Search for every form of every secret. Raises LeakError with the secret's name, its form and the output."""
        for seen in _readings(data):
            hits = self._redactor.find(seen)
            planted = [Hit(f"canary {number}", "raw") for number, canary in enumerate(self._canaries) if canary in seen]
            if hits or planted:
                first = (*hits, *planted)[0]
                raise LeakError(
                    f"the secret `{first.name}` (form: {first.form}) was about to be written to {output}; it was not",
                    "this is a fault of the tool or of a plug-in: report it, without the value",
                )

    def write_all(self, outputs: Sequence[Output]) -> None:
        """Write several outputs, in this order, or none: all are searched, and all places tried, before the first."""
        for output in outputs:
            self.guard(output.text.encode("utf-8", "surrogatepass"), output.name)
        for output in outputs:
            if output.path is not None:
                check_place(output.path)
        for output in outputs:
            if output.path is None:
                _print(output.text)
            else:
                _replace(output.path, output.text)

    def write_file(self, path: Path, text: str) -> None:
        """Write one file: whole or not at all, readable by its owner only. Raises LeakError, UsageError."""
        self.write_all([Output(path, text)])

    def write_stdout(self, text: str) -> None:
        """Write to standard output. Raises LeakError."""
        self.write_all([Output(None, text)])

    def stream(self, target: TextIO) -> TextIO:
        """A stream for consoles and log handlers that searches what passes before it lets it through."""
        return cast(TextIO, GuardedStream(self, target))


class GuardedStream(io.TextIOBase):
    """Searches what is written, by lines and across them, before the target sees it.

    Text is held back until its line ends or the stream is flushed. A secret broken over several writes is found with
    its last piece: that piece and what follows are withheld.
    """

    def __init__(self, sink: Sink, target: TextIO) -> None:
        self._sink = sink
        self._target = target
        self._pending = ""
        self._tail = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the base class declares a plain attribute
        """The target's, by which consoles choose their signs."""
        return self._target.encoding

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Whether the target is a terminal."""
        return self._target.isatty()

    def fileno(self) -> int:
        """The target's descriptor, by which consoles learn their width; nothing is written through it."""
        return self._target.fileno()

    def write(self, text: str) -> int:
        """Take text; let whole lines through."""
        self._pending += text
        if "\n" in text:
            self._guard()
            lines, line_feed, rest = self._pending.rpartition("\n")
            self._release(lines + line_feed, rest)
        return len(text)

    def flush(self) -> None:
        """Let everything through."""
        if self._pending:
            self._guard()
            self._release(self._pending, "")
        self._target.flush()

    def _guard(self) -> None:
        try:
            self._sink.guard((self._tail + self._pending).encode("utf-8", "surrogatepass"), "the terminal or its log")
        except LeakError:
            # Forgotten, so that the stream can still say what happened.
            self._pending = self._tail = ""
            raise

    def _release(self, text: str, rest: str) -> None:
        encoding = self._target.encoding or "utf-8"
        # A terminal without a sign for a character still gets the rest.
        with _told_if_refused():
            self._target.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self._tail = (self._tail + text)[-_TAIL:]
        self._pending = rest


def check_place(path: Path) -> None:
    """Whether a file can be put there: its folder exists, and no link, folder or device stands in its place.

    Raises UsageError; worth asking before a run, so that its result is not lost.
    """
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"cannot write `{path}`: the folder `{folder}` does not exist", f"make it: mkdir -p {folder}")
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {_reason(error)}") from None
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "a device or pipe"
        raise UsageError(f"cannot write `{path}`: it is {kind}", "name a file; `-` is standard output")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write `{path}`: no permission to write into `{folder}`")


def _readings(data: bytes) -> Iterator[bytes]:
    """The data as it is, and as its readers see it: without terminal controls, HTML entities, Markdown escapes."""
    yield data
    text = data.decode("utf-8", "surrogateescape")
    page = html.unescape(text)
    comment = _MARKDOWN_ESCAPE.sub(r"\1", page.replace("\u200b", ""))
    for reading in (_TERMINAL_CONTROL.sub("", text), page, comment):
        if reading != text:
            yield reading.encode("utf-8", "surrogatepass")


def _replace(path: Path, text: str) -> None:
    """Write beside the file and rename over it: a reader sees the old file or the new one, never a part."""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {_reason(error)}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, FILE_MODE)
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(descriptor)
        # A rename replaces a link instead of following it, should one have come since it was checked.
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {_reason(error)}") from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the rename last through a crash, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _print(text: str) -> None:
    """As UTF-8 whatever the locale: these are files that happen to go to standard output."""
    with _told_if_refused():
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()


@contextlib.contextmanager
def _told_if_refused() -> Iterator[None]:
    """Raise UsageError where standard output takes no more. That a reader has gone is told to the caller as it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write to standard output: {_reason(error)}") from None


def _reason(error: OSError) -> str:
    return (error.strerror or "the system refused it").lower()
