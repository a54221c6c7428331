"""Nothing that is secret is ever written: not to a stream, not to a file, not to the process list.

A server on loopback repeats everything that it gets, in every form and place, for every endpoint; plug-ins print and
raise what is secret. The forms are made here, by plain means, and not by the code under test.
"""

from __future__ import annotations

import base64
import html
import json
import os
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest

from readiness.report import FORMATS

SECRETS = {
    "CANARY_SANDBOX": 'Sb/4+x=Kq"9<Zw&7\\Lm~P2',
    "CANARY_LIVE": "a3f1c9e27b5d48068f2e7d91c0b4a655",
    "CANARY_WEBHOOK": "whsec_M4k8/Qz+T1v9Yb3Nc6==",
    "CANARY_PARTNER": "pärtner-Gëheim-0815-Straße",
    "CANARY_RETIRED": "old secret with blanks 7731",
}
CARD = "4929123412341232"
CVV = "907"
CLIENTS = {"sandbox": "client-sandbox-1", "production": "client-live-1"}


def forms(value: str) -> set[bytes]:
    """How a text may be written, by the means that programmers use."""
    raw = value.encode()
    found = {
        raw,
        raw.hex().encode(),
        raw.hex().upper().encode(),
        urllib.parse.quote(value, safe="").encode(),
        urllib.parse.quote(value).encode(),
        urllib.parse.quote_plus(value).encode(),
        urllib.parse.quote(value, safe="").lower().encode(),
        "".join(f"%{byte:02X}" for byte in raw).encode(),
        json.dumps(value)[1:-1].encode(),
        json.dumps(value, ensure_ascii=False)[1:-1].encode(),
        json.dumps(json.dumps(value))[3:-3].encode(),
        repr(value)[1:-1].encode(),
        html.escape(value).encode(),
        "".join(f"\\u{ord(char):04x}" for char in value).encode(),
        value.encode("utf-16-le"),
        value.encode("utf-16-be"),
    }
    for pad in range(3):  # what base64 looks like inside a longer text: without the characters at its borders
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"x" * pad + raw + b"y" * (-(pad + len(raw)) % 3))
            found.add(text[4 if pad else 0 : -4 if (pad + len(raw)) % 3 else None])
    return {form for form in found if len(form) >= 8}


class Echo(ThreadingHTTPServer):
    """Answers like the vendor where it must, and repeats all that it got in each answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.minted: list[str] = []
        self.calls = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def mint(self) -> str:
        """A token that nobody knows yet, with characters that are written in many ways."""
        token = f"tok/{os.urandom(12).hex()}+{len(self.minted)}=z"
        self.minted.append(token)
        return token


class _Handler(BaseHTTPRequestHandler):
    server: Echo
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        got = f"{self.requestline}\n{self.headers}\n{body.decode('utf-8', 'replace')}"
        plain = urllib.parse.unquote_plus(got)
        status, answer = self._vendor(body)
        echo = {
            "got": got,
            "plain": plain,
            "percent": urllib.parse.quote(plain),
            "base64": [base64.b64encode(b"x" * pad + plain.encode()).decode() for pad in range(3)],
            "hex": plain.encode().hex(),
            "nested": json.dumps({"headers": dict(self.headers.items()), "body": plain}),
            "card": {
                "cardNumber": CARD,
                "securityCode": CVV,
                "text": f"paid with {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}",
            },
            plain: "as a name",
        }
        self.server.calls += 1
        style = self.server.calls % 4
        if status == 200 or style == 0:
            content = json.dumps({**answer, "echo": echo, "correlationId": plain[-100:]}).encode()
        elif style == 1:
            content = f"<!DOCTYPE html><body>{CARD} {html.escape(plain)} {json.dumps(echo)}</body>".encode()
        elif style == 2:
            content = json.dumps({**answer, "echo": echo}).encode()[:-7]
        else:
            content = f"error: {CARD} {plain}\n{echo}".encode()
        self.send_response(status)
        for name in ("X-Correlation-Id", "WWW-Authenticate", "Location", "Server"):
            value = urllib.parse.unquote_plus(body.decode("utf-8", "replace"))[-400:] or str(
                self.headers.get("Authorization")
            )
            self.send_header(name, value.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " "))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the base class looks for these names

    def _vendor(self, body: bytes) -> tuple[int, dict[str, Any]]:
        form = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
        if self.path.endswith("/oauth2/token"):
            if form.get("client_secret", [""])[0] in SECRETS.values():
                return 200, {
                    "access_token": self.server.mint(),
                    "token_type": "Bearer",
                    "expires_in": 900,
                    "refresh_token": self.server.mint(),
                }
            return 401, {"error": "invalid_client", "error_description": str(form)}
        bearer = str(self.headers.get("Authorization")).removeprefix("Bearer ")
        if bearer not in self.server.minted:
            return 401, {}
        if self.command == "POST":
            secret = self.server.mint()
            return 200, {"clientId": "made-1", "clientSecret": secret}
        return 200, {
            "companyName": "Acme",
            "availablePaymentProcessors": [{"type": "Tsys"}],
            "items": [{"endpointUrl": "https://hooks.acme.example/", "hmacSecret": self.server.mint()}],
            "apiKeys": [{"clientId": "made-1", "apiKeyName": bearer}],
        }


PROBE = """
import os, sys
from typing import ClassVar
from readiness.api import Evidence
from readiness.probe import Probe
from readiness.secret import Secret

