"""What is wrong in a config file, before it is written out with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[int, int]
"""Line and column, from 1; columns count characters."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `sentence` never repeats a value, for a value may be a secret in the wrong place."""

    sentence: str
    at: Point | None = None
    """None where it is the file as a whole."""
    suggestion: str | None = None


class ProblemFound(Exception):  # noqa: N818 - it carries a problem to where it is written out
    """Nothing more of the file can be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """Name the nearest choice, if any is near."""
    nearest = difflib.get_close_matches(word, list(choices), n=1)
    return f"did you mean `{nearest[0]}`?" if nearest else None


def suggest(word: str, choices: Iterable[str]) -> str:
    """Name the nearest choice, or else all of them."""
    choices = list(choices)
    return did_you_mean(word, choices) or "expected one of: " + ", ".join(choices)
