"""What a drill writes down before it makes a key, so that the key is found and removed whatever happens."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.errors import UsageError
from readiness.model import Environment, Record

PREFIX = "readiness-drill-"
"""How the name of every key that a drill makes begins."""


class JournalEntry(Record):
    """One drill that has, or may have, a key to remove. Holds no secret."""

    run_id: str
    key_name: str
    environment: Environment
    config: str
    """The config file, absolute: it says where the key is, and by which reference the partner's key is had."""
    api_url: str
    ephemeral: bool
    """The key was made in an emulator that ended with the run."""
    client_id: str | None = None
    """None until the vendor has answered the creation."""


class DrillJournal:
    """Entries as files in a folder of the user's state directory, each on disk before anything relies on it."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / "drills"

    def write(self, entry: JournalEntry) -> None:
        """Put an entry on disk, replacing the run's former one, and wait until it is there.

        Raises UsageError where that is impossible: without it no key may be made.
        """
        self._prepare()
        path = self._path(entry.run_id)
        draft = path.with_suffix(".tmp")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(entry.model_dump_json())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            self._sync_folder()
        except OSError as error:
            raise _unwritable(path, error) from None

    def _prepare(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self._folder, error) from None

    def remove(self, run_id: str) -> None:
        """Forget a drill whose key is gone."""
        self._path(run_id).unlink(missing_ok=True)
        self._sync_folder()

    @contextmanager
    def under_way(self, run_id: str) -> Iterator[None]:
        """While this lasts, other processes leave the run's entry alone; the system ends it with our process."""
        self._prepare()
        lock = self._path(run_id).with_suffix(".lock")
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)

    def entries(self) -> Iterator[JournalEntry]:
        """Every drill that was interrupted: neither ended nor under way. Raises UsageError for an unreadable entry."""
        for path in self._files():
            if _is_locked(path.with_suffix(".lock")):
                continue
            try:
                yield JournalEntry.model_validate_json(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                hint = "Look for keys named `readiness-drill-…` in the portal, then delete this file."
                raise UsageError(f"{path} is not a drill's journal entry that can be read.", hint) from None

    def _files(self) -> list[Path]:
        """The files of entries. A folder that cannot be listed may hold some, so it is no empty one."""
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix == ".json")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"The drill journal {self._folder} cannot be read: {error.strerror}.") from None

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.json"

    def _sync_folder(self) -> None:
        if not self._folder.is_dir():
            return
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> UsageError:
    hint = "A drill writes down its key before it makes it; set XDG_STATE_HOME to a folder that can be written."
    return UsageError(f"The drill journal {path} cannot be written: {error.strerror}.", hint)


def _is_locked(lock: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
