"""Canaries, the forms in which they would leak, and a server on loopback that repeats everything that it gets."""

from __future__ import annotations

import base64
import html
import json
import os
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

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
