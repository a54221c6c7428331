"""authlib's OAuth client, made fit for many threads and for bad days."""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

TIMEOUT = 2.0
"""Seconds."""
RETRIES: dict[str, Any] = {
    "total": 2,
    "backoff_factor": 0.2,
    "status_forcelist": (429, 502, 503, 504),
    "allowed_methods": None,  # any; what changes something carries an idempotency key
    "raise_on_status": False,
}
MARGIN = 60.0
"""Seconds before its end at which a token is renewed, but at most half of its lifetime."""


class AuroraSession(OAuth2Session):
    """Adds our token to each request, and gets another one in time."""

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        super().__init__(
            client_id,
            client_secret,
            token_endpoint=token_url,
            token_endpoint_auth_method="client_secret_post",
            grant_type="client_credentials",
            default_timeout=TIMEOUT,
        )
        self.max_redirects = 0  # what stands in a request is for Aurora only
        self.lock = threading.Lock()
        self.failure: Exception | None = None
        self.failed_at = 0.0
        self.mount("https://", HTTPAdapter(max_retries=Retry(**RETRIES), pool_maxsize=40))
        self.mount("http://", HTTPAdapter(max_retries=Retry(**RETRIES), pool_maxsize=40))

    def ensure_active_token(self, _: Any = None) -> bool:
        """Renew the token in time; threads that come meanwhile share what becomes of it.

        Raises OAuthError if our key is refused, requests.RequestException, or what a strange answer leads to.
        """
        asked = time.monotonic()
        with self.lock:
            if self.token and not self.token.is_expired(leeway=self.leeway):
                return True
            if self.failure is not None and self.failed_at >= asked:
                raise self.failure
            try:
                granted = self.fetch_token()
                self.leeway = min(MARGIN, granted["expires_in"] / 2)
            except Exception as error:
                self.failure, self.failed_at = error, time.monotonic()
                raise
            return True

    def forget(self, answer: requests.Response) -> None:
        """The token of that answer's request was refused; a newer one may be there already."""
        with self.lock:
            if self.token and answer.request.headers.get("Authorization") == f"Bearer {self.token['access_token']}":
                self.token["expires_at"] = 1

    def rekey(self, client_id: str, client_secret: str) -> None:
        """Use another key from now on."""
        with self.lock:
            self.client_id, self.client_secret = client_id, client_secret
            self.token = None
