"""What makes a program of any language use the intercepting proxy and trust the emulator behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PROXY = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_DIRECT = "127.0.0.1,localhost,::1"
_TRUST = (
    "SSL_CERT_FILE",  # OpenSSL: Python, Ruby, PHP, Rust; Go, .NET on Linux
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "DENO_CERT",
    "HTTPLIB2_CA_CERTS",
)
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)


_PRELOAD = Path(__file__).with_name("through_proxy.cjs")


def proxy_variables(proxy_url: str, bundle: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Environment variables for the application, in the place of what it would inherit."""
    variables = {variant: proxy_url for name in _PROXY for variant in (name, name.lower())}
    variables |= {"NO_PROXY": _DIRECT, "no_proxy": _DIRECT, "NODE_USE_ENV_PROXY": "1"}
    preload = str(_PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    variables["NODE_OPTIONS"] = f'{inherited.get("NODE_OPTIONS", "")} --require "{preload}"'.strip()
    return variables | dict.fromkeys(_TRUST, str(bundle))


def write_bundle(bundle: Path, ca_file: Path, inherited: Mapping[str, str]) -> None:
    """Write the emulator's certificate authority, and after it those that the application trusts without the lab.

    Most of the variables replace what a program trusts, and hosts on the allow list have certificates of their own.
    """
    candidates = [inherited[name] for name in _TRUST if inherited.get(name)] + list(_SYSTEM_BUNDLES)
    others = next((path for path in map(Path, candidates) if path.is_file()), None)
    bundle.write_bytes(ca_file.read_bytes() + (others.read_bytes() if others else b""))
