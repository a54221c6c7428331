from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from readiness.secret import StoreContext
from readiness.secret.stores import store_named
from readiness.secret.stores.file import file_facts, is_mounted_secret
from readiness.secret.stores.interface import LARGEST
from tests.secret.stores.conftest import CANARY, Refusal


def test_reads_relative_to_the_config_and_through_links(tmp_path: Path, context: StoreContext) -> None:
    (tmp_path / "real").write_text(CANARY)
    (tmp_path / "link").symlink_to("real")
    store = store_named("file")
    assert [store.read(name, context) for name in ("real", "link", str(tmp_path / "link"))] == [CANARY] * 3
    assert store.describe("link") == "file link"


def test_reads_from_the_home_folder(tmp_path: Path, context: StoreContext, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text(CANARY)
    monkeypatch.setenv("HOME", str(home))
    assert store_named("file").read("~/secret", context) == CANARY


def test_refuses_what_is_no_readable_small_text(tmp_path: Path, refusal: Refusal) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(CANARY.encode() * LARGEST)
    (tmp_path / "binary").write_bytes(CANARY.encode() + b"\xff\xfe")
    (tmp_path / "loop").symlink_to("loop")
    reasons = {name: refusal("file", name) for name in ("pipe", "folder", "large", "binary", "loop", "none")}
    assert reasons == {
        "pipe": "the file pipe cannot be read: not a regular file",
        "folder": "the file folder cannot be read: is a directory",
        "large": f"the file large cannot be read: larger than {LARGEST} bytes",
        "binary": "the file binary is not UTF-8 text",
        "loop": "the file loop cannot be read: too many levels of symbolic links",
        "none": "the file none cannot be read: no such file or directory",
    }
    assert refusal("file", "/dev/zero") == "the file /dev/zero cannot be read: not a regular file"


def test_facts_are_those_of_the_file_itself(tmp_path: Path, context: StoreContext) -> None:
    real = tmp_path / "real"
    real.write_text(CANARY)
    real.chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    facts = file_facts("link", context)
    assert facts is not None
    assert facts.path == real.resolve().as_posix()
    assert facts.mode == 0o640
    assert facts.owned_by_us
    assert facts.owner == real.owner()
    assert not facts.mounted_secret
    assert file_facts("none", context) is None


MOUNTS = r"""
overlay / overlay rw,relatime 0 0
tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0
tmpfs /etc/aurora tmpfs ro,relatime,size=65536k 0 0
tmpfs /mnt/with\040blank tmpfs ro 0 0
/dev/sda1 /etc/aurora/disk ext4 ro 0 0
"""


@pytest.mark.parametrize(
    ("path", "mounted"),
    [
        ("/run/secrets/aurora", True),
        ("/var/run/secrets/kubernetes.io/x", True),
        ("/etc/aurora/..2026/secret", True),
        ("/mnt/with blank/secret", True),
        ("/etc/aurora/disk/secret", False),
        ("/etc/aurora2/secret", False),
        ("/dev/shm/secret", False),
        ("/home/jo/secret", False),
        ("/run/secretsX/secret", False),
    ],
)
def test_tells_mounted_secrets(path: str, mounted: bool) -> None:
    assert is_mounted_secret(PurePosixPath(path), MOUNTS) is mounted
