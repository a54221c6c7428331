from __future__ import annotations

import json
import socket
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from readiness.errors import SecretUnavailable
from readiness.secret import StoreContext
from readiness.secret.stores import store_named
from tests.secret.stores.conftest import CANARY, Refusal

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Moto's own server, on loopback, with some secrets in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moto.server import ThreadedMotoServer
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.session.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION).client(
        "secretsmanager", endpoint_url=url
    )
    contents: dict[str, Any] = {
        "aurora/plain": CANARY,
        "aurora/object": json.dumps({"client_secret": CANARY, "number": 5}),
        "aurora/list": json.dumps([CANARY]),
        "aurora/gone": CANARY,
    }
    for name, text in contents.items():
        client.create_secret(Name=name, SecretString=text)
    client.create_secret(Name="aurora/bytes", SecretBinary=CANARY.encode())
    client.delete_secret(SecretId="aurora/gone", RecoveryWindowInDays=7)
    client.close()
    yield url
    server.stop()


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("aws")
def test_reads_a_text_or_a_field(context: StoreContext) -> None:
    store = store_named("aws")
    assert store.read({"name": "aurora/plain"}, context) == CANARY
    assert store.read({"name": "aurora/object", "field": "client_secret", "region": REGION}, context) == CANARY
    assert store.describe({"name": "aurora/object", "field": "x"}) == "aws aurora/object, field x"
    assert store.manager


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"name": "aurora/none"}, "has no such secret"),
        ({"name": "aurora/plain", "region": "eu-west-1"}, "has no such secret"),
        ({"name": "aurora/object", "field": "other"}, "has no such field in this secret"),
        ({"name": "aurora/object", "field": "number"}, "holds no text in this field"),
        ({"name": "aurora/plain", "field": "x"}, "holds no JSON object to take a field from"),
        ({"name": "aurora/list", "field": "x"}, "holds no JSON object to take a field from"),
        ({"name": "aurora/bytes"}, "holds bytes, not text"),
        (
            {"name": "aurora/gone"},
            "does not give it out: it is marked for deletion, or has no current version",
        ),
    ],
)
@pytest.mark.usefixtures("aws")
def test_says_why_there_is_no_value(spec: dict[str, str], reason: str, refusal: Refusal) -> None:
    assert refusal("aws", spec) == f"AWS Secrets Manager {reason}: {store_named('aws').describe(spec)}"


@pytest.mark.usefixtures("aws")
def test_needs_region_credentials_and_a_safe_endpoint(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {"name": "aurora/plain"}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://aws.acme.example")
    assert refusal("aws", spec) == "the endpoint of AWS Secrets Manager is not an https address"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert refusal("aws", spec).startswith("AWS Secrets Manager cannot be reached")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert refusal("aws", spec).startswith("AWS Secrets Manager needs credentials, and none are configured")
    monkeypatch.delenv("AWS_REGION")
    assert refusal("aws", spec).startswith("AWS Secrets Manager needs a region")


@pytest.mark.usefixtures("aws")
def test_does_not_wait_for_ever(context: StoreContext, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        context.timeout = 0.2
        with pytest.raises(SecretUnavailable, match="did not answer in time"):
            store_named("aws").read({"name": "aurora/plain"}, context)


def test_names_the_missing_extra(monkeypatch: pytest.MonkeyPatch, context: StoreContext) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SecretUnavailable) as caught:
        store_named("aws").read({"name": "x"}, context)
    assert caught.value.hint == "pip install 'aurora-readiness[aws]'"
