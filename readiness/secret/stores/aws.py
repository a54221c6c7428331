"""Secrets in AWS Secrets Manager."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from readiness.errors import SecretUnavailable
from readiness.secret.stores.interface import StoreContext, optional_module, require_safe_url

_REASONS = {
    "ResourceNotFoundException": "has no such secret",
    "AccessDeniedException": "denies access to it",
    "UnrecognizedClientException": "does not accept the credentials",
    "InvalidSignatureException": "does not accept the credentials",
    "ExpiredTokenException": "does not accept the credentials any more",
    "InvalidRequestException": "does not give it out: it is marked for deletion, or has no current version",
    "DecryptionFailure": "cannot decrypt it",
    "NoCredentialsError": "needs credentials, and none are configured",
    "NoRegionError": "needs a region (set AWS_REGION, or `region` in the reference)",
    "ConnectTimeoutError": "did not answer in time",
    "ReadTimeoutError": "did not answer in time",
    "EndpointConnectionError": "cannot be reached",
    "SSLError": "has a certificate that is not trusted",
}
"""What error codes and botocore's exceptions mean. Their texts are never shown: they may hold an answer."""


class AwsStore:
    """A secret, or one field of a secret that is a JSON object: `{name, field?, region?}`.

    `name` may be an ARN. Credentials, region and AWS_ENDPOINT_URL are found as all AWS tools find them.
    """

    name = "aws"
    manager = True

    def describe(self, spec: Any) -> str:
        """Name and field."""
        return f"aws {spec['name']}" + (f", field {spec['field']}" if "field" in spec else "")

    def read(self, spec: Any, context: StoreContext) -> str:
        """The current version's text, or its field."""
        value, reason = _read(spec, context)
        if value is None:
            raise SecretUnavailable(f"AWS Secrets Manager {reason}: {self.describe(spec)}")
        return value


def _read(spec: Any, context: StoreContext) -> tuple[str | None, str]:
    boto3 = optional_module("boto3", "aws")
    config = optional_module("botocore.config", "aws").Config(
        connect_timeout=context.timeout, read_timeout=context.timeout, retries={"total_max_attempts": 2}
    )
    region = spec.get("region") or os.environ.get("AWS_REGION") or None
    try:
        # A session of our own: the default one may not be shared between threads.
        client = boto3.session.Session().client("secretsmanager", region_name=region, config=config)
    except Exception as error:  # noqa: BLE001 - whatever the library raises, there is no value
        return None, _reason(error)
    try:
        require_safe_url(client.meta.endpoint_url, "the endpoint of AWS Secrets Manager")
        answer = client.get_secret_value(SecretId=spec["name"])
        return _text(answer.get("SecretString"), spec.get("field"))
    except SecretUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return None, _reason(error)
    finally:
        client.close()


def _text(text: str | None, field: str | None) -> tuple[str | None, str]:
    if text is None:
        return None, "holds bytes, not text"
    if field is None:
        return text, ""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return None, "holds no JSON object to take a field from"
    if field not in content:
        return None, "has no such field in this secret"
    return (content[field], "") if isinstance(content[field], str) else (None, "holds no text in this field")


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    name = code if isinstance(code, str) and re.fullmatch(r"[A-Za-z]{1,64}", code) else type(error).__name__
    return _REASONS.get(name, f"failed ({name})")
