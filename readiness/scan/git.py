"""Asking git about a repository that may be hostile.

A repository's own configuration can name programs: hooks, file-system monitors, filters, text converters, pagers, ssh
commands. Nothing of it is trusted. Git runs with a clean environment, without the user's configuration, with those
programs switched off, without network, in a process group of its own, for a bounded time; and it never writes.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple, Self

_PATIENCE = 0.25
"""Seconds between looks at whether to stop."""
TIMEOUT = 20.0
"""Seconds; what is asked here takes milliseconds even in large repositories."""

_SETTINGS: Mapping[str, str] = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",  # what only this user ignores protects nobody else
    "core.pager": "cat",
    "core.editor": "false",
    "core.askPass": "false",
    "core.sshCommand": "false",
    "core.gitProxy": "false",
    "core.alternateRefsCommand": "false",
    "core.commitGraph": "false",
    "advice.graftFileDeprecated": "false",
    "core.packedGitWindowSize": "1m",  # memory that maps packs, a part at a time, and all of it
    "core.packedGitLimit": "64m",
    "core.deltaBaseCacheLimit": "64m",
    "credential.helper": "",
    "diff.external": "",
    "gpg.program": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
    "maintenance.auto": "false",
    "gc.auto": "0",
    "trace2.normalTarget": "0",
    "trace2.perfTarget": "0",
    "trace2.eventTarget": "0",
}
_ENVIRONMENT: Mapping[str, str] = {
    "LC_ALL": "C",
    "HOME": "/nonexistent",
    "XDG_CONFIG_HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_GRAFT_FILE": "/dev/null",  # nor may a graft hide what a commit comes from
    "GIT_NO_REPLACE_OBJECTS": "1",  # what was replaced is looked at as it is
    "GIT_ALLOW_PROTOCOL": "none",  # unlike protocol.allow, the repository cannot override it
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_PAGER": "cat",
}


class GitError(Exception):
    """Git gave no answer; the text says why, and what to do."""


class NoRepository(GitError):  # noqa: N818 - it names a state of the world, not a fault
    """The folder is in no repository."""


class FileStatus(NamedTuple):
    """What a repository says of a file."""

    tracked: bool
    ignored: bool


class Head(NamedTuple):
    """What is checked out. `dirty`: tracked files differ from it; None where that cannot be told safely."""

    commit: str
    dirty: bool | None


def head(folder: Path) -> Head | None:
    """The commit that the folder's repository has checked out; None without one."""
    try:
        git = Git(folder)
        commit = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
        return Head(commit, git.dirty())
    except GitError:
        return None


