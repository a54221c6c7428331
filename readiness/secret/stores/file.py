"""Secrets in files."""

from __future__ import annotations

import os
import pwd
import re
import stat
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from readiness.errors import SecretUnavailable
from readiness.model import FileFacts
from readiness.secret.stores.interface import LARGEST, StoreContext

_MOUNTS = Path("/proc/self/mounts")
_ORCHESTRATED = ("/run/secrets", "/var/run/secrets")
"""Where Docker and Kubernetes mount secrets by default."""


class FileStore:
    """A file with nothing in it but the value."""

    name = "file"
    manager = False

    def describe(self, spec: Any) -> str:
        """The path as the config has it."""
        return f"file {spec}"

    def read(self, spec: Any, context: StoreContext) -> str:
        """The file's text. Pipes, devices and folders are refused without being waited for."""
        path = _path(spec, context)
        reason = "is not UTF-8 text"
        try:
            return _read_regular(path).decode()
        except UnicodeDecodeError:
            pass  # its text quotes the bytes: it must not hang on what is raised
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or type(error).__name__).lower()}"
        raise SecretUnavailable(f"the file {spec} {reason}")


def _path(spec: Any, context: StoreContext) -> Path:
    return Path(os.path.abspath(context.base / os.path.expanduser(spec)))  # noqa: PTH100, PTH111 - keeps symlinks; never fails


def _read_regular(path: Path) -> bytes:
    """At most `LARGEST` bytes of a regular file; OSError says why not."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        if status.st_size > LARGEST:
            raise OSError(0, f"larger than {LARGEST} bytes")
        return file.read(LARGEST + 1)


def file_facts(spec: Any, context: StoreContext) -> FileFacts | None:
    """What the file system says of the file that a reference leads to, links followed; None without one."""
    named = _path(spec, context)
    try:
        resolved = named.resolve(strict=True)
        status = resolved.stat()
        mounts = _MOUNTS.read_text(errors="replace") if _MOUNTS.exists() else ""
    except (OSError, RuntimeError):
        return None
    return FileFacts(
        path=resolved.as_posix(),
        mode=stat.S_IMODE(status.st_mode),
        owner=_owner(status.st_uid),
        owned_by_us=status.st_uid == os.geteuid(),
        mounted_secret=any(is_mounted_secret(path, mounts) for path in (named, resolved)),
    )


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def is_mounted_secret(path: PurePath, mounts: str) -> bool:
    """Whether an orchestrator put the file there; `mounts` is the text of /proc/self/mounts (fstab(5)).

    Under /run/secrets, or in a file system in memory that is mounted read-only, as Docker and Kubernetes
    mount secret volumes. A writable one, such as /dev/shm or /tmp, is anybody's.
    """
    if any(path.is_relative_to(folder) for folder in _ORCHESTRATED):
        return True
    found = PurePosixPath("/"), "", ""
    for line in mounts.splitlines():
        _device, where, kind, options, *_rest = (*line.split(), "", "", "", "")
        folder = PurePosixPath(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), where))
        if path.is_relative_to(folder) and len(folder.parts) >= len(found[0].parts):
            found = folder, kind, options
    return found[1] in {"tmpfs", "ramfs"} and "ro" in found[2].split(",")
