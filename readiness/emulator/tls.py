"""A certificate authority for the life of one emulator, and the server contexts it vouches for."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from readiness.emulator.settings import Certificate, Settings, TlsVersion

_VERSIONS: dict[TlsVersion, ssl.TLSVersion] = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_LOOPBACK = (
    x509.DNSName("localhost"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
)
_ELSEWHERE = (x509.DNSName("elsewhere.example"),)


@dataclass(frozen=True, slots=True)
class _Identity:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def server_context(settings: Settings, folder: Path, names: Iterable[str] = ()) -> tuple[ssl.SSLContext, Path]:
    """A context for the TLS listeners, and the CA file that clients must trust. Both live in `folder`.

    The certificate is for this machine's own names, and for `names`.
    """
    authority = _authority()
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    leaf = _leaf(authority, settings.tls_certificate, names)
    chain = folder / "server.pem"
    chain.touch(mode=0o600)
    chain.write_bytes(
        leaf.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + leaf.certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _limit_versions(context, settings)
    context.load_cert_chain(chain)
    context.set_alpn_protocols(["http/1.1"])
    chain.unlink()
    return context, ca_file


def _limit_versions(context: ssl.SSLContext, settings: Settings) -> None:
    if settings.tls_min in {"1.0", "1.1"}:
        # OpenSSL 3 offers the old versions at security level 0 only.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are asked for on purpose
        context.minimum_version = _VERSIONS[settings.tls_min]
        context.maximum_version = _VERSIONS[settings.tls_max]


def _authority() -> _Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("readiness emulator CA")
    builder = (
        _builder(name, name, key, timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
    )
    return _Identity(builder.sign(key, hashes.SHA256()), key)


def _leaf(authority: _Identity, kind: Certificate, names: Iterable[str]) -> _Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("readiness emulator")
    own = kind == "self_signed"
    issuer = subject if own else authority.certificate.subject
    signer = key if own else authority.key
    hosts = _ELSEWHERE if kind == "wrong_name" else (*_LOOPBACK, *map(x509.DNSName, names))
    lifetime = timedelta(days=-1) if kind == "expired" else timedelta(days=30)
    builder = (
        _builder(subject, issuer, key, lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return _Identity(builder.sign(signer, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
