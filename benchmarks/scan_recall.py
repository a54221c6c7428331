"""What is found of secrets planted in many forms and places of one repository, by this project and by other scanners.

    python -m benchmarks.scan_recall [--peers FOLDER]

Each planted place has a secret of its own. A scanner has found it if the secret, or what it was turned into, stands in
its output. Peers run with their own rules on the history and on the folder; ripgrep is told the exact values. Exit 1 if
we miss one, or point at a near miss.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import io
import json
import random
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers import add_options, history_commands, installed, run, tree_commands
from benchmarks.scan_speed import ROOT, ours

_SHAPE = "{0}-{1}-4{2}-9{3}-{4}"


def _values(count: int) -> list[str]:
    """UUIDs, as the vendor's client secrets are."""
    rng = random.Random(7)
    return [
        _SHAPE.format(*(f"{rng.getrandbits(4 * width):0{width}x}" for width in (8, 4, 3, 3, 12))) for _ in range(count)
    ]


def _line(text: str) -> bytes:
    return f"# flute.com\nclient_secret = '{text}'\n".encode()


def _b64(value: str, before: str = "") -> str:
    return base64.b64encode(f"{before}{value}".encode()).decode()


def _zip(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def _tar(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        info = tarfile.TarInfo("app/.env")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _wrapped(text: str) -> str:
    return "\n".join(text[at : at + 20] for at in range(0, len(text), 20))


FORMS: dict[str, Callable[[str], bytes]] = {
    "raw": _line,
    "base64": lambda v: _line(_b64(v)),
    "base64 after one": lambda v: _line(_b64(v, "a")),
    "base64 after two": lambda v: _line(_b64(v, "ab")),
    "basic header": lambda v: f"Authorization: Basic {_b64(v, '3f0c9a1e-7b2d-4c68-9e15-0d8f6a4b7c21:')}\n".encode(),
    "url": lambda v: f"https://user:{v}@git.example.com/a.git\n".encode(),
    "percent-encoded": lambda v: "".join(f"%{byte:02x}" for byte in v.encode()).encode(),
    "hex": lambda v: _line(v.encode().hex()),
    "JSON escaped": lambda v: ("".join(f"\\u{ord(char):04x}" for char in v)).encode(),
    "minified bundle": lambda v: b"!function(){var a=1;" * 900 + f'c={{clientSecret:"{v}"}}'.encode() + b"}();" * 900,
    "UTF-16": lambda v: f'"ClientSecret"="{v}"\r\n'.encode("utf-16"),
    "zip": lambda v: _zip("a.env", _line(v)),
    "jar in wheel": lambda v: _zip("lib/a.jar", _zip("a.properties", _line(v))),
    "gz": lambda v: gzip.compress(_line(v)),
    "tar.gz": lambda v: _tar(_line(v)),
    "notebook": lambda v: json.dumps(
        {"cells": [{"source": [f"SECRET = '{v[:20]}' \\\n", f"  '{v[20:]}'\n"]}]}
    ).encode(),
    "split over two lines": lambda v: f'client_secret = ("{v[:17]}"\n    "{v[17:]}")\n'.encode(),
    "appended": lambda v: f's = "{v[:12]}"\ns += "{v[12:24]}"\ns += "{v[24:]}"\n'.encode(),
    "shell continuation": lambda v: f"export SECRET={v[:15]}\\\n{v[15:]}\n".encode(),
    "binary": lambda v: bytes(range(256)) * 9 + v.encode() + bytes(range(256)) * 9,
    "wrapped base64": lambda v: _wrapped(_b64("user:password:" + v + ":and:more")).encode(),
    "base64 twice": lambda v: _line(base64.b64encode(_b64(v).encode()).decode()),
}
PLACES = (
    *("edited away", "deleted file", "other ref", "commit message", "tag message", "author", "file name"),
    *("dangling commit", "lost blob", "merge only", "stash", "ignored file", ".git/config", "note"),
)


class Planted:
    """A repository, and the secret of each form and place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = [*FORMS, *PLACES]
        self.secrets = dict(zip(names, _values(len(names)), strict=True))
        self._git("init", "--quiet", "--initial-branch=main", str(folder))
        for key, value in {"user.name": "A", "user.email": "a@example.com"}.items():
            self._git("config", key, value)
        for number, (name, write) in enumerate(FORMS.items()):
            self._write(f"forms/{number}.txt", write(self.secrets[name]))
            miss = self.secrets[name][:9] + "0" + self.secrets[name][10:]
            self._write(
                f"misses/{number}.txt", write(miss if miss != self.secrets[name] else miss.replace("0", "1", 1))
            )
        self._commit("All forms")
        self._places()

    def _git(self, *arguments: str, given: bytes | None = None) -> str:
        command = ["git", *(() if arguments[0] == "init" else ("-C", str(self.folder))), *arguments]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode().strip()

    def _write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def _commit(self, message: str) -> str:
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", message)
        return self._git("rev-parse", "HEAD")

    def _places(self) -> None:
        of = self.secrets
        self._write("edited.env", _line(of["edited away"]))
        self._write("deleted.env", _line(of["deleted file"]))
        self._write(".gitignore", b"*.ignored\n")
        self._commit("Two that go")
        self._write("edited.env", b"")
        (self.folder / "deleted.env").unlink()
        base = self._commit(f"Set {of['commit message']}")
        self._git("tag", "--annotate", "--message", of["tag message"], "v1")
        self._git("commit", "--quiet", "--allow-empty", "--message", "x", f"--author={of['author']} <a@b>")
        self._git("checkout", "--quiet", "-b", "side", base)
        self._write("side.env", _line(of["other ref"]))
        self._commit("Aside")
        self._git("checkout", "--quiet", "--detach", base)
        self._write("dangling.env", _line(of["dangling commit"]))
        self._commit("Lost")
        self._git("checkout", "--quiet", "main")
        self._git("reflog", "expire", "--expire=now", "--all")
        self._git("hash-object", "-w", "--stdin", given=_line(of["lost blob"]))
        self._git("checkout", "--quiet", "-b", "third", base)
        self._write("third.txt", b"3")
        self._commit("Third")
        self._git("checkout", "--quiet", "main")
        self._git("merge", "--quiet", "--no-commit", "--no-ff", "third")
        self._write("merged.env", _line(of["merge only"]))
        self._commit("Merge")
        self._write("stash.env", _line(of["stash"]))
        self._git("stash", "push", "--quiet", "--include-untracked")
        self._git("notes", "add", "--message", of["note"], base)
        self._write(f"backup-{of['file name']}.txt", b"x")
        self._commit("A name")
        self._write("a.ignored", _line(of["ignored file"]))
        self._git("config", "remote.origin.url", f"https://user:{of['.git/config']}@git.example.com/a.git")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        planted = Planted(Path(folder) / "planted")
        values = list(planted.secrets.values())
        found: dict[str, set[str]] = {"readiness": set()}
        near_misses = 0
        for kind in ("history", "tree"):
            output = run(
                [*ours(kind, planted.folder, "--secrets", "0", "--known"), "--also", *values],
                cwd=ROOT,
                extra={"PYTHONPATH": str(ROOT)},
            ).output
            told = json.loads(output.splitlines()[-1])
            numbers = {int(name.split()[1]) for name in told["found"]}
            found["readiness"] |= {name for number, name in enumerate(planted.secrets) if number in numbers}
            near_misses += sum("/misses/" in place for place in told["places"])
        report = Path(folder) / "report.json"
        for commands in (history_commands, tree_commands):
            for name, command in commands(installed(options.peers), planted.folder, report).items():
                report.unlink(missing_ok=True)
                output = run(command, cwd=Path(folder)).output + (report.read_bytes() if report.exists() else b"")
                found.setdefault(name, set()).update(_named(planted, output))
    print(f"{'planted':24} {' '.join(f'{name:>14}' for name in found)}")
    for place in planted.secrets:
        print(f"{place:24} {' '.join(('yes' if place in each else '-').rjust(14) for each in found.values())}")
    print(f"{f'of {len(planted.secrets)}':24} {' '.join(f'{len(each):>14}' for each in found.values())}")
    print(f"near misses that we pointed at: {near_misses}")
    return 0 if found["readiness"] == set(planted.secrets) and not near_misses else 1


def _named(planted: Planted, output: bytes) -> set[str]:
    """Places whose secret a scanner shows, as it is or as it was written, or whose file it names."""
    text = output.decode(errors="replace")
    names = set()
    for number, (name, value) in enumerate(planted.secrets.items()):
        shown = [value, _b64(value).rstrip("=")[:40], value.encode().hex()]
        if any(one in text for one in shown) or (name in FORMS and f"forms/{number}.txt" in text):
            names.add(name)
    return names


if __name__ == "__main__":
    sys.exit(main())
