from __future__ import annotations

import pytest

from readiness.config.application import PLACEHOLDERS, Application, filled
from tests.config.conftest import MINIMAL, Load, Refuse

SERVER = "start: {command: [node, server.js]}, "
READ = "actions: {read: {http: 'http://127.0.0.1:{port}/transactions'}}"


def test_a_bare_url_is_a_get(load: Load) -> None:
    application = load(MINIMAL + f"application: {{{SERVER}{READ}}}\n").application
    assert application
    assert application.actions.read
    assert application.actions.read.http
    assert (application.actions.read.http.method, application.parallel, application.callers) == ("GET", 2, 20)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("{}", "the required key `actions` is missing"),
        ("{actions: {}}", "needs `charge` or `read`"),
        (f"{{{READ}}}", "needs `start`"),
        ("{actions: {charge: {run: [x]}}, webhook: {url: 'http://127.0.0.1:1/'}}", "`webhook` needs `start`"),
        ("{actions: {charge: {}}}", "exactly one of"),
        ("{actions: {charge: {run: [x], command: [y]}}}", "exactly one of"),
        ("{actions: {charge: {run: []}}}", "at least one entry"),
        ("{actions: {charge: {run: [x, '{clientid}']}}}", "no such placeholder"),
        ("{actions: {charge: {run: [x]}}, has_no: [webhook]}", "did you mean `webhooks`?"),
        ("{actions: {charge: {run: [x]}}, parallel: 0}", "at least 1"),
        (f"{{{SERVER}{READ}, ready: {{within: 5}}}}", "expected a duration"),
        ("{actions: {charge: {run: [x]}}, allow_hosts: [a.example]}", "needs `intercept: true`"),
        (
            "{actions: {charge: {run: [x]}}, intercept: true, allow_hosts: [Sandbox.API.flute.com]}",
            "the vendor's hosts are the emulator's",
        ),
    ],
)
def test_what_cannot_work_is_refused(refuse: Refuse, written: str, sentence: str) -> None:
    (problem,) = refuse(f"{MINIMAL}application: {written}\n")
    assert sentence in problem
    assert "readiness.yaml:5" in problem


def test_values_of_its_environment_are_never_quoted(refuse: Refuse) -> None:
    (problem,) = refuse(MINIMAL + "application: {run: {env: {API_KEY: c4n4ry, N: 5}}, actions: {charge: {run: [x]}}}\n")
    assert "expected text" in problem
    assert "c4n4ry" not in problem


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    values = {"port": "8080"}
    assert filled('{port} {"port": {port}} {unknown}', values) == '8080 {"port": 8080} {unknown}'


def test_which_placeholders_are_used() -> None:
    application = Application.model_validate(
        {"actions": {"charge": {"run": ["pay", "{amount}"], "env": {"CA": "{ca_file}"}}}}
    )
    assert [name for name in PLACEHOLDERS if application.uses(name)] == ["ca_file", "amount"]
