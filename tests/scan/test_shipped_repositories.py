"""Objects of git that are shipped: nobody sees in their bytes what they hold."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from readiness.scan.signatures import REPOSITORY
from tests.scan.conftest import Repository
from tests.scan.planting import SECRET
from tests.scan.test_tree import searched


def test_a_pack_of_git_is_a_gap_where_no_repository_has_it(repository: Repository) -> None:
    repository.commit({"a.txt": "fine"})
    repository.git("gc", "--quiet")
    (pack,) = (repository.path / ".git" / "objects" / "pack").glob("*.pack")
    bare = repository.path / "backup.git"
    repository.git("clone", "--quiet", "--bare", f"file://{repository.path}", str(bare))
    repository.git("-C", str(bare), "gc", "--quiet")
    assert list((bare / "objects" / "pack").glob("*.pack"))
    assert searched(repository.path).gaps == [], "the search of the history opens it"
    (repository.path / "x.pack").write_bytes(pack.read_bytes())
    with zipfile.ZipFile(repository.path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(pack, "inner.pack")
    (gap,) = searched(repository.path).gaps
    assert gap == f"{repository.path}/x.pack, {repository.path}/x.zip!inner.pack: {REPOSITORY}"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz"])
def test_a_repository_in_an_archive_is_a_gap(suffix: str, packed: bool, repository: Repository, tmp_path: Path) -> None:
    """As in an image that was built with `COPY . .`: what was committed and taken out again is shipped."""
    repository.commit({"a.txt": SECRET})
    repository.commit({"a.txt": "fine"})
    if packed:
        repository.git("gc", "--quiet")
    kind = {"zip": "zip", "tar": "tar", "tar.gz": "gztar"}[suffix]
    folder = tmp_path / "built"
    folder.mkdir()
    shutil.make_archive(str(folder / "image"), kind, repository.path)
    findings = searched(folder)
    assert findings.secrets == []
    assert any(f"image.{suffix}!" in gap and gap.endswith(REPOSITORY) for gap in findings.gaps)