SECRET = os.environ["CANARY_SANDBOX"]
print("import", SECRET)
print("import", SECRET, file=sys.stderr)

class Tide(Evidence):
    kind: ClassVar[str] = "tide"
    said: str = ""

class TideProbe(Probe):
    evidence = Tide
    per_environment = False
    def plan(self, config, environment):
        print("plan", SECRET)
        return []
    async def gather(self, context):
        import asyncio, logging, threading, warnings
        print("gather", SECRET, flush=True)
        print("gather", SECRET, file=sys.stderr, flush=True)
        context.progress(f"progress {SECRET}")
        logging.getLogger("plugin").error("log %s", SECRET)
        warnings.warn(f"warning {SECRET}")
        async def lost():
            raise RuntimeError(f"lost {SECRET}")
        asyncio.ensure_future(lost())
        await asyncio.sleep(0)
        GATHER
"""
RULE = '''
import os, sys
from readiness.api import Kind, Severity, Verdict, check
from ..probes import Tide

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.LIVE, needs=[], optional=[Tide])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    SECRET = os.environ["CANARY_SANDBOX"]
    print("judge", SECRET)
    print("judge", SECRET, file=sys.stderr)
    JUDGE
'''


class Stage:
    """A config against the echo, in a folder of its own."""

    def __init__(self, folder: Path, echo: Echo) -> None:
        self.folder, self.echo = folder, echo
        (folder / "src").mkdir()
        (folder / "src" / "leak.py").write_text(f'SECRET = "{SECRETS["CANARY_LIVE"]}"\n')
        self._plug()
        environments = {name: self._environment(name) for name in CLIENTS}
        environments["sandbox"]["partner"] = {
            "client_id": "client-partner-1",
            "client_secret": {"env": "CANARY_PARTNER"},
            "merchant_id": "merchant-1",
        }
        environments["sandbox"]["retired_keys"] = [
            {"client_id": "client-old-1", "client_secret": {"env": "CANARY_RETIRED"}}
        ]
        environments["production"]["client_secret"] = SECRETS["CANARY_LIVE"]  # literal: loaded, masked and reported
        config = {
            "version": 1,
            "integration": {"name": "Canary", "kind": "merchant"},
            "environments": environments,
            "sources": [{"path": "src", "history": False}],
            "permissions": ["sandbox-writes", "production-secret-to-sandbox"],
            "policy": {"drill_watch": "1s"},
            "plugins": ["ops"],
        }
        (folder / "readiness.yaml").write_text(json.dumps(config), encoding="utf-8")

    def _environment(self, name: str) -> dict[str, Any]:
        return {
            "api_url": self.echo.url,
            "oauth_url": f"{self.echo.url}/oauth2/token",
            "client_id": CLIENTS[name],
            "client_secret": {"env": "CANARY_SANDBOX"},
            "webhook_secret": {"env": "CANARY_WEBHOOK"},
        }

    def _plug(self, gather: str = "return Tide(said=f'said {SECRET}')", judge: str = "raise KeyError(SECRET)") -> None:
        (self.folder / "ops" / "acme").mkdir(parents=True, exist_ok=True)
        (self.folder / "ops" / "probes.py").write_text(PROBE.replace("GATHER", gather))
        (self.folder / "ops" / "acme" / "rule.py").write_text(RULE.replace("JUDGE", judge))

    def plug(self, *, gather: str | None = None, judge: str | None = None) -> None:
        given = {"gather": gather, "judge": judge}
        self._plug(**{name: text for name, text in given.items() if text is not None})

    def call(self, *arguments: str) -> tuple[int, bytes]:
        """Run the command; gives its exit code, and all that it wrote to its streams. Watches the process list."""
        process = subprocess.Popen(
            [sys.executable, "-m", "readiness", *arguments],
            cwd=self.folder,
            env={**os.environ, **SECRETS, "XDG_STATE_HOME": str(self.folder / "state"), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        seen: set[bytes] = set()
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.005):
                seen.update(command_lines(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        out, err = process.communicate(timeout=120)
        ended.set()
        watcher.join()
        assert seen, "the process list was looked at"
        self.assert_clean(b"\n".join(seen), "the process list")
        return process.returncode, out + err

    def assert_clean(self, data: bytes, where: str) -> None:
        minted = {f"minted {number}": value for number, value in enumerate(self.echo.minted)}
        for name, value in {**SECRETS, **minted}.items():
            for form in forms(value):
                at = data.find(form)
                assert at < 0, f"{name} stands in {where}: {data[max(0, at - 60) : at]!r}"
        for card in (CARD, f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}"):
            assert card.encode() not in data, f"a card number stands in {where}"

    def written(self) -> Iterator[Path]:
        """Every file that a command may have written."""
        ours = {"leak.py", "probes.py", "rule.py", "readiness.yaml"}
        return (path for path in self.folder.rglob("*") if path.is_file() and path.name not in ours)

    def assert_nothing_leaked(self, output: bytes, *arguments: str) -> None:
        self.assert_clean(output, f"the output of {' '.join(arguments)}")
        for path in self.written():
            self.assert_clean(path.read_bytes(), path.name)


def command_lines(session: int) -> Iterator[bytes]:
    """The command lines of all processes of a session."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == session:
                    yield (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Echo() as echo:
        yield Stage(tmp_path, echo)


OUTPUTS = [word for kind in FORMATS for word in ("-o", f"{kind}=report.{kind}")]


def test_the_forms_find_what_is_planted() -> None:
    for value in SECRETS.values():
        planted = base64.b64encode(f"client:{value}:more".encode()) + json.dumps({"a": value}).encode()
        assert sum(form in planted for form in forms(value)) >= 2, value


def test_a_run_in_every_format_and_all_that_follows_it(stage: Stage) -> None:
    code, output = stage.call("run", "readiness.yaml", "-v", *OUTPUTS, "--save-evidence", "evidence.json")
    assert code == 1, output.decode()
    stage.assert_nothing_leaked(output, "run")
    assert len(stage.echo.minted) > 5
    result = json.loads((stage.folder / "report.json").read_text())
    rows = {(row["id"], row["environment"]): row for row in result["results"]}
    assert rows["acme/rule", None]["because"] == "crashed"
    assert rows["key-storage/secret-is-a-reference", "production"]["status"] == "failed"
    assert rows["token-refresh/bad-secret-refused", "sandbox"]["status"] == "failed", "the echo is seen"
    evidence = (stage.folder / "evidence.json").read_text()
    assert "[redacted: sandbox client_secret]" in evidence
    for kind in FORMATS:
        code, output = stage.call("judge", "evidence.json", "--plugin", "ops", "-v", "-o", f"{kind}=-")
        assert code == 1
        stage.assert_nothing_leaked(output, "judge", kind)
        code, output = stage.call("report", "report.json", "-v", "-o", f"{kind}=-")
        assert code == 1
        stage.assert_nothing_leaked(output, "report", kind)


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "readiness.yaml"],
        ["drill", "readiness.yaml", "-v", "--allow", "sandbox-writes", "--save-evidence", "e.json"],
        ["cleanup"],
        ["checks", "--plugin", "ops"],
        ["explain", "acme/rule", "--plugin", "ops"],
        ["doctor"],
        ["init", "--output", "new.yaml"],
        ["schema", "result"],
        ["run", "readiness.yaml", "--only", "acme", "-q"],
        ["run", "readiness.yaml", "--only", "token-refresh", "-v", "-o", "json=-"],
    ],
    ids=" ".join,
)
def test_every_other_command(arguments: list[str], stage: Stage) -> None:
    code, output = stage.call(*arguments)
    assert code in {0, 1, 3}, output.decode()
    stage.assert_nothing_leaked(output, *arguments)


