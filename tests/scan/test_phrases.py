"""A passphrase is found wherever a line ends in it."""

from __future__ import annotations

import pytest

from readiness.scan.engine import EngineMaker, RegexEngine, engine_for
from tests.scan.planting import needles

PHRASE = "correct horse battery staple zebra"
BROKEN = [
    "key: >\n  correct horse\n  battery staple zebra\n",
    'key: "correct horse\n  battery staple zebra"\n',
    "# correct horse\n# battery staple zebra\n",
    "correct horse \\\nbattery staple zebra\n",
    "correct horse\\\n  battery staple zebra\n",
    "<key>correct horse\n    battery staple\n    zebra</key>\n",
    "`correct horse\n battery staple zebra`\n",
    "correct horse =\nbattery staple zebra\n",
    "correct\nhorse\nbattery\nstaple\nzebra\n",
    "key = 'correct horse ' 'battery staple zebra'\n",
    'key = "correct horse" + " battery sta" +\n   "ple zebra"\n',
    r"correct horse \nbattery staple zebra",
    r"correct horse\n battery staple zebra",
    "correct%20horse%20%0Abattery%20staple%20zebra",
    "correct horse&#10; battery staple zebra",
    "correct horse  battery\tstaple zebra\n",
]
OTHERS = [
    "correcthorsebatterystaplezebra",
    "correct horse battery staplezebra",
    "cor rect horse battery staple zebra",
    "correct horse battery staple zebr\n",
    "correct horse\nbattery stable zebra\n",
]


@pytest.mark.parametrize("make", [engine_for, RegexEngine])
@pytest.mark.parametrize("text", BROKEN)
def test_a_line_may_end_at_any_blank(text: str, make: EngineMaker) -> None:
    (match,) = needles(PHRASE, engine=make).find(b"a: 1\n" + text.encode() + b"\nb: 2\n")
    assert match.sought.name == "secret 0"


@pytest.mark.parametrize("text", OTHERS)
def test_words_that_run_together_or_differ_are_not_the_secret(text: str) -> None:
    assert needles(PHRASE).find(b"a: 1\n" + text.encode() + b"\nb: 2\n") == []
