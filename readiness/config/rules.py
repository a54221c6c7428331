"""What the types cannot say: rules between values, and those that need the file system or today's date.

Each rule takes the document's data as written, tolerates any shape (wrong types are reported elsewhere), and
reports; `complete_*` also fill in what the file leaves out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from readiness.config.document import Document
from readiness.config.model import ConfigPath
from readiness.config.presets import PRESETS, environment_of
from readiness.config.references import KEY, read_reference
from readiness.config.shape import child_type, type_at
from readiness.config.urls import is_host
from readiness.hosts import normal_host
from readiness.model import Environment
from readiness.secret.reference import SecretRef

LONGEST_WAIVER = timedelta(days=180)
"""From today."""
LONGEST_ATTESTATION = timedelta(days=365)
"""From the day it was given."""

_FROM_HERE = "the path is relative to the config file's folder"
_ENVIRONMENTS: frozenset[str] = frozenset(Environment)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def reject_blanks(document: Document) -> None:
    """No key stands without a value: whoever wrote it meant something. The application's own data is its own."""
    for path, value in _leaves(document.data, ()):
        if value is None or (isinstance(value, str) and not value.strip()):
            document.spoil(path, "there is no value here", "give one, or remove the key")


def _leaves(value: Any, path: ConfigPath) -> Iterator[tuple[ConfigPath, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if path != () or key != "application" or item is None:
                yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def complete_references(document: Document) -> None:
    """Turn each written secret reference into the fields of a SecretRef."""
    _complete_references(document, document.data, (), type_at(()))


def _complete_references(document: Document, value: Any, path: ConfigPath, annotation: Any) -> None:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(members):
        place, kind = (*path, key), child_type(annotation, key)
        if kind is not SecretRef:
            _complete_references(document, member, place, kind)
            continue

        def report(
            below: tuple[str | int, ...], sentence: str, suggestion: str | None, place: ConfigPath = place
        ) -> None:
            at_key = below[-1:] == (KEY,)
            document.report((*place, *(below[:-1] if at_key else below)), sentence, suggestion, key=at_key)

        value[key] = read_reference(member, report, secret=key != "client_id")


def complete_presets(document: Document) -> None:
    """Fill in the URLs of presets; report environments that have no URLs."""
    for name, settings in _mapping(document.data, "environments").items():
        if not isinstance(settings, dict) or name not in _ENVIRONMENTS:
            continue
        place: ConfigPath = ("environments", name)
        given = [key for key in ("api_url", "oauth_url") if key in settings]
        preset = settings.get("preset")
        if preset == "emulator":
            for key in given:
                document.report((*place, key), "the emulator's URLs are set when it starts", "remove it", key=True)
        elif isinstance(preset, str) and preset in PRESETS:
            for key, url in PRESETS[preset][Environment(name)]._asdict().items():
                settings.setdefault(key, url)
        elif "preset" not in settings and len(given) < 2:
            document.report(
                place,
                f"the environment `{name}` lacks its URLs",
                "give `preset: aurora`, or both `api_url` and `oauth_url`",
            )


def complete_authorities(document: Document, folder: Path) -> None:
    """Make each `ca_file` a path from the working directory, and see that certificates stand in it."""
    for name, settings in _mapping(document.data, "environments").items():
        written = settings.get("ca_file") if isinstance(settings, dict) else None
        if not isinstance(written, str) or not written.strip():
            continue
        place: ConfigPath = ("environments", name, "ca_file")
        settings["ca_file"] = str(folder / written)
        try:
            holds_certificates = b"-----BEGIN CERTIFICATE-----" in (folder / written).read_bytes()
        except OSError as error:
            reason = (error.strerror or "no access").lower()
            document.report(place, f"this file cannot be read: {reason}", _FROM_HERE)
        else:
            if not holds_certificates:
                document.report(place, "no certificate in PEM form stands in this file")


def check_known_hosts(document: Document) -> None:
    """`policy.known_hosts` may add gateways, but never tell a host of one environment for the other's."""
    known = _mapping(_mapping(document.data, "policy"), "known_hosts")
    seen: dict[str, str] = {}
    for name, hosts in known.items():
        for index, host in enumerate(hosts if isinstance(hosts, list) else []):
            if not isinstance(host, str) or name not in _ENVIRONMENTS:
                continue
            place: ConfigPath = ("policy", "known_hosts", name, index)
            normal = normal_host(host)
            if not is_host(host):
                document.report(place, "expected a host name, such as gateway.acme.example, without https:// or port")
            elif (owner := environment_of(normal)) and owner != name:
                document.report(place, f"this is a host of the vendor's {owner} environment")
            elif seen.setdefault(normal, name) != name:
                document.report(place, "this host is listed for both environments")


def check_waivers(document: Document, today: date) -> None:
    """A waiver ends within 180 days, and a check is waived once per environment. An expired one loads: it is void."""
    seen = set()
    for index, waiver in enumerate(_list(document.data, "waivers")):
        if not isinstance(waiver, dict):
            continue
        expires = _day(waiver.get("expires"))
        if expires and expires - today > LONGEST_WAIVER:
            latest = today + LONGEST_WAIVER
            document.report(("waivers", index, "expires"), f"a waiver ends within 180 days: {latest} at the latest")
        target = (str(waiver.get("check")), str(waiver.get("environment")))
        if target in seen and "check" in waiver:
            document.report(("waivers", index, "check"), "this check is waived twice")
        seen.add(target)


def complete_attestations(document: Document, folder: Path) -> None:
    """Check terms, and record the digest of evidence that is a file. An expired attestation loads: it is void."""
    for check, attestation in _mapping(document.data, "attestations").items():
        if not isinstance(attestation, dict):
            continue
        place: ConfigPath = ("attestations", check)
        on, expires = _day(attestation.get("on")), _day(attestation.get("expires"))
        if on and expires and expires < on:
            document.report((*place, "expires"), "it expires before the day it was given")
        elif on and expires and expires - on > LONGEST_ATTESTATION:
            latest = on + LONGEST_ATTESTATION
            document.report((*place, "expires"), f"an attestation lasts 365 days: until {latest} at the latest")
        if attestation.pop("evidence_digest", None) is not None:
            document.report((*place, "evidence_digest"), "unknown key `evidence_digest`: we compute it", key=True)
        evidence = attestation.get("evidence")
        if isinstance(evidence, str) and evidence.strip():
            _record_evidence(document, (*place, "evidence"), attestation, folder)


def _record_evidence(document: Document, place: ConfigPath, attestation: dict[str, Any], folder: Path) -> None:
    named = attestation["evidence"]
    if _URL.fullmatch(named):
        return
    try:
        if (folder / named).is_file():
            with (folder / named).open("rb") as file:
                attestation["evidence_digest"] = hashlib.file_digest(file, "sha256").hexdigest()
        elif "/" in named or _EXTENSION.search(named):
            hint = f"{_FROM_HERE}; a URL, or words without `/`, may stand here too"
            document.report(place, "there is no such file", hint)
    except (OSError, ValueError):
        document.report(place, "this file cannot be read")


def _mapping(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _list(data: Any, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def _day(value: Any) -> date | None:
    """The day, or None where there is none or the models will report it."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