@pytest.mark.parametrize(
    "gather",
    [
        "raise RuntimeError(SECRET)",
        "raise TimeoutError(SECRET)",
        "from readiness.errors import UsageError; raise UsageError(f'no {SECRET}', SECRET)",
        "from readiness.api import Missing, Because; return Missing(because=Because.CRASHED, detail=SECRET)",
        "raise SystemExit(SECRET)",
        "raise ExceptionGroup(SECRET, [ValueError(SECRET)])",
        "return SECRET",
    ],
)
def test_a_probe_that_breaks_with_a_secret_in_hand(gather: str, stage: Stage) -> None:
    stage.plug(gather=gather)
    code, output = stage.call("run", "readiness.yaml", "--only", "acme", "-v", *OUTPUTS, "--save-evidence", "e.json")
    assert code == 3, output.decode()
    stage.assert_nothing_leaked(output, gather)
    assert b"Traceback" not in output


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        ("raise RuntimeError(SECRET)", 3),
        ("sys.exit(SECRET)", 3),
        ("return SECRET", 3),
        ("return Verdict.failed(SECRET)", 70),
        ("return Verdict.failed('x' + SECRET[:-1] + SECRET[-1])", 70),
        ("import base64; return Verdict.passed(base64.b64encode(SECRET.encode()).decode())", 70),
        ("from urllib.parse import quote; return Verdict.passed(quote(SECRET, safe=''))", 70),
    ],
)
def test_a_check_with_a_secret_in_hand(judge: str, expected: int, stage: Stage) -> None:
    stage.plug(judge=judge)
    code, output = stage.call("run", "readiness.yaml", "--only", "acme", "-v", *OUTPUTS, "--save-evidence", "e.json")
    assert code == expected, output.decode()
    stage.assert_nothing_leaked(output, judge)
    assert b"Traceback" not in output
    assert (stage.folder / "report.json").exists() == (expected != 70), "what leaks is withheld whole"
    assert (stage.folder / "e.json").exists() == (expected != 70)


def test_a_plugin_that_breaks_when_it_is_imported(stage: Stage) -> None:
    (stage.folder / "ops" / "acme" / "rule.py").write_text(
        "import os\nraise RuntimeError(os.environ['CANARY_SANDBOX'])\n"
    )
    for arguments in (
        ["run", "readiness.yaml", "--only", "token-refresh", "-v", *OUTPUTS, "--save-evidence", "e.json"],
        ["plan", "readiness.yaml"],
        ["checks", "--plugin", "ops"],
        ["explain", "token-refresh/token-issued", "--plugin", "ops"],
        ["judge", "e.json", "--plugin", "ops", "-o", "md=-"],
    ):
        _, output = stage.call(*arguments)
        stage.assert_nothing_leaked(output, *arguments)
        assert b"Traceback" not in output


def test_a_config_that_is_wrong_repeats_no_secret(stage: Stage) -> None:
    path = stage.folder / "readiness.yaml"
    path.write_text(path.read_text().replace('"client_secret": "', '"client_secrett": "'))
    code, output = stage.call("run", "readiness.yaml")
    assert code == 2
    stage.assert_nothing_leaked(output, "run")
