from __future__ import annotations

import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from readiness import registry as module
from readiness.errors import PluginError, UsageError
from readiness.facts import Configuration
from readiness.registry import PROBES_GROUP, load, load_builtin
from readiness.result import Plugin
from tests.literals import Season, Weather, make_check, make_probe, registry

CHECK = '''
from readiness.api import Configuration, Kind, Severity, Verdict, check

@check(title="T", failing_title="F", severity=Severity.MAJOR, kind=Kind.STATIC, needs=[Configuration])
def rule(evidence):
    """Why it matters: a
    How it is judged: b
    How to fix: c
    When it is unknown: d
    """
    return Verdict.passed("seen")
'''
PROBE = """
from typing import ClassVar
from readiness.evidence import Evidence
from readiness.probe import Probe

class Tide(Evidence):
    kind: ClassVar[str] = "tide"

class TideProbe(Probe):
    evidence = Tide
    def plan(self, config, environment): return []
    async def gather(self, context): return Tide()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ops"
    (made / "acme").mkdir(parents=True)
    return made


def put(folder: Path, name: str, text: str = CHECK) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(textwrap.dedent(text))


def error_of(folder: Path) -> str:
    plugins = load([folder]).plugins
    assert [each.name for each in plugins] == [folder.name]
    assert plugins[0].error is not None
    return plugins[0].error


def test_the_built_in_catalogue_loads() -> None:
    known = load_builtin()
    assert "token-refresh/token-issued" in known.checks
    assert all(check.id == check_id and check.plugin is None for check_id, check in known.checks.items())
    kinds = known.evidence_kinds()
    needed = {kind.kind for check in known.checks.values() for kind in (*check.needs, *check.optional)}
    assert needed <= set(kinds)
    assert kinds[Configuration.kind] is Configuration
    assert known.plugins == []


def test_a_folder_adds_its_checks_and_probes(folder: Path) -> None:
    put(folder, "acme/order_total.py")
    put(folder, "acme/_shared.py", "raise RuntimeError")
    put(folder, "probes.py", PROBE)
    known = load([folder])
    assert known.checks["acme/order-total"].plugin == "ops"
    assert "tide" in known.probes
    assert known.plugins == [Plugin(name="ops", version=None)]
    assert set(load_builtin().checks) < set(known.checks)


def test_two_folders_of_one_name_do_not_mix(folder: Path, tmp_path: Path) -> None:
    put(folder, "acme/one.py")
    other = tmp_path / "elsewhere" / "ops"
    other.mkdir(parents=True)
    put(other, "acme/two.py")
    known = load([folder, other])
    assert {"acme/one", "acme/two"} <= set(known.checks)
    assert [each.error for each in known.plugins] == [None, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise RuntimeError('s3cret')", "RuntimeError at"),
        ("import no_such_module_at_all", "ModuleNotFoundError of `no_such_module_at_all`"),
        ("def broken(:", "SyntaxError at"),
        ("import sys; sys.exit(0)", "SystemExit at"),
        ("x = 1", "holds 0 checks"),
        (CHECK + CHECK.replace("def rule", "def other"), "holds 2 checks"),
        (CHECK.replace("How to fix: c", ""), "the docstring needs the sections Why it matters"),
        (CHECK.replace("[Configuration]", "[]").replace("severity=Severity.MAJOR,", ""), "TypeError at"),
    ],
)
def test_a_plugin_that_fails_is_told_without_its_words(folder: Path, text: str, words: str) -> None:
    put(folder, "acme/rule.py", text)
    error = error_of(folder)
    assert words in error
    assert "rule.py" in error
    assert "s3cret" not in error


def test_a_plugin_that_fails_does_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    put(folder, "acme/rule.py", "1 / 0")
    (tmp_path / "good").mkdir()
    put(tmp_path / "good", "x/rule.py")
    known = load([folder, tmp_path / "good"])
    assert "x/rule" in known.checks
    assert [each.error is None for each in known.plugins] == [False, True]


def test_an_id_is_taken_once(folder: Path) -> None:
    put(folder, "token_refresh/token_issued.py")
    assert "`token-refresh/token-issued` is taken" in error_of(folder)
    with pytest.raises(PluginError, match="is taken"):
        registry(make_check("a/b"), make_check("a/b"))


def test_a_kind_of_evidence_has_one_probe(folder: Path) -> None:
    with pytest.raises(PluginError, match="`weather` has a probe"):
        registry(make_probe(Weather), make_probe(Weather))
    with pytest.raises(PluginError, match="`configuration` has a probe"):
        registry(make_probe(Configuration))
    put(folder, "probes.py", PROBE.replace('"tide"', '"token-use"'))
    assert "`token-use` has a probe" in error_of(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "There is no folder" in error_of(tmp_path / "nowhere")


def test_a_folder_in_which_nothing_is_found_is_a_fault(folder: Path) -> None:
    put(folder, "rule.py")  # one level too high: it would never be judged
    assert "holds no check" in error_of(folder)


def test_nothing_is_loaded_from_the_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "acme/rule.py")
    monkeypatch.chdir(folder)
    assert load().plugins == []


class Point:
    """An entry point of an installed distribution."""

    def __init__(self, group: str, loaded: Any) -> None:
        self.name, self.group, self._loaded = "acme", group, loaded
        self.dist = SimpleNamespace(name="acme-readiness", version="1.2.0")

    def load(self) -> Any:
        if isinstance(self._loaded, BaseException):
            raise self._loaded
        return self._loaded


def install(monkeypatch: pytest.MonkeyPatch, *points: Point) -> None:
    def entry_points(*, group: str) -> list[EntryPoint]:
        return [point for point in points if point.group == group]  # type: ignore[misc] # they are what is needed

    monkeypatch.setattr(module, "entry_points", entry_points)


def package(folder: Path) -> ModuleType:
    made = ModuleType("acme_checks")
    made.__path__ = [str(folder)]
    return made


def test_an_installed_plugin_adds_checks_and_probes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "acme/rule.py")
    install(
        monkeypatch,
        Point(PROBES_GROUP, lambda: make_probe(Weather)),
        Point(module.CHECKS_GROUP, package(folder)),
    )
    known = load()
    assert known.checks["acme/rule"].plugin == "acme-readiness"
    assert "weather" in known.probes
    assert known.plugins == [Plugin(name="acme-readiness", version="1.2.0")]


@pytest.mark.parametrize("error", [ImportError("s3cret"), SystemExit(0), RuntimeError("s3cret")])
def test_an_installed_plugin_that_fails(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point(PROBES_GROUP, error))
    (plugin,) = load().plugins
    assert (plugin.name, plugin.version) == ("acme-readiness", "1.2.0")
    assert plugin.error is not None
    assert "s3cret" not in plugin.error


def test_an_id_that_is_not_there_is_answered_with_the_nearest() -> None:
    known = load_builtin()
    assert known.check("token-refresh/token-issued").id == "token-refresh/token-issued"
    with pytest.raises(UsageError) as near:
        known.check("token-refresh/token-isued")
    assert "token-refresh/token-issued" in str(near.value.hint)
    with pytest.raises(UsageError) as far:
        known.check("zzz")
    assert "readiness checks" in str(far.value.hint)


def test_the_catalogue_has_a_digest_of_all_its_words() -> None:
    plain = registry(make_check("a/b")).catalogue_digest()
    assert len(plain) == 12
    assert registry(make_check("a/b")).catalogue_digest() == plain
    changed = [
        registry(make_check("a/c")),
        registry(make_check("a/b", title="other")),
        registry(make_check("a/b", severity="minor")),
        registry(make_check("a/b", requirements=["R"])),
        registry(make_check("a/b"), make_check("a/c")),
    ]
    assert plain not in {each.catalogue_digest() for each in changed}
    both = (make_check("a/b"), make_check("a/c", needs=[Season]))
    assert registry(*both).catalogue_digest() == registry(*reversed(both)).catalogue_digest()
