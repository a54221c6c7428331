"""Finds checks and probes: the built-in folder, installed entry points, and folders that the config names.

All go through the same loader. Nothing is loaded from the working directory by itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import traceback
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from readiness.check import Check
from readiness.errors import PluginError, UsageError
from readiness.evidence import Evidence
from readiness.facts import Configuration
from readiness.layout import data_folder
from readiness.probe import Probe
from readiness.result import Plugin

CHECKS_GROUP = "readiness.checks"
"""Entry points that name a package of checks: its folder is read like the built-in one."""
PROBES_GROUP = "readiness.probes"
"""Entry points that name a `Probe` class."""
OURS = str(Path(__file__).parent)


class Registry:
    """All checks by id, all probes by the kind of evidence that they gather, and the plug-ins they came from."""

    def __init__(self) -> None:
        self.checks: dict[str, Check] = {}
        self.probes: dict[str, Probe] = {}
        self.plugins: list[Plugin] = []

    def add_check(self, check: Check) -> None:
        """Take a check in. Raises PluginError when its id is taken: ids are for ever."""
        if check.id in self.checks:
            raise PluginError(f"The check id `{check.id}` is taken.", "Give the plug-in's check an area of its own.")
        self.checks[check.id] = check

    def add_probe(self, probe: Probe) -> None:
        """Take a probe in. Raises PluginError when its kind of evidence has a probe."""
        kind = probe.evidence.kind
        if kind in self.probes or kind == Configuration.kind:
            raise PluginError(
                f"Evidence of the kind `{kind}` has a probe.", "Give the plug-in's evidence another kind."
            )
        self.probes[kind] = probe

    def check(self, check_id: str) -> Check:
        """The check of that id. Raises UsageError with the nearest ids."""
        if check_id not in self.checks:
            near = self.nearest(check_id)
            hint = f"Did you mean {' or '.join(near)}?" if near else "`readiness checks` lists them all."
            raise UsageError(f"There is no check `{check_id}`.", hint)
        return self.checks[check_id]

    def nearest(self, word: str) -> list[str]:
        """Ids that somebody who wrote the word may have meant, the likeliest first; for `key-storge/*`, an area's."""
        import difflib  # noqa: PLC0415 - only on the way out

        areas = {f"{check.area}/*" for check in self.checks.values()}
        return difflib.get_close_matches(word, areas if word.endswith("*") else self.checks, n=3, cutoff=0.4)

    def evidence_kinds(self) -> dict[str, type[Evidence]]:
        """Every kind that may stand in an evidence file."""
        kinds: dict[str, type[Evidence]] = {kind: probe.evidence for kind, probe in self.probes.items()}
        return kinds | {Configuration.kind: Configuration}

    def catalogue_digest(self) -> str:
        """Twelve hex digits that change when any check's id, severity or text does."""
        texts = [
            [check.id, check.severity, check.title, check.failing_title, *check.sections.values(), *check.requirements]
            for check in sorted(self.checks.values(), key=lambda check: check.id)
        ]
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]


def load_builtin() -> Registry:
    """The checks and probes of this distribution."""
    from readiness.probes import PROBES  # noqa: PLC0415 - probes are heavy, and built on what this module offers

    registry = Registry()
    for probe in PROBES:
        registry.add_probe(probe())
    for check in _checks_in(data_folder("checks"), "readiness.checks", plugin=None):
        registry.add_check(check)
    return registry


def load(folders: Iterable[Path] = ()) -> Registry:
    """Built-in checks and probes, then installed plug-ins, then folders.

    A plug-in that fails does not stop the others: it is listed with its error, and the run becomes incomplete.
    """
    registry = load_builtin()
    for group in (PROBES_GROUP, CHECKS_GROUP):
        for point in sorted(entry_points(group=group), key=lambda point: point.name):
            _load_entry_point(registry, point)
    for folder in folders:
        _load_folder(registry, folder)
    return registry


def _load_entry_point(registry: Registry, point: EntryPoint) -> None:
    name = point.dist.name if point.dist else point.name
    version = point.dist.version if point.dist else None
    try:
        loaded = point.load()
        if point.group == PROBES_GROUP:
            registry.add_probe(loaded())
        else:
            for check in _checks_in(Path(loaded.__path__[0]), loaded.__name__, plugin=name):
                registry.add_check(check)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code may raise anything
        registry.plugins.append(Plugin(name=name, version=version, error=_told(error)))
    else:
        if not any(plugin.name == name and plugin.error is None for plugin in registry.plugins):
            registry.plugins.append(Plugin(name=name, version=version))


def _load_folder(registry: Registry, folder: Path) -> None:
    name = folder.name
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    try:
        if not folder.is_dir():
            raise PluginError(f"There is no folder `{folder}`.")  # noqa: TRY301 - told like every other failure
        probes = folder / "probes.py"
        if probes.is_file():
            module = import_file(probes, f"readiness_plugin_{digest}.probes")
            for probe in vars(module).values():
                if isinstance(probe, type) and issubclass(probe, Probe) and probe.__module__ == module.__name__:
                    registry.add_probe(probe())
        checks = list(_checks_in(folder, f"readiness_plugin_{digest}", plugin=name))
        for check in checks:
            registry.add_check(check)
        if not checks and not probes.is_file():
            raise PluginError(  # noqa: TRY301 - the same
                f"The folder `{folder}` holds no check.", "A check stands in a folder of its area: <area>/<check>.py."
            )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code may raise anything
        registry.plugins.append(Plugin(name=name, version=None, error=_told(error)))
    else:
        registry.plugins.append(Plugin(name=name, version=None))


def _checks_in(folder: Path, package: str, *, plugin: str | None) -> Iterator[Check]:
    """Every check under `folder`: one a file, its id the file's path with hyphens."""
    for path in sorted(folder.glob("*/*.py")):
        if path.name.startswith("_"):
            continue
        check_id = f"{path.parent.name}/{path.stem}".replace("_", "-")
        module = import_file(path, f"{package}.{path.parent.name}.{path.stem}")
        found = [value for value in vars(module).values() if isinstance(value, Check)]
        if len(found) != 1:
            raise PluginError(f"{path} holds {len(found)} checks; a file holds exactly one.")
        yield found[0].named(check_id, plugin)


def import_file(path: Path, name: str) -> ModuleType:
    """Import a Python file under a name, wherever it lies."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _told(error: BaseException) -> str:
    """What went wrong and where; of foreign code never its words, which may hold a secret."""
    if isinstance(error, PluginError):
        return error.message
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__} at {error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    foreign = [frame for frame in frames if not frame.filename.startswith((OURS, "<"))]
    what = f" of `{error.name}`" if isinstance(error, ImportError) and error.name else ""
    where = f" at {foreign[-1].filename}:{foreign[-1].lineno}" if foreign else ""
    words = f": {error}" if foreign and frames[-1].filename.startswith(OURS) else ""
    return f"{type(error).__name__}{what}{where}{words}"
