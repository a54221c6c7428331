"""Every format of the sample, compared whole. To change one on purpose: `python -m tests.report.rebaseline`."""

from __future__ import annotations

import pytest

from tests.report.rebaseline import GOLDEN, renderings


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_rendering_is_the_golden_one(name: str) -> None:
    assert renderings()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_golden_file_is_missing() -> None:
    assert set(renderings()) == {path.name for path in GOLDEN.iterdir()}
