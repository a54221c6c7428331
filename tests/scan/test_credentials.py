from __future__ import annotations

import base64
import json
import sysconfig
import time
from itertools import islice
from pathlib import Path

import pytest

from readiness.scan.credentials import LOG_PATTERNS, PATTERNS, VENDOR
from readiness.scan.patterns import Found
from tests.scan.planting import found_in

UUID = "3f0c9a1e-7b2d-4c68-9e15-0d8f6a4b7c21"
HEX = "9c1f6b0d7e2a45838b6de1f0c4a792539c1f6b0d7e2a45838b6de1f0c4a79ab3"
BASE62 = "kR7vQ2mZ9xT4bN8cW3jL6pY1"
LIVE = "sk_" + "live_4fKq8ZtLm3xWvB6nR5yT2h"


def jwt(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.kR7vQ2mZ9xT4bN8cW3jL6pY1dF5gH0aSqE"


JWT = jwt(sub="m-1", exp=1790000000, iss="oauth.api.flute.com")


def basic(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()


def credentials_in(data: bytes, *, vendor: bool) -> list[Found]:
    every = found_in([pattern for pattern in PATTERNS if pattern is not VENDOR], data)
    return [one for one in every if vendor or not one.needs_vendor]


def talks_of_vendor(data: bytes) -> bool:
    return any(True for _ in found_in([VENDOR], data))


def found(text: str, *, vendor: bool = True) -> list[tuple[str, str]]:
    data = text.encode()
    return [(one.what, data[one.start : one.end].decode()) for one in credentials_in(data, vendor=vendor)]


@pytest.mark.parametrize("value", [UUID, HEX, BASE62, LIVE.replace("_", "-")])
@pytest.mark.parametrize(
    "line",
    [
        'client_secret = "{}"',
        "const clientSecret = '{}';",
        "AURORA_CLIENT_SECRET={}",
        "export FLUTE_CLIENT_SECRET='{}'",
        '"clientSecret": "{}",',
        "  client-secret: {}",
        "hmacSecret: `{}`,",
        "webhook_secret => '{}',",
        'WEBHOOK_SIGNING_SECRET: "{}"',
        "aurora.production.secret={}",
        "<ClientSecret>{}</ClientSecret>",
        "define('AURORA_CLIENT_SECRET', '{}');",
        "curl -d client_id=x -d client_secret={}&grant_type=y",
        'ENV AURORA_SECRET_KEY="{}"',
        "flute login --client-secret {}",
        'os.environ["AURORA_CLIENT_SECRET"] = "{}"',
        'client_secret: str = field(b"{}")  # client_secret="{}"',
    ],
)
def test_assigned_secrets_are_found(line: str, value: str) -> None:
    text = line.replace("{}", value)
    assert ("client or webhook secret", value) in found(text)
    assert found(text, vendor=False) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"Authorization: Bearer {JWT}", "bearer token"),
        (f"headers['Authorization'] = 'Bearer {HEX}'", "bearer token"),
        (f'"access_token": "{JWT}"', "token"),
        (f"refreshToken = '{HEX}'", "token"),
        (f"Authorization: Basic {basic(UUID + ':' + BASE62)}", "client id and secret"),
        (f"-H 'authorization: basic {basic(UUID + ':' + HEX).rstrip('=')}'", "client id and secret"),
        (f"key = {LIVE}", "`sk_live_` key"),
    ],
)
def test_tokens_headers_and_keys_are_found(text: str, what: str) -> None:
    assert [kind for kind, _ in found(text)] == [what]


@pytest.mark.parametrize(
    "text",
    [
        f'10:00 INFO "POST /v2 Authorization: Bearer {JWT}"',
        json.dumps({"body": json.dumps({"access_token": JWT})}),
        json.dumps({"log": json.dumps({"body": json.dumps({"refreshToken": HEX})})}),
        f"GET /?access_token={HEX}&x=1",
    ],
)
def test_logs_need_no_context(text: str) -> None:
    assert [one.needs_vendor for one in found_in(LOG_PATTERNS, text.encode())] == [False]


@pytest.mark.parametrize("text", [f"Basic {basic(UUID + ':' + BASE62)}", LIVE])
def test_what_speaks_for_itself_needs_no_context(text: str) -> None:
    assert found(text, vendor=False)


