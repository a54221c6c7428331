"""Sends requests, again where that can help."""

from __future__ import annotations

import email.utils
import ssl
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from .errors import NoAnswerError
from .settings import Settings

RETRIED = frozenset({429, 502, 503, 504})
LONGEST_PAUSE = 30.0
"""Seconds; who wants us to wait longer than that gets no further attempt."""


class Sender:
    """One pool of connections for all threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.http = httpx.Client(
            timeout=settings.timeout,
            verify=ssl.create_default_context(cafile=settings.ca_file),
            follow_redirects=False,
        )

    def send(self, method: str, url: str, **options: Any) -> httpx.Response:
        """The answer, whatever its status. Raises NoAnswerError."""
        for attempt in range(self.settings.retries):
            answer: httpx.Response | None = None
            try:
                answer = self.attempt(method, url, **options)
            except httpx.TimeoutException as error:
                raise NoAnswerError(type(error).__name__) from None
            except httpx.TransportError:
                pass  # a broken connection may well be the only one
            if answer is not None and not self.is_passing(answer):
                return answer
            pause = self.pause(attempt, answer)
            if answer is not None and pause > LONGEST_PAUSE:
                return answer
            time.sleep(pause)
        try:
            return self.attempt(method, url, **options)
        except httpx.TransportError as error:
            raise NoAnswerError(type(error).__name__) from None

    def attempt(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send once."""
        return self.http.request(method, url, **options)

    def is_passing(self, answer: httpx.Response) -> bool:
        """Whether the same request may do better in a moment."""
        return answer.status_code in RETRIED

    def pause(self, attempt: int, answer: httpx.Response | None) -> float:
        """Seconds until the next attempt; the first one had the number 0."""
        asked = retry_after(answer.headers.get("Retry-After", "")) if answer is not None else 0.0
        return max(asked, self.settings.first_pause * 2.0**attempt)


def retry_after(text: str) -> float:
    """Seconds that a Retry-After header asks for: a number of them, or a date."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def json_object(answer: httpx.Response) -> dict[str, Any]:
    """The body, empty where it is no JSON object: Aurora and what stands before it also send pages, or nothing."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
