from __future__ import annotations

import logging
import warnings

import pytest

from readiness.secret import Redactor, Secret, install_logging

VALUE = "canary-7Jq2Lw9ZpX"


@pytest.fixture
def redactor() -> Redactor:
    known = Redactor()
    known.add(Secret(VALUE, "sandbox client_secret"))
    return known


def test_lines_and_tracebacks_are_redacted(redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    install_logging(redactor, 2)
    log = logging.getLogger("somebody.else")
    log.debug("sent %s", VALUE)
    try:
        int(f"bad value {VALUE}")
    except ValueError:
        log.exception("it failed with Authorization: Bearer abc123")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"mind {VALUE}", stacklevel=1)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert VALUE not in captured.err
    assert "abc123" not in captured.err
    assert captured.err.count("[redacted: sandbox client_secret]") >= 3
    assert "Traceback" in captured.err


def test_a_record_that_cannot_be_formatted_shows_no_argument(
    redactor: Redactor, capsys: pytest.CaptureFixture[str]
) -> None:
    install_logging(redactor, 0)
    logging.getLogger("a").warning("two %d", "unknown-secret-argument")
    assert capsys.readouterr().err == "WARNING a: unprintable log record (TypeError)\n"


def test_verbosity_and_chatty_libraries(redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    for verbosity, expected in ((0, ["warning"]), (1, ["info", "warning"]), (5, ["debug", "info", "warning"])):
        install_logging(redactor, verbosity)
        for name in ("mine", "httpx", "httpcore.http11", "urllib3", "botocore"):
            for level in ("debug", "info"):
                getattr(logging.getLogger(name), level)(f"{name} {level}")
        logging.getLogger("mine").warning("mine warning")
        lines = capsys.readouterr().err.splitlines()
        assert [line.split()[-1] for line in lines] == expected


def test_a_closed_stream_stays_silent(redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    install_logging(redactor, 0)
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)

    class Closed:
        def write(self, _text: str) -> None:
            raise ValueError("closed")

    handler.setStream(Closed())
    logging.getLogger("a").warning("lost")
    assert capsys.readouterr().err == ""