@pytest.mark.parametrize(
    "value",
    [
        "changeme-changeme-changeme",
        "your-client-secret-goes-here",
        "YOUR_AURORA_CLIENT_SECRET_1",
        "<your secret of 32 digits 01>",
        "${AURORA_CLIENT_SECRET_V2}",
        "{{ aurora_client_secret_1 }}",
        "%(client_secret_2)s-and-more",
        "$AURORA_CLIENT_SECRET_NUMBER_1",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxx1",
        "********************************",
        "00000000-0000-0000-0000-000000000000",
        "11111111-1111-1111-1111-111111111111",
        "12345678-1234-1234-1234-123456789012",
        "123e4567-e89b-12d3-a456-426614174000",
        "550e8400-e29b-41d4-a716-446655440000",
        "0123456789abcdef0123456789abcdef",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "abababababababababababababababab1",
        "test_secret_0123456789_abc_def",
        "wrong-9c1f6b0d7e2a45838b6de1f0",
        "process.env.AURORA_SECRET_PROD_2",
        "https://vault.acme.io/v1/kv/aurora7",
        "./run/secrets/aurora_webhook_2",
        "projects/acme/secrets/aurora/versions/3",
        "settings.aurora.clientSecretValue",
        "getClientSecretFromVaultVersion2",
        "the-quick-brown-fox-jumps-over-1",
        "averylongidentifierwithoutanything",
        "short1A",
    ],
)
@pytest.mark.parametrize("line", ['client_secret = "{}"', "AURORA_CLIENT_SECRET={}", "Authorization: Bearer {}"])
def test_placeholders_and_code_are_not(line: str, value: str) -> None:
    assert found(line.replace("{}", value)) == []


@pytest.mark.parametrize(
    "text",
    [
        "client_secret = settings.aurora.client2_secret_value",
        "clientSecret: config.credentials.getAurora2ClientSecret,",
        "client_secret = load_secret_from_aurora_vault_2(name)",
        f"order_id = '{UUID}'",
        f"sha256:{HEX}",
        f'"integrity": "sha512-{HEX}=="',
        f"secrets_checksum = '{HEX}'",
        f"password = '{BASE62}'",
        f"client_id = '{UUID}'",
        f"Basic {basic('user:' + BASE62)}",
        f"Basic {basic(UUID + ':changeme-changeme-changeme')}",
        f"Basic training since {HEX}",
        f"STRIPE_KEY={LIVE}",
        "sk_" + "live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "Bearer of bad news about abcdefghijklmnopqrstuvwxyz and other things",
        f"Bearer {base64.b64encode(b'{}').decode()}.e30.e30",
        "var a=function(e){return e.clientSecret=t.clientSecret,e.accessToken=r(9),e}",
    ],
)
def test_neighbours_of_credentials_are_not(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://api.flute.com/v2",
        "https://sandbox.api.flute.com",
        "AURORA_CLIENT_ID",
        "@getflute/sdk",
        "import flute_sdk",
        "developer.risewithaurora.com",
        "new AuroraClient()",
        "auroraSandboxUrl",
    ],
)
def test_the_vendor_is_recognised(text: str) -> None:
    assert talks_of_vendor(text.encode())


@pytest.mark.parametrize("text", ["a flute and a violin", "aurora borealis", "aurora-mysql", "summarise clients", ""])
def test_others_are_not_the_vendor(text: str) -> None:
    assert not talks_of_vendor(text.encode())


def test_thousands_of_public_files_raise_no_alarm() -> None:
    """As if each of them talked of the vendor: names of secrets, minified code, hashes, certificates, fixtures."""
    library = Path(sysconfig.get_paths()["purelib"])
    files = (
        path
        for path in sorted(library.rglob("*"))
        if path.suffix in {".py", ".js", ".json", ".txt", ".pem", ".md", ".yaml", ".html", ""} and path.is_file()
    )
    began = time.process_time()
    texts = [path.read_bytes()[:200_000] for path in islice(files, 0, None, 4)][:3000]
    alarms = [one.form for text in texts for one in credentials_in(text, vendor=True)]
    assert len(texts) > 2000
    assert alarms == []
    assert time.process_time() - began < 30


def test_hostile_text_takes_linear_time() -> None:
    began = time.process_time()
    for unit in (
        b"secret=",
        b"secret:'",
        b"a-",
        b"aurora",
        b"Bearer ",
        b"Basic A",
        b"eyJ.",
        b"sk_live_a",
        b"client_secret",
    ):
        list(credentials_in(unit * (300_000 // len(unit)), vendor=True))
        list(credentials_in(b"client_secret='" + unit * 2000 + b"'", vendor=True))
    assert time.process_time() - began < 10
