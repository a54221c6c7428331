"""Keeps secrets out of the journal: each is replaced by a fingerprint that still tells equal from different."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote

from readiness.emulator.core.messages import Headers
from readiness.secret import brand_of, is_secret_name

BODY_LIMIT = 65_536
"""Bytes of a body that the journal keeps; of a longer one only the size."""
TEXT_LIMIT = 4_096
"""Characters of a header, path or field that the journal keeps."""

_RUN = re.compile(r"[A-Za-z0-9_\-]{16,}")
_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_BENIGN_HEADERS = frozenset(
    {b"host", b"accept", b"accept-encoding", b"connection", b"content-length", b"user-agent", b"content-type"}
)


class Redaction:
    """Replaces by name, by value and by card-number pattern.

    `is_secret` knows the values that this emulator issued; they are found anywhere. Fingerprints are keyed, so that
    they tell nothing outside this emulator.
    """

    MEMO = 4_096

    def __init__(self, key: bytes, is_secret: Callable[[str], bool]) -> None:
        self._key = key
        self._is_secret = is_secret
        self._memo: dict[str, str] = {}

    def fingerprint(self, value: str) -> str:
        """A short keyed digest of a secret."""
        known = self._memo.get(value)
        if known is None:
            digest = hmac.new(self._key, value.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
            known = f"hmac:{digest[:16]}"
            if len(self._memo) >= self.MEMO:
                self._memo.clear()
            self._memo[value] = known
        return known

    def text(self, value: str) -> str:
        """A text with every issued secret and every card number replaced."""
        if len(value) > TEXT_LIMIT:
            return f"({len(value)} characters, {self.fingerprint(value)})"
        value = _RUN.sub(self._run, value)
        return _DIGITS.sub(self._card, value)

    def _run(self, match: re.Match[str]) -> str:
        run = match.group()
        return self.fingerprint(run) if self._is_secret(run) else run

    def _card(self, match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match.group())
        return self.fingerprint(digits) if brand_of(digits) else match.group()

    def headers(self, headers: Headers) -> dict[str, str]:
        """Headers by lower-case name; repeated ones are joined."""
        kept: dict[str, str] = {}
        for raw_name, raw_value in headers:
            name = raw_name.decode("latin-1")
            value = raw_value.decode("latin-1")
            if raw_name not in _BENIGN_HEADERS:
                value = self._header(name, value)
            elif raw_name == b"user-agent":
                value = self.text(value)
            kept[name] = f"{kept[name]}, {value}" if name in kept else value
        return kept

    def _header(self, name: str, value: str) -> str:
        if name in {"authorization", "proxy-authorization"}:
            scheme, _, credentials = value.partition(" ")
            return f"{scheme} {self.fingerprint(credentials)}" if credentials else self.fingerprint(value)
        return self.fingerprint(value) if is_secret_name(name) else self.text(value)

    def target(self, path: str, query: str) -> str:
        """Path with query; parameters are judged by name, everything by value."""
        path = self.text(path)
        if not query:
            return path
        pairs = [
            f"{quote(self.text(name), safe=':')}={quote(str(self._member(name, value)), safe=':')}"
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]
        return f"{path}?{'&'.join(pairs)}"

    def body(self, body: bytes, content_type: str) -> Any:
        """A body as data where it is JSON or a form, else as text; cut at a limit."""
        if not body:
            return None
        if len(body) > BODY_LIMIT:
            return f"({len(body)} bytes, not kept)"
        text = body.decode(errors="replace")
        if "json" in content_type or text[:1] in "{[":
            try:
                return self.value(json.loads(text))
            except (ValueError, RecursionError):
                return self._unparsed(text)
        if "form" in content_type:
            return {name: self._member(name, value) for name, value in parse_qsl(text, keep_blank_values=True)}
        return self._unparsed(text)

    def _unparsed(self, text: str) -> str:
        """A text of unknown structure: nothing in it can be judged by name, so only its size and digest stay."""
        return f"({len(text)} characters, {self.fingerprint(text)})"

    def value(self, value: Any) -> Any:
        """JSON data with secrets replaced."""
        if isinstance(value, dict):
            return {self.text(key): self._member(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float) and brand_of(f"{value:.0f}"):
            return self.fingerprint(f"{value:.0f}")
        return value

    def _member(self, name: str, value: Any) -> Any:
        if not is_secret_name(name) or value is None or isinstance(value, bool):
            return self.value(value)
        return self.fingerprint(value if isinstance(value, str) else json.dumps(value))
