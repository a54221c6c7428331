"""A webhook receiver on loopback that keeps what it gets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Receiver:
    """Answers every POST with `status`."""

    def __init__(self, status: int = 200, context: ssl.SSLContext | None = None) -> None:
        self.status = status
        self.received: list[tuple[dict[str, str], bytes]] = []
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        with self._arrived:
            self.received.append((headers, body))
            self._arrived.notify_all()

    def wait(self, count: int = 1) -> list[tuple[dict[str, str], bytes]]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received) >= count, timeout=10)
        return self.received


def verifies(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """The receiver's own check, written from the documentation and not from the emulator."""
    message = headers["flute-webhook-id"].encode() + b"." + headers["flute-webhook-timestamp"].encode() + b"." + body
    digest = base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()
    return hmac.compare_digest(headers["flute-webhook-signature"], f"v1,{digest}")
