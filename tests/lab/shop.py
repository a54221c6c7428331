"""A small integration in good order, and with one fault where the environment variable FAULT names one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

FAULT = os.environ.get("FAULT", "")
API, OAUTH = os.environ["AURORA_API_URL"], os.environ["AURORA_OAUTH_URL"]
KEY = {"client_id": os.environ["AURORA_CLIENT_ID"], "client_secret": os.environ["AURORA_CLIENT_SECRET"]}
WEBHOOK_SECRET = os.environ["AURORA_WEBHOOK_SECRET"]
MARGIN = 1.0
RETRIES = 2
http = httpx.Client(timeout=30 if FAULT == "times-out" else 2.0, follow_redirects=FAULT == "redirect")
lock = threading.Lock()
state: dict[str, Any] = {"token": "", "until": 0.0, "processor": None, "effects": 0, "alarms": []}
seen: set[str] = set()


class FailedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def alarm(text: str) -> None:
    if FAULT != "alarm":
        say(f"ALARM {text}")
        state["alarms"].append(text)


def mint() -> None:
    form = {"grant_type": "client_credentials", **KEY}
    for attempt in range(RETRIES + 1):
        try:
            answer = http.post(OAUTH, data=form)
        except httpx.TransportError:
            raise FailedError(503, "Please try again later.") from None
        if answer.status_code != 503:
            break
        if attempt < RETRIES:
            time.sleep(0.2 * 2**attempt)
    if answer.status_code == 401:
        alarm("the Aurora key was refused")
    if answer.status_code != 200:
        raise FailedError(503, "Please try again later.")
    state["token"] = answer.json()["access_token"]
    state["until"] = time.monotonic() + answer.json()["expires_in"] - MARGIN
    if FAULT == "never-expires":
        state["until"] = time.monotonic() + 10_000


def token(refused: str = "") -> str:
    if FAULT == "single-flight":
        if time.monotonic() >= state["until"] or (refused and state["token"] == refused):
            mint()
        return str(state["token"])
    with lock:
        if time.monotonic() >= state["until"] or (refused and state["token"] == refused):
            mint()
        return str(state["token"])


def send(method: str, path: str, body: Any = None) -> Any:
    key, used = str(uuid.uuid4()), token()
    renewed = False
    attempt = 0
    while True:
        headers = {"Authorization": f"Bearer {used}"}
        if method != "GET" and FAULT != "no-key":
            headers["Idempotency-Key"] = str(uuid.uuid4()) if FAULT == "new-key" else key
        try:
            answer = http.request(method, API + path, json=body, headers=headers)
        except httpx.TransportError as error:
            if attempt >= RETRIES or isinstance(error, httpx.TimeoutException):
                raise FailedError(503, "Please try again later.") from None
            answer = None
        if answer is not None and answer.status_code == 401 and (not renewed or FAULT == "401-loop"):
            if FAULT == "no-recovery":
                raise FailedError(502, "Please try again later.")
            renewed, used = True, token(refused=used)
            continue
        if answer is not None and answer.status_code not in {429, 502, 503, 504}:
            break
        if attempt >= RETRIES:
            raise FailedError(503, "Please try again later.")
        wait = 0.2 * 2**attempt
        if answer is not None and answer.status_code == 429 and FAULT != "retry-after":
            wait = max(wait, float(answer.headers.get("Retry-After", "0")))
        time.sleep(0.01 if FAULT == "no-backoff" else wait)
        attempt += 1
    if answer.status_code != 200:
        detail = answer.text if FAULT == "raw-errors" else "Please try again later."
        raise FailedError(502, detail)
    try:
        return answer.json()
    except ValueError:
        if FAULT == "odd":
            raise
        raise FailedError(502, "Please try again later.") from None


def pay(order: dict[str, Any]) -> dict[str, Any]:
    if FAULT == "logs-card":
        say(f"charging {order}")
    if FAULT == "logs-token":
        say(f"using {state['token']}")
    if state["processor"] is None:
        offered = send("GET", "/v2/settings/payment-config")["availablePaymentProcessors"]
        state["processor"] = next(each["paymentProcessorId"] for each in offered if each["type"] == "SandboxCard")
    details = {"cardNumber": order["card"], "securityCode": order["cvv"], "expirationMonth": 12, "expirationYear": 2031}
    amount = float(order["amount"]) * (100 if FAULT == "cents" else 1)
    sale = {
        "baseAmount": round(amount, 2),
        "paymentProcessorId": state["processor"],
        "referenceId": str(uuid.uuid4()),
        "transactionDetails": {"cardData": {"paymentMethodDetails": details}},
    }
    made = send("POST", "/v2/transactions", sale)
    if made.get("transactionStatus") != "Captured" and FAULT != "declines":
        raise FailedError(402, "The card was declined.")
    return {"paid": True, "id": made["transactionId"]}


def genuine(headers: Any, body: bytes) -> bool:
    stamp = headers.get("Flute-Webhook-Timestamp", "")
    if not stamp.isdigit() or (abs(time.time() - int(stamp)) > 300 and FAULT != "replay"):
        return False
    if FAULT == "reserialised":
        body = json.dumps(json.loads(body), separators=(",", ":")).encode()
    message = f"{headers.get('Flute-Webhook-ID', '')}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(WEBHOOK_SECRET.encode(), message, hashlib.sha256).digest()).decode()
    return FAULT == "unsigned" or hmac.compare_digest(expected, headers.get("Flute-Webhook-Signature", ""))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/transactions":
            self.guarded(lambda: send("GET", "/v2/transactions")["items"])
        else:
            found = {"/healthz": {}, "/effects": {"count": state["effects"]}, "/alarms": {"alarms": state["alarms"]}}
            self.answer(200, found[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/pay":
            self.guarded(lambda: pay(json.loads(body)))
        elif self.path == "/rekey":
            if FAULT != "rekey":
                KEY.update(json.loads(body))
                state["until"] = 0.0
            self.answer(200, {})
        elif not genuine(self.headers, body):
            self.answer(401, {})
        else:
            event = json.loads(body)["id"]
            if event not in seen or FAULT == "duplicates":
                seen.add(event)
                state["effects"] += 1
            self.answer(200, {})

    def guarded(self, work: Any) -> None:
        try:
            self.answer(200, work())
        except FailedError as failed:
            self.answer(failed.status, {"paid": False, "message": str(failed)})

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
