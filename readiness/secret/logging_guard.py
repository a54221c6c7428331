"""Logs that hold no secret."""

from __future__ import annotations

import logging
import sys

from readiness.secret.redactor import Redactor

_CHATTY = ("asyncio", "boto3", "botocore", "httpcore", "httpx", "hvac", "keyring", "requests", "urllib3")
"""Libraries whose info and debug lines hold URLs, headers and bodies."""
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, its traceback too, and then takes the secrets out."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted. A record that cannot be formatted is named, its arguments are not shown."""
        try:
            line = super().format(record)
        except Exception as error:  # noqa: BLE001 - a caller's argument may fail in any way when it is printed
            line = f"{record.levelname} {record.name}: unprintable log record ({type(error).__name__})"
        return self._redactor.text(line)


class _RedactingHandler(logging.StreamHandler):  # type: ignore[type-arg] # the run-time class takes no argument
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing: logging's own report would print the record's arguments as they are."""


def install_logging(redactor: Redactor, verbosity: int) -> None:
    """Send all logs to standard error, redacted: warnings; from `verbosity` 1 also info, from 2 debug.

    The libraries that talk to servers and stores stay at warnings whatever the verbosity. Calling it again
    replaces the former handler; handlers of others on the root logger are taken off.
    """
    handler = _RedactingHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[min(verbosity, len(_LEVELS) - 1)])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
