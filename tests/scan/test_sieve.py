"""What the pass over everything takes out for a closer look: as little as may be, and everything that is packed."""

from __future__ import annotations

import gzip
import io
import tarfile

from readiness.scan.git import Git
from readiness.scan.git_objects import ObjectStream, blocks_of, list_objects
from readiness.scan.sieve import Sieve
from tests.scan.conftest import Repository
from tests.scan.planting import PLAIN, needles


def caught(repository: Repository) -> set[str]:
    """Names of the files that hold what was caught, at the tip."""
    sieve, known, git = Sieve(needles(PLAIN)), needles(PLAIN), Git(repository.path)
    with list_objects(git, lambda: None) as listing:
        streams = [ObjectStream(git, half, known.overlap, 1 << 20) for half in listing.halves]
        for _, block in blocks_of(streams, lambda: None):
            sieve.look(block)
    names = dict(line.split("\t")[::-1] for line in repository.git("ls-tree", "-r", "HEAD").splitlines())
    return {name for name, entry in names.items() if entry.split()[2] in sieve.caught}


def test_ordinary_files_whose_beginning_is_like_that_of_archives_are_left_alone(repository: Repository) -> None:
    beginnings = ("# v2 git", "# A title\n", "version 1", "PKG=1", "7zebras", "Rabbits", "!<arch>", "xargs", "MSG", "]")
    repository.commit({f"{number}.txt": f"{text}\nfine\n" * 90 for number, text in enumerate(beginnings)})
    assert caught(repository) == set()


def test_what_is_packed_or_stored_elsewhere_is_caught(repository: Repository) -> None:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    files = {
        "a.gz": gzip.compress(b"fine"),
        "a.tar": tar.getvalue(),
        "a.bundle": b"# v2 git bundle\n",
        "a.lfs": pointer,
    }
    for name, data in {**files, "a.txt": b"fine"}.items():
        (repository.path / name).write_bytes(data)
    repository.git("add", "--force", ".")
    repository.commit({"b.txt": f"KEY = '{PLAIN}'\n"})
    assert caught(repository) == {*files, "b.txt"}
