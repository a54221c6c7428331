from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest
import rich.console
import rich.pretty
import yaml

from readiness.secret import Secret

VALUE = "canary-7Jq2Lw9ZpX"


@pytest.fixture
def secret() -> Secret:
    return Secret(VALUE, "sandbox client_secret")


def test_shows_its_name_only(secret: Secret) -> None:
    masked = "[secret: sandbox client_secret]"
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>80}".strip(), f"{secret:>40}", "%s" % secret]  # noqa: UP031 - that is what is tested
    assert set(shown) == {masked}
    assert secret.reveal() == VALUE
    assert secret.name == "sandbox client_secret"


def test_refuses_what_would_store_or_take_it_apart(secret: Secret) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: pickle.dumps(secret),
        lambda: json.dumps({"a": secret}),
        lambda: yaml.dump([secret]),
        lambda: yaml.safe_dump(secret),
        lambda: list(secret),  # type: ignore[call-overload] # that is what is tested
        lambda: secret[0:4],  # type: ignore[index] # that is what is tested
        lambda: len(secret),  # type: ignore[arg-type] # that is what is tested
        lambda: secret + "x",  # type: ignore[operator] # that is what is tested
        lambda: "canary" in secret,  # type: ignore[operator] # that is what is tested
        lambda: vars(secret),
        lambda: setattr(secret, "name", "x"),
    ]
    for attempt in attempts:
        with pytest.raises((TypeError, AttributeError, yaml.YAMLError)) as caught:
            attempt()
        assert VALUE not in str(caught.value)


def test_compares_by_value_with_secrets_only(secret: Secret) -> None:
    same, other = Secret(VALUE, "another"), Secret(VALUE + "x", "another")
    assert secret == same
    assert hash(secret) == hash(same)
    assert secret != other
    assert secret != VALUE
    assert Secret("\udcff-not-utf8", "a") != other


def test_copies_are_itself(secret: Secret) -> None:
    @dataclass
    class Holder:
        secret: Secret

    assert copy.copy(secret) is secret
    assert copy.deepcopy(secret) is secret
    assert asdict(Holder(secret))["secret"] is secret


def fail(secret: Secret) -> None:
    raise RuntimeError(secret)


def test_no_printer_shows_it(secret: Secret) -> None:
    console = rich.console.Console(file=io.StringIO(), width=200)
    console.print(rich.pretty.Pretty({"secret": [secret]}, expand_all=True))
    rich.inspect(secret, console=console, all=True, private=True)
    try:
        fail(secret)
    except RuntimeError as error:
        with_locals = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        console.print_exception(show_locals=True)
    record = logging.LogRecord("a", logging.INFO, "f", 1, "%s %r", (secret, secret), None)
    slots = {name: getattr(secret, name) for name in dir(secret) if name != "__dict__"}
    file = console.file
    assert isinstance(file, io.StringIO)
    everything = [file.getvalue(), with_locals, record.getMessage(), pprint.pformat([secret]), repr(slots)]
    assert all(VALUE not in text for text in everything)
    assert "[secret: sandbox client_secret]" in with_locals
