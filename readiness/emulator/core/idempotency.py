"""Records of `Idempotency-Key`.

The vendor's sources disagree: its go-live checklist demands the key, its TypeScript SDK sends it and maps a 409 with
`IDEMPOTENCY_CONFLICT`, yet no specification declares the header and the PHP SDK denies that the platform has it. Here
the records are on by default, because a client must be shown both the replay and the conflict; a setting turns them
off.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.messages import Request, Response

WINDOW = 86_400
"""Virtual seconds for which a record counts; unpublished."""
MAX_RECORDS = 10_000
MUTATIONS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class _Record:
    digest: bytes
    response: Response
    expires_at: float


class IdempotencyRecords:
    """Successful answers of one environment, by merchant and key."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], _Record] = {}

    def replay(self, owner: str, request: Request, now: float) -> Response | None:
        """The answer given before to the same request. Raises ApiError(409) if the key was used for another."""
        key = _key(request)
        record = self._records.get((owner, key)) if key is not None else None
        if record is None or now >= record.expires_at:
            return None
        if record.digest != _digest(request):
            raise ApiError(
                409,
                "The idempotency key was used with a different request.",
                cause="IDEMPOTENCY_CONFLICT",
            )
        return record.response

    def record(self, owner: str, request: Request, response: Response, now: float) -> None:
        """Remember a success; a refused request may be tried again with the same key."""
        key = _key(request)
        if key is None or response.status >= 300:
            return
        self._records.pop((owner, key), None)
        self._records[owner, key] = _Record(_digest(request), response, now + WINDOW)
        if len(self._records) > MAX_RECORDS:
            del self._records[next(iter(self._records))]


def _key(request: Request) -> str | None:
    return request.header(b"idempotency-key") if request.method in MUTATIONS else None


def _digest(request: Request) -> bytes:
    head = f"{request.method} {request.target}\n".encode()
    return hashlib.sha256(head + request.body).digest()
