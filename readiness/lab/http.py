"""The one HTTP client of the lab: it talks to the application, on this machine, as its users would."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from pydantic import JsonValue

from readiness.config.application import HttpRequest, filled
from readiness.hosts import is_loopback
from readiness.lab.process import LabError

LONGEST_ANSWER = 200_000
"""Bytes of an answer that are read."""


class Answer:
    """What came back; `trouble` says why nothing did."""

    def __init__(self, status: int | None, body: bytes = b"", trouble: str | None = None) -> None:
        self.status = status
        self.body = body
        self.trouble = trouble

    @property
    def text(self) -> str:
        """The body, whatever its encoding."""
        return self.body.decode("utf-8", "replace")


class AppClient:
    """Sends requests to the application. Redirects are not followed; each request has a connection of its own."""

    def __init__(self) -> None:
        # An application's own certificate for this machine is its own matter.
        self._client = httpx.AsyncClient(
            verify=False,  # noqa: S501 - loopback only, see `send`
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - callers bound the whole exchange
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def request(self, wanted: HttpRequest, values: dict[str, str]) -> Answer:
        """Send a request of the config with its placeholders filled in."""
        headers = {name: filled(text, values) for name, text in wanted.headers.items()}
        json_body = _filled(wanted.json_body, values)
        form = None if wanted.form is None else {name: filled(text, values) for name, text in wanted.form.items()}
        request = self._client.build_request(
            wanted.method, filled(wanted.url, values), headers=headers, json=json_body, data=form
        )
        return await self._send(request)

    async def post(self, url: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Send a body as it is."""
        return await self._send(self._client.build_request("POST", url, headers=headers, content=body))

    async def _send(self, request: httpx.Request) -> Answer:
        """Never raises for what the application does. Raises LabError if the address is not on this machine."""
        host = urlsplit(str(request.url)).hostname or ""
        if not is_loopback(host):
            raise LabError(f"The lab talks to the application on this machine only, not to `{host}`.")
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = b""
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > LONGEST_ANSWER:
                        break
            finally:
                await response.aclose()
        except httpx.ConnectError:
            return Answer(None, trouble="the application does not accept connections")
        except httpx.HTTPError as error:
            return Answer(None, trouble=f"the application broke off without a whole answer ({type(error).__name__})")
        return Answer(response.status_code, body)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def _filled(value: JsonValue, values: dict[str, str]) -> JsonValue:
    """JSON with its texts filled in."""
    if isinstance(value, str) and value in {"{dollars}", "{cents}"}:
        text = filled(value, values)
        return int(text) if value == "{cents}" else float(text)
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    return value
