from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness.errors import SecretUnavailable
from readiness.secret import StoreContext
from readiness.secret.stores import store_named
from readiness.secret.stores.command import is_manager_command
from readiness.secret.stores.interface import LARGEST
from tests.secret.stores.conftest import CANARY, Refusal

PYTHON = sys.executable


def program(code: str) -> list[str]:
    return [PYTHON, "-c", code]


def test_gives_what_is_printed_without_a_shell(tmp_path: Path, context: StoreContext) -> None:
    store = store_named("command")
    assert store.read(["printf", "%s", "$HOME;*`id`"], context) == "$HOME;*`id`"
    assert store.read(program("import os; print(os.getcwd())"), context) == f"{tmp_path}\n"
    assert store.read(program("import sys; print(repr(sys.stdin.read()))"), context) == "''\n"


def test_says_how_it_failed_and_not_what_it_said(refusal: Refusal) -> None:
    noisy = f"import sys; print('{CANARY[:5]}' + '{CANARY[5:]}', file=sys.stderr, flush=True); "
    noisy += f"print('{CANARY[:5]}' + '{CANARY[5:]}', flush=True); "
    endless = "\nwhile True: print('x' * 4096)"
    reasons = [
        refusal("command", program(noisy + "sys.exit(3)")),
        refusal("command", program(noisy + "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")),
        refusal("command", program(noisy + endless)),
        refusal("command", program(noisy + "sys.stdout.buffer.write(bytes([255]))")),
        refusal("command", ["no-such-program-here"]),
        refusal("command", ["/dev/null"]),
    ]
    assert reasons == [
        f"the command {PYTHON} failed: exit code 3",
        f"the command {PYTHON} failed: ended by signal 15",
        f"the command {PYTHON} printed more than {LARGEST} bytes",
        f"the command {PYTHON} printed something that is not UTF-8 text",
        "the command no-such-program-here cannot be run: no such file or directory",
        "the command /dev/null cannot be run: permission denied",
    ]


@pytest.mark.parametrize("ending", ["wait", "exit 0"])
def test_a_hanging_command_is_ended_with_all_it_started(tmp_path: Path, ending: str) -> None:
    os.mkfifo(tmp_path / "alive")
    with os.fdopen(os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK), "rb") as alive:
        spec = ["sh", "-c", f"exec 3>alive; echo up >&3; sleep 600 & {ending}"]
        with pytest.raises(SecretUnavailable, match=r"gave no value within 0.7 s"):
            store_named("command").read(spec, StoreContext(tmp_path, timeout=0.7))
        assert os.read(alive.fileno(), 9) == b"up\n"
        assert select.select([alive], [], [], 30)[0]  # readable at the end: nobody holds it any more
        assert os.read(alive.fileno(), 9) == b""


def test_the_end_of_the_run_ends_the_command(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "started")
    context = StoreContext(tmp_path, timeout=60.0)
    errors: list[str] = []

    def read() -> None:
        try:
            code = "import signal; open('started', 'w').close(); signal.pause()"
            store_named("command").read(program(code), context)
        except SecretUnavailable as error:
            errors.append(error.message)

    thread = threading.Thread(target=read)
    thread.start()
    (tmp_path / "started").read_text()  # returns once the program runs
    context.stop()
    thread.join(timeout=30)
    assert errors == [f"the command {PYTHON} failed: ended by signal 9"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (["pass", "show", "aurora/partner"], "pass show aurora/partner"),
        (["op", "read", "op://vault/aurora/client-secret"], "op read op://vault/aurora/client-secret"),
        (["vault", "kv", "get", "-field=x", "secret/a"], "vault kv get … secret/a"),
        (["get", "--token", "abc", "name"], "get --token … name"),
        (["get", "3f0c1a2b-98fc-4c14-9afb-f4c8996fb924"], "get …"),
        (["get", "sk_live_4f9dK2xPq8Zt7Lm3"], "get …"),
        (["echo"], "echo"),
    ],
)
def test_describes_without_what_may_be_secret(spec: list[str], words: str) -> None:
    assert store_named("command").describe(spec) == f"command {words}"


def test_knows_managers_by_their_program() -> None:
    assert is_manager_command(["pass", "show", "x"])
    assert is_manager_command(["/usr/local/bin/op", "read", "x"])
    assert not is_manager_command(["cat", "secret.txt"])
    assert not is_manager_command(["sh", "-c", "pass show x"])
    assert not is_manager_command(["./vault", "kv", "get", "x"])
    assert is_manager_command(["aws", "secretsmanager", "get-secret-value", "--secret-id", "x"])
    assert not is_manager_command(["aws", "s3", "cp", "s3://bucket/secret", "-"])


@pytest.fixture(scope="module")
def pass_store() -> Iterator[dict[str, str]]:
    """A real password store with a key of its own; gpg's sockets need a short path."""
    if shutil.which("pass") is None:
        if os.environ.get("CI"):
            pytest.fail("pass is not installed; .ci/run installs it")
        pytest.skip("pass is not installed (apt-get install pass)")
    with tempfile.TemporaryDirectory(prefix="pass-") as folder:
        environment = os.environ | {"GNUPGHOME": f"{folder}/gnupg", "PASSWORD_STORE_DIR": f"{folder}/store"}
        Path(environment["GNUPGHOME"]).mkdir(mode=0o700)

        def run(*command: str, text: str = "") -> None:
            subprocess.run(command, env=environment, input=text, text=True, check=True, capture_output=True)

        unprotected = ("--batch", "--passphrase", "")
        run("gpg", *unprotected, "--quick-generate-key", "ops@acme.example", "default", "default")
        run("pass", "init", "ops@acme.example")
        run("pass", "insert", "--multiline", "aurora/partner", text=f"{CANARY}\n")
        yield {name: environment[name] for name in ("GNUPGHOME", "PASSWORD_STORE_DIR")}
        run("gpgconf", "--kill", "all")


def test_reads_a_real_password_store(
    pass_store: dict[str, str], context: StoreContext, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    for name, value in pass_store.items():
        monkeypatch.setenv(name, value)
    assert store_named("command").read(["pass", "show", "aurora/partner"], context) == f"{CANARY}\n"
    assert refusal("command", ["pass", "show", "aurora/none"]) == "the command pass failed: exit code 1"
