"""Searching texts of many kinds, each against ordinary code of the same size: whatever a text holds, it must not stall.

    python -m benchmarks.scan_texts [--megabytes 2]

The secrets begin with words that the texts are full of, and every line of some is something to be judged: a token, a
host, a number that may be a card's. Prints MB/s and how many times as long as for code; exit 1 above 600 times.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import time
import uuid
from collections.abc import Callable

from benchmarks.corpus import SEED, Writer, secrets
from readiness.config.presets import RETIRED_HOSTS
from readiness.facts import KnownHosts
from readiness.scan.blocks import blocks_from
from readiness.scan.file import FileSearch
from readiness.scan.needles import Needles, Sought
from readiness.scan.patterns import Place, all_patterns
from readiness.secret import Secret

CODE = "code"
MOST = 600.0
RNG = random.Random(SEED)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _random(size: int) -> str:
    return "".join(RNG.choices(LETTERS, k=size))


def _word(size: int) -> str:
    return "".join(RNG.choices("abcdefghijklmnopqrstuvwxyz", k=size))


def _escaped(text: str, escape: str) -> str:
    return "".join(escape.format(ord(char)) for char in text)


def _log_entry() -> str:
    entry = {"order": RNG.randrange(10**15, 10**16), "cvv": "***", "api": "https://sandbox.api.flute.com/v2"}
    return json.dumps(entry) + "\n"


LINES: dict[str, Callable[[], str]] = {
    "log with tokens": lambda: f"INFO GET /v2/transactions Authorization: Bearer {_random(43)} 200\n",
    "log with masked cards": lambda: f"INFO paid card=411111******1111 id={uuid.UUID(int=RNG.getrandbits(128))}\n",
    "log of JSON": _log_entry,
    "table of numbers": lambda: ",".join(str(RNG.randrange(10**15, 10**16)) for _ in range(8)) + "\n",
    "hosts of the vendor": lambda: f"see https://sandbox.api.flute.com/v2/{_word(8)}\n",
    "settings": lambda: f"API_KEY={_random(24)}\nPASSWORD={_word(12)}\nCLIENT_SECRET=${{SECRET}}\n",
    "words of the secrets": lambda: f"production client_secret sandbox_sk_ aurora token {_word(5)} ",
    "base64": lambda: _random(76) + "\n",
    "HTML": lambda: f"<p>&lt;a href=&quot;{_word(5)}&quot;&gt; &#39;{_word(3)}&#39; {_word(9)}</p>\n",
    "JSON escapes": lambda: _escaped(_word(40), "\\u{:04x}") + "\n",
    "percent-encoded": lambda: _escaped(_random(40), "%{:02X}") + "\n",
}


def texts(size: int) -> dict[str, bytes]:
    """Of each kind, so many bytes."""
    found = {CODE: "".join(Writer().lines(size)).encode()[:size]}
    for kind, line in LINES.items():
        made, length = [], 0
        while length < size:
            made.append(line())
            length += len(made[-1])
        found[kind] = "".join(made).encode()[:size]
    words = "client_secret = 'abc' # sandbox production\r\n"
    found["UTF-16"] = (words * (size // len(words) // 2 + 1)).encode("utf-16")[:size]
    return found


def seconds(known: Needles, text: bytes) -> float:
    """What a search of the text takes."""
    began = time.perf_counter()
    search = FileSearch(known, None)
    for block in blocks_from(io.BytesIO(text).read, known.overlap):
        search.search(block)
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=2.0)
    size = int(parser.parse_args().megabytes * 1e6)
    values = [f"{word}{value}" for word, value in zip(("sandbox_sk_", "production ", ""), secrets(3), strict=True)]
    sought = [Sought(f"secret {n}", None, Secret(value, f"secret {n}")) for n, value in enumerate(values)]
    patterns = all_patterns(KnownHosts(retired=dict(RETIRED_HOSTS)))
    known = {
        place: Needles(sought, [pattern for pattern in patterns if place in pattern.places])
        for place in (Place.TREE, Place.LOGS)
    }
    for needles in known.values():
        needles.find(b"compiled now")
    print(f"{'':24}{'as a source':>20}{'as a log':>20}")
    base: dict[Place, float] = {}
    worst = 0.0
    for kind, text in texts(size).items():
        told = []
        for place, needles in known.items():
            taken = min(seconds(needles, text) for _ in range(3))
            ratio = taken / base.setdefault(place, taken)
            worst = max(worst, ratio)
            told.append(f"{size / 1e6 / taken:8.1f} MB/s {ratio:5.1f} ×")
        print(f"{kind:24}{told[0]:>20}{told[1]:>20}", flush=True)
    print(f"{'kept  ' if worst <= MOST else 'MISSED'} the slowest: {worst:.0f} ×, at most {MOST:.0f} ×")
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