class Git:
    """Read-only questions about the repository that holds a folder. Raises GitError if there is none to ask."""

    def __init__(self, folder: Path) -> None:
        self._program = _program()
        self._folder = folder
        self._trusted: tuple[str, ...] = ()
        self._place: dict[str, str] = {}
        try:
            self.run("rev-parse", "--git-dir")
        except GitError as error:
            if "cannot chdir to" in str(error) and is_git_folder(folder):
                # A submodule was removed, and its repository left behind, as git does.
                self._place = {"GIT_DIR": str(folder.resolve()), "GIT_WORK_TREE": str(folder.resolve())}
                self.run("rev-parse", "--git-dir")
                return
            self._trusted = _trusted_folders(self._program)
            if "dubious ownership" not in str(error) or not self._trusted:
                raise
            self.run("rev-parse", "--git-dir")

    def files(self, names: Iterable[str]) -> dict[str, FileStatus]:
        """Whether each file, named relative to the folder, is tracked, and whether a rule ignores it."""
        asked = {name: os.fsencode(name) for name in names}
        if not asked:
            return {}
        tracked = self.run("--literal-pathspecs", "ls-files", "-z", "--", *asked).split(b"\0")
        # check-ignore knows no literal pathspecs; after `./` a name is one all the same.
        listed = b"".join(b"./" + name + b"\0" for name in asked.values())
        ignored = self.run("check-ignore", "-z", "--stdin", given=listed, accept=(0, 1)).split(b"\0")
        return {name: FileStatus(raw in tracked, b"./" + raw in ignored) for name, raw in asked.items()}

    def dirty(self) -> bool | None:
        """Whether tracked files differ from HEAD. Filters would have to run to tell where any is configured: None."""
        names = self.run("config", "--includes", "--name-only", "--get-regexp", r"^filter\.", accept=(0, 1))
        if names:
            return None
        status = self.run(
            "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames"
        )
        return bool(status)

    def start(self, *arguments: str, given: IO[bytes] | None = None) -> GitProcess:
        """A git command whose output is read while it runs; `given`: a file that it reads. Raises GitError.

        A context manager: at its end the command is ended too.
        """
        return GitProcess(*self._command(arguments), self._folder, given)

    def run(self, *arguments: str, given: bytes = b"", accept: Iterable[int] = (0,)) -> bytes:
        """What a git command prints. Raises GitError."""
        code, output, complaint = _communicate(*self._command(arguments), self._folder, given)
        if code in accept:
            return output
        raise _error(next(word for word in arguments if not word.startswith("-")), code, complaint)

    def _command(self, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        settings = [*_SETTINGS.items(), *(("safe.directory", folder) for folder in self._trusted)]
        overrides = [part for key, value in settings for part in ("-c", f"{key}={value}")]
        environment = {"PATH": os.environ.get("PATH", os.defpath), **_ENVIRONMENT, **self._place}
        return [self._program, "--no-pager", *overrides, *arguments], environment


class GitProcess:
    """A git command that runs. Its complaints go to a file, so that it never waits for somebody to read them."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str], folder: Path, given: IO[bytes] | None
    ) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
        self._process = _start(
            command, environment, folder, subprocess.DEVNULL if given is None else given, self._complaints
        )
        assert self._process.stdout is not None
        self.output = self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def lines(self, check: Callable[[], None]) -> Iterator[bytes]:
        """Its output, line by line. `check` raises when it is time to stop, also while git says nothing."""
        descriptor, rest, data = self.output.fileno(), b"", b"more"
        while data:
            check()
            if select.select([descriptor], [], [], _PATIENCE)[0]:
                data = os.read(descriptor, 1 << 16)
                *whole, rest = (rest + data).split(b"\n")
                yield from whole
        if rest:
            yield rest

    def finish(self, *, fine: re.Pattern[str] | None = None) -> tuple[str, ...]:
        """Wait until it ends, after all its output was read. What it complained of; empty if all went well.

        `fine`: how lines begin that are no complaints; then the status is none either.
        """
        code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read(1 << 16).decode(errors="replace").splitlines()
        told = [line for line in lines if fine is None or not fine.match(line)]
        forgiven = len(told) < len(lines)
        return tuple(told[:3]) or ((f"git ended with status {code}",) if code < 0 or (code and not forgiven) else ())

    def stop(self) -> None:
        """End it, with its children."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.output.close()
        self._complaints.close()


def is_git_folder(path: str | Path) -> bool:
    """Whether it is a folder of git's own, as `.git` is."""
    return all(os.path.lexists(f"{path}/{name}") for name in ("HEAD", "objects", "refs"))


def _program() -> str:
    program = shutil.which("git")
    if program is None or not Path(program).is_absolute():
        raise GitError("git is not on the PATH; install it: without it nobody can say what a repository holds")
    return program


def _trusted_folders(program: str) -> tuple[str, ...]:
    """Repositories of others that this user has declared safe, in the user's own configuration."""
    environment = {key: value for key, value in os.environ.items() if key in {"HOME", "XDG_CONFIG_HOME", "PATH"}}
    command = [program, "config", "--global", "--includes", "-z", "--get-all", "safe.directory"]
    try:
        output = _communicate(command, environment | {"LC_ALL": "C"}, Path("/"), b"")[1]
    except GitError:
        return ()
    return tuple(os.fsdecode(folder) for folder in output.split(b"\0") if folder)


def _error(command: str, code: int, complaint: bytes) -> GitError:
    text = complaint.decode(errors="replace").strip()
    if "not a git repository" in text:
        return NoRepository("it is in no git repository")
    if "dubious ownership" in text:
        return GitError(
            "the git repository belongs to another user (dubious ownership); "
            "if you trust it: git config --global --add safe.directory FOLDER"
        )
    # As a whole: where it were cut, half a secret might be left, which nobody would know for one.
    return GitError(f"git {command} failed: {text or f'exit status {code}'}")


def _communicate(
    command: list[str], environment: Mapping[str, str], folder: Path, given: bytes
) -> tuple[int, bytes, bytes]:
    """Run in a process group of its own, which ends with the time-out."""
    process = _start(command, environment, folder, subprocess.PIPE, subprocess.PIPE)
    try:
        output, complaint = process.communicate(given, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise GitError(f"git gave no answer within {TIMEOUT:g} s") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode, output, complaint


def _start(
    command: list[str],
    environment: Mapping[str, str],
    folder: Path,
    given: IO[bytes] | int,
    complaints: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - an absolute program, an argument list, no shell
            command,
            cwd=folder,
            env=dict(environment),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be started: {error}") from None
