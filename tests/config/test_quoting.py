from __future__ import annotations

import pytest

from tests.config.conftest import MINIMAL, Refuse

CANARY = "c4n4ry-Sup3rS3cret"


def environment(*lines: str) -> str:
    return "version: 1\nintegration: {name: A, kind: merchant}\nenvironments:\n  sandbox:\n" + "".join(
        f"    {line}\n" for line in ("preset: auror", *lines)
    )


LEAKY = {
    "literal too short": environment("client_secret: c4n4ry"),
    "literal that is a number": environment("client_secret: 4111111111111111"),
    "misspelt key": environment(f"client_secert: {CANARY}"),
    "misspelt key of a mapping": environment(f"webhook_secrets: {{env: {CANARY}}}"),
    "misspelt key of a list": environment(f"retired_key: [{{client_secret: {CANARY}}}]"),
    "unknown key": MINIMAL + f"aurora_key: {CANARY}\n",
    "unknown key under a secret": environment(f"client_secret: {{{CANARY}: {CANARY}}}"),
    "wrong type": environment(f"client_secret: [{CANARY}]"),
    "bad variable name": environment(f"client_secret: {{env: {CANARY}}}"),
    "two stores": environment(f"client_secret: {{env: {CANARY}, file: {CANARY}}}"),
    "duplicate key": environment(f"client_secret: {CANARY}", f"client_secret: {CANARY}"),
    "duplicate key in one line": environment(f"partner: {{client_secret: {CANARY}, client_secret: {CANARY}}}"),
    "neighbour in one line": environment(f"partner: {{client_secret: {CANARY}, merchant: 1}}"),
    "neighbour before": MINIMAL + f"policy: {{token: {CANARY}, archive_depht: 3}}\n",
    "text for a mapping": environment(f"partner: {CANARY}"),
    "text for a list": environment(f"retired_keys: {CANARY}"),
    "text for a mapping in a list": environment(f"retired_keys: [{CANARY}]"),
    "comment": environment(f"api_url: 12 # was {CANARY}"),
    "comment after a list": environment(f"expect: [] # was {CANARY}"),
    "password in a URL": environment(f"api_url: https://jo:{CANARY}@api.acme.example"),
    "token in a query": environment(f"api_url: https://api.acme.example/?key={CANARY}"),
    "token in a fragment": environment(f"webhook_url: https://api.acme.example/#{CANARY}"),
    "address of a vault": environment(f"client_secret: {{vault: {{path: a, field: b, address: 'http://{CANARY}'}}}}"),
    "over two lines": environment(f'client_secret: ["{CANARY}', f'  {CANARY}"]'),
    "tail of a text on the line": environment(f'partner: {{client_secret: "{CANARY}', f'  {CANARY}", merchant_id: 1}}'),
    "block": environment("client_secret: |", f"  {CANARY}", f"  {CANARY}"),
    "anchor": environment(f"client_secret: &{CANARY} {CANARY}"),
    "alias": environment(f"client_secret: *{CANARY}"),
    "tag": environment(f"client_secret: !{CANARY} {CANARY}"),
    "tag handle": environment(f"client_secret: !{CANARY}!x {CANARY}"),
    "application": MINIMAL + f"application: {{strat: {{env: {{KEY: {CANARY}}}}}, start: {{env: {{KEY: {CANARY}}}}}}}\n",
    "unclosed quote": environment(f'client_secret: "{CANARY}'),
    "unclosed list": environment(f"client_secret: {{command: [{CANARY}"),
    "colon in a text": environment(f"client_secret: {CANARY}: x"),
    "colon after a secret of its own line": environment("client_secret:", f"  {CANARY} : [", "  x"),
    "bad escape": environment(f'client_secret: "{CANARY}\\q"'),
    "tab": environment("client_secret:", f"\t{CANARY}"),
    "wrong indentation": environment(f"client_secret: {CANARY}", f"  more: {CANARY}"),
    "missing colon": environment(f"client_secret {CANARY}"),
    "control character": environment(f"client_secret: {CANARY}\x07"),
    "control escape": environment(f'client_secret: "{CANARY}\\a"'),
    "no indentation": f"client_secret:\n{CANARY}\n{{\n",
    "root is text": CANARY,
    "root is a list": f"- client_secret: {CANARY}\n",
    "too deep": environment(f"client_secret: {CANARY}", "expect: " + "[" * 60),
    "second document": MINIMAL + f"--- {CANARY}\n",
    "directive": f"%{CANARY} x\n--- \n- a: b: c\n",
    "password key": MINIMAL + f"db_password: {{a: [{CANARY}, {{b: {CANARY}}}]}}\n",
    "known key of a plain value under a secret": MINIMAL + f"api_token: {{name: {CANARY}, kind: {CANARY}}}\n",
    "merge key": environment(f"<<: {{client_secret: {CANARY}}}"),
    "other version": f"version: 2 # {CANARY}\nclient_secret: {CANARY}\n",
}


@pytest.mark.parametrize("text", LEAKY.values(), ids=LEAKY.keys())
def test_no_error_repeats_a_secret(refuse: Refuse, text: str) -> None:
    for problem in refuse(text):
        assert "c4n4ry" not in problem
        assert "Sup3rS3cret" not in problem
        assert "4111" not in problem


@pytest.mark.parametrize("text", LEAKY.values(), ids=LEAKY.keys())
def test_every_caret_points_into_its_line(refuse: Refuse, text: str) -> None:
    for problem in refuse(text):
        lines = problem.splitlines()
        place = lines[0].split(": ")[0].split(":")
        if len(place) == 3 and len(lines) > 2 and lines[2].endswith("^"):
            assert lines[1].strip().startswith(f"{place[1]} |")
            assert len(lines[2]) <= len(lines[1]) + 1


@pytest.mark.parametrize(
    ("line", "quoted", "caret"),
    [
        ("http_policy: {timeout: 30} # seconds", "http_policy: {timeout: 30}", "30"),
        ("artifacts: ['dist # x', 12]", "artifacts: ['dist # x', 12]", "12"),
        ("gate: {fail_on: {}}", "gate: {fail_on: {}}", "fail_on"),
        ("sources: [{path: ., histroy: no}]", "sources: [{path: ., histroy: ***}]", "histroy"),
        ("plugins: [a, [b]]", "plugins: [a, [***]]", "[***"),
    ],
)
def test_plain_values_at_known_places_are_shown(refuse: Refuse, line: str, quoted: str, caret: str) -> None:
    (problem,) = refuse(f"{MINIMAL}{line}\n")
    _, shown, pointer = problem.splitlines()[:3]
    assert shown == f"  5 | {quoted}"
    assert pointer == "    | " + " " * quoted.index(caret) + "^"


def test_a_long_line_is_cut_around_the_caret(refuse: Refuse) -> None:
    (problem,) = refuse(f"{MINIMAL}artifacts: [{'a, ' * 400}12, {'b, ' * 400}c]\n")
    _, shown, pointer = problem.splitlines()[:3]
    assert len(shown) < 120
    assert shown[pointer.index("^") :].startswith("12, b")
    assert (shown[6], shown[-1]) == ("…", "…")


def test_wide_gutters_line_up(refuse: Refuse) -> None:
    (problem,) = refuse(MINIMAL + "\n" * 100 + "gate: 1\n")
    assert problem.splitlines()[1:3] == ["  105 | gate: ***", "      |       ^"]


def test_no_line_is_quoted_of_a_file_that_ends_before_it(refuse: Refuse) -> None:
    (problem,) = refuse("a: [")
    assert problem.startswith("readiness.yaml:")
    assert "not closed" in problem
