from __future__ import annotations

from collections.abc import Iterator

import pytest

from readiness.transport import client
from tests.complete import Complete, complete


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Complete]:
    with complete(tmp_path_factory.mktemp("whole")) as integration:
        yield integration


@pytest.fixture
def integration(whole: Complete, monkeypatch: pytest.MonkeyPatch) -> Iterator[Complete]:
    """The whole integration, with secrets set and no fault yet."""
    for name, value in whole.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client, "BACKOFF", 0.001)
    yield whole
    whole.stage.control.clear_faults()
    whole.forget_drills()  # under some faults a drill cannot clean up, and later runs would rightly complain
