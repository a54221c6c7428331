"""A config file's bytes, and their text."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from readiness.config.problem import Problem, ProblemFound
from readiness.config.yaml_tree import CONTROL

MAX_BYTES = 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path) -> bytes:
    """The file's bytes, at most MAX_BYTES of them.

    Raises ProblemFound for what is no regular file (a pipe would block, a device would never end), cannot be
    read, or is too big.
    """
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to must not wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                raise ProblemFound(Problem("this is a folder", suggestion="name the config file in it"))
            if not stat.S_ISREG(mode):
                raise ProblemFound(Problem("this is not a regular file", suggestion="save the config to a file first"))
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = "check the path; `readiness init` writes a starter config"
        raise ProblemFound(Problem("there is no such file", suggestion=hint)) from None
    except IsADirectoryError:
        raise ProblemFound(Problem("this is a folder", suggestion="name the config file in it")) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "the path is not valid"
        raise ProblemFound(Problem(f"cannot be read: {reason}")) from None
    if len(content) > MAX_BYTES:
        raise ProblemFound(Problem("the file is bigger than 1 MiB", suggestion="is this the config file?"))
    return content


def decode(content: bytes) -> str:
    """UTF-8, with or without a byte-order mark, to text; see `reject_control` for what must not be in it.

    Raises ProblemFound with the place of the first byte that does not fit.
    """
    if content.startswith(_UTF16_MARKS):
        raise ProblemFound(Problem("the file is in UTF-16", at=(1, 1), suggestion="save it as UTF-8"))
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        problem = Problem("this character is not UTF-8", at=_end_of(before), suggestion="save the file as UTF-8")
        raise ProblemFound(problem) from None


def reject_control(text: str) -> None:
    """Raise ProblemFound at the first control character."""
    if match := CONTROL.search(text):
        code = f"U+{ord(match[0]):04X}"
        raise ProblemFound(Problem(f"the control character {code} stands here", at=_end_of(text[: match.start()])))


def _end_of(text: str) -> tuple[int, int]:
    """The place just after a text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.count("\n") + 1, len(text) - text.rfind("\n")
