"""The token endpoint: client credentials and refresh (RFC 6749 sections 4.4 and 6) with OpenIddict's errors."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import parse_qsl, unquote_plus

from readiness.emulator.core.errors import BareError, OAuthError
from readiness.emulator.core.keys import ApiKey, KeyStore
from readiness.emulator.core.messages import Request, Response, encode
from readiness.emulator.core.tokens import TokenStore
from readiness.emulator.settings import Settings

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
_HEADERS = (
    (b"content-type", b"application/json;charset=UTF-8"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
)


class TokenEndpoint:
    """Mints tokens for the keys of one environment."""

    def __init__(self, keys: KeyStore, tokens: TokenStore) -> None:
        self._keys = keys
        self._tokens = tokens

    def handle(self, request: Request, settings: Settings, now: float) -> Response:
        """Answer one token request. Raises OAuthError, or BareError(404) for another path."""
        if request.path != TOKEN_PATH:
            raise BareError(404)
        form = _form(request)
        grant = form.get("grant_type")
        if not grant:
            raise _missing("grant_type", "ID2029")
        if grant not in {"client_credentials", "refresh_token"}:
            raise OAuthError(400, "unsupported_grant_type", "The specified 'grant_type' is not supported.", "ID2032")
        key = self._authenticated(request, form, now)
        scope = form.get("scope", "")
        if grant == "refresh_token":
            self._redeem(form, key, now)
        elif scope not in {"", "offline_access"}:
            raise OAuthError(400, "invalid_scope", "The specified 'scope' is invalid.", "ID2052")
        return self._success(key, scope, settings, now, refreshed=grant == "refresh_token")

    def _authenticated(self, request: Request, form: dict[str, str], now: float) -> ApiKey:
        client_id, client_secret = credentials(request, form)
        key = self._keys.authenticate(client_id, client_secret, now)
        if key is None:
            raise OAuthError(401, "invalid_client", "The specified client credentials are invalid.", "ID2055")
        return key

    def _redeem(self, form: dict[str, str], key: ApiKey, now: float) -> None:
        value = form.get("refresh_token")
        if not value:
            raise _missing("refresh_token", "ID2029")
        token = self._tokens.redeem(value, now)
        if token is None or token.key is not key:
            raise OAuthError(400, "invalid_grant", "The specified refresh token is invalid.", "ID2003")

    def _success(self, key: ApiKey, scope: str, settings: Settings, now: float, *, refreshed: bool) -> Response:
        token = self._tokens.issue(key, now, settings.token_ttl)
        body: dict[str, str | int] = {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": settings.token_ttl,
        }
        if scope:
            body["scope"] = scope
        wanted = settings.refresh_tokens == "always" or (
            settings.refresh_tokens == "with_scope" and (scope == "offline_access" or refreshed)
        )
        if wanted:
            body["refresh_token"] = self._tokens.issue_refresh(key, now).value
        return Response(200, encode(body), _HEADERS)


def _form(request: Request) -> dict[str, str]:
    if request.method != "POST":
        raise OAuthError(400, "invalid_request", "The specified HTTP method is not valid.", "ID2084")
    content_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise OAuthError(400, "invalid_request", "The specified 'Content-Type' header is not valid.", "ID2082")
    try:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=bool(request.body))
    except ValueError:
        raise OAuthError(400, "invalid_request", "The request body is malformed.", "ID2081") from None
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form:
            raise OAuthError(400, "invalid_request", f"The parameter '{name}' is repeated.", "ID2081")
        form[name] = value
    return form


def credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Client id and secret from HTTP Basic or from the body, not from both. Raises OAuthError."""
    basic = _basic(request.header(b"authorization"))
    if basic is not None:
        if "client_secret" in form:
            raise OAuthError(400, "invalid_request", "Multiple client credentials cannot be specified.", "ID2087")
        return basic
    client_id = form.get("client_id")
    if not client_id:
        raise _missing("client_id", "ID2029")
    return client_id, form.get("client_secret", "")


def _basic(header: str | None) -> tuple[str, str] | None:
    if header is None or header[:6].lower() != "basic ":
        return None
    try:
        text = base64.b64decode(header[6:].strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise OAuthError(400, "invalid_request", "The specified client credentials are malformed.", "ID2055") from None
    client_id, _, client_secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(client_secret)


def _missing(name: str, documentation_id: str) -> OAuthError:
    return OAuthError(400, "invalid_request", f"The mandatory '{name}' parameter is missing.", documentation_id)


def claimed_client_id(request: Request) -> str | None:
    """The client id a token request names, right or wrong; None if it names none."""
    form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    try:
        return credentials(request, form)[0]
    except OAuthError:
        return form.get("client_id")
