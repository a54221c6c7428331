from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.scan.excuses import excuses_at

CHECK = "card-data/no-test-cards-in-release"
ALLOW = f"readiness: allow {CHECK} only the demo page uses it"
OTHER = "environment-separation/no-sandbox-residue"
KNOWN = (CHECK, OTHER)
HIT = "4111111111111111"


def excused(text: str) -> list[tuple[str, str]]:
    """Checks and reasons of the comments that count."""
    return [(check, reason) for check, reason in beside(text) if check in KNOWN and reason]


def beside(text: str) -> list[tuple[str, str]]:
    """Those of all comments."""
    data = text.encode()
    return [(one.check, one.reason) for one in excuses_at(data, data.index(HIT.encode()))]


REASON = [(CHECK, "only the demo page uses it")]


@pytest.mark.parametrize(
    "comment",
    [
        *(f"# {ALLOW}", f"// {ALLOW}", f"-- {ALLOW}", f"; {ALLOW}", f"% {ALLOW}", f"REM {ALLOW}", f"' {ALLOW}"),
        *(f"/* {ALLOW} */", f"/*! {ALLOW}*/", f"<!-- {ALLOW} -->", f"{{# {ALLOW} #}}", f"<%-- {ALLOW} --%>"),
        *(
            f"(* {ALLOW} *)",
            f"{{{{! {ALLOW} }}}}",
            f'""" {ALLOW} """',
            f"#{ALLOW}",
            f"#   {ALLOW}   ",
            f"#| {ALLOW} |#",
        ),
    ],
)
def test_a_comment_excuses_its_line_and_the_next(comment: str) -> None:
    assert excused(f"a = 1\nx = '{HIT}'  {comment}\nb = 2\n") == REASON
    assert excused(f"a = 1\n{comment}\nx = '{HIT}'\n") == REASON
    assert excused(f"a = 1\r\n{comment}\r\nx = '{HIT}'\r\n") == REASON
    assert excused(f"{comment}\nx = '{HIT}'") == REASON
    assert excused(f"a = 1\n{comment} x = '{HIT}'\n")[0][0] == CHECK


@pytest.mark.parametrize(
    "text",
    [
        f"# {ALLOW}\n\nx = '{HIT}'\n",
        f"# {ALLOW}\na = 1\nx = '{HIT}'\n",
        f"x = '{HIT}'\n# {ALLOW}\n",
        f"x = '{HIT}'  # readiness: allow {CHECK}\n",
        f"x = '{HIT}'  # readiness: allow {CHECK} -- .\n",
        f"x = '{HIT}'  /* readiness: allow {CHECK} */ something else\n",
        f"x = '{HIT}'  # readiness: allow\n",
        f"x = '{HIT}'  # readiness: allow everything here\n",
        f"x = '{HIT}'  # readiness: deny {CHECK} for a reason\n",
        f"x = '{HIT}'  # readiness: allow {CHECK}/more for a reason\n",
        f"x = '{HIT}'\n",
        HIT,
    ],
)
def test_what_is_further_away_or_says_nothing_excuses_nothing(text: str) -> None:
    assert excused(text) == []


def test_a_comment_does_not_excuse_a_whole_minified_program() -> None:
    filler = "a=1;" * 400
    assert excused(f"/*! {ALLOW} */{filler}x='{HIT}'") == []
    assert excused(f"/*! {ALLOW} */\n{filler}x='{HIT}'") == []
    assert excused(f"x='{HIT}';{filler}/*! {ALLOW} */") == []
    assert excused(f"{filler}/*! {ALLOW} */x='{HIT}';{filler}") == REASON


def test_one_line_may_be_excused_for_several_checks() -> None:
    text = f"# {ALLOW}\nx = '{HIT}'  # readiness: allow {OTHER} chosen by AURORA_ENV\n"
    assert excused(text) == [*REASON, (OTHER, "chosen by AURORA_ENV")]
    assert len(excused(f"x = '{HIT}'  # {ALLOW} readiness: allow {OTHER} a reason\n")) == 2
    together = f"x = '{HIT}'  # readiness: allow {CHECK}, {OTHER} only the demo page uses it\n"
    assert excused(together) == [*REASON, (OTHER, REASON[0][1])]


@pytest.mark.parametrize("code", ["y = 1 ", "y: ", "{ 'a': 1, ", "</p>", "return ", "0 ", "comment out "])
def test_a_comment_behind_code_is_for_its_own_line_only(code: str) -> None:
    assert beside(f"{code}# {ALLOW}\nx = '{HIT}'\n") == []
    assert beside(f"{'a ' * 2000}\n{code}# {ALLOW}\nx = '{HIT}'\n") == []


@pytest.mark.parametrize(
    "lead", ["  - # ", "\t * ", '  "_comment": "', '"//": "', "{/* ", "rem ", "::", "dnl ", "é # "]
)
def test_a_comment_alone_on_its_line_is_for_the_next(lead: str) -> None:
    assert excused(f"{lead}{ALLOW}\nx = '{HIT}'\n") == REASON


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        (f"readiness: allow {CHECK}", [(CHECK, "")]),
        ("readiness: allow no-test-cards a good reason", [("no-test-cards", "a good reason")]),
        ("readiness: allow card-data/* a good reason", [("card-data/*", "a good reason")]),
        ("readiness: allow", [("", "")]),
        (f"Readiness: Allow {CHECK} a good reason", [(CHECK, "a good reason")]),
        (f"readiness: deny {CHECK} a good reason", []),
        ("readiness: allow kR7vQ2mZ9xT4bN8cW3jL6pY1 a good reason", [("…", "a good reason")]),
    ],
)
def test_comments_that_excuse_nothing_are_told_all_the_same(comment: str, told: list[tuple[str, str]]) -> None:
    assert beside(f"x = '{HIT}'  # {comment}\n") == told


def test_a_comment_without_a_reason_takes_away_none_that_is_given() -> None:
    assert excused(f"# {ALLOW}\nx = '{HIT}'  # readiness: allow {CHECK}\n") == REASON


def test_a_reason_gives_no_secret_away_and_can_be_printed() -> None:
    token = "kR7vQ2mZ9xT4bN8cW3jL6pY1"
    text = f"# readiness: allow {CHECK} see {token} and {HIT} and cvv=123 \x1b[31m{'long ' * 60}\nx = {HIT}"
    data = text.encode()
    (one,) = excuses_at(data, data.rindex(HIT.encode()))
    assert token not in one.reason
    assert HIT not in one.reason
    assert "123" not in one.reason
    assert one.reason.isprintable()
    assert len(one.reason) <= 200


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_are_read(noise: bytes, at: int) -> None:
    text = noise[: at // 2] + b"readiness: allow a/b " + noise
    excuses_at(text, min(at, len(text)))
