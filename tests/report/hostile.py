"""Puts one text into every place of a result that foreign text can reach."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from readiness.result import AuditResult

_OURS = frozenset({"format", "status", "severity", "environment", "because", "kind", "verdict", "gate", "outcome"})
"""Closed vocabularies and dates: nothing foreign fits in."""
_LAB = frozenset({"state", "to", "token_state", "scheme", "handling"})
_DATES = frozenset({"at", "on", "expires", "started_at", "finished_at", "key_of", "endpoint_of", "way"})

FRAGMENTS = (
    "<script>alert(1)</script>", "</script>", "</style>", "<!--", "-->", "]]>", "&lt;", "&#60;", "\"'>", "javascript:x",
    "| a | b |", "`", "``` x", "**b**", "_i_", "~~s~~", "[l](http://x)", "![i](http://x)", "<http://x.y>", "www.x.y",
    "https://x.y", "@user", "#1", "\n", "\r\n", "\n\n", "    x", "\n# h", "\n---\n", "\n> q", "\n1. n", "\n- l", "\\",
    "$x$", ":+1:", "\x00", "\x1b[2J", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\ufffe",
    "\U000e0041", "{{ x }}", "{% x %}", "::error::x", "</details>", "<details>", "é", "漢",
)  # fmt: skip
"""What breaks formats when it is not escaped."""

texts = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map("".join),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
).filter(lambda text: text.strip() != "")


def poisoned(result: AuditResult, text: str) -> AuditResult:
    """The same result with `text` in every free field."""
    return AuditResult.model_validate(_poison(result.model_dump(mode="json"), "", text))


def _poison(value: Any, key: str, text: str) -> Any:
    if isinstance(value, dict):
        return {name: _poison(item, name, text) for name, item in value.items()}
    if isinstance(value, list):
        return [_poison(item, key, text) for item in value]
    if isinstance(value, str) and key not in _OURS | _LAB | _DATES:
        # Merchant or partner, which is `kind` of the integration, is kept by name; an emulator stays one.
        return value if value == "emulator" else text
    return value
