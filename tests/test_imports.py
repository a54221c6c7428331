"""Who may import whom. The layers are those of docs/architecture.md."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS: tuple[tuple[str, ...], ...] = (
    ("cli", "__main__"),
    ("audit", "output"),
    (
        *("aurora", "probes", "scan", "lab", "gather", "report"),
        *("emulated", "saved_evidence", "starter", "cleanup", "doctor"),
    ),
    ("api", "probe", "registry", "plan", "judge", "transport", "emulator", "configuration", "schema"),
    (
        "check",
        "config",
        "facts",
        "searched",
        "traces",
        "behaviour",
        "reading",
        "hits",
        "clocks",
        "figures",
        "lab_figures",
    ),
    ("secret", "evidence"),
    ("model", "docstrings", "result", "errors", "hosts", "layout", "requirements", "wording"),
)
"""From the top. A module imports from its own line and from those below."""
HEIGHT = {name: -index for index, layer in enumerate(LAYERS) for name in layer}
UPWARD = {("registry", "probes")}
"""The built-in probes are loaded like plug-ins, when the registry is asked to."""

IMPURE = frozenset({"httpx", "socket", "ssl", "os", "subprocess", "asyncio", "time", "random", "click"})
PURE = (
    *(
        "model",
        "result",
        "evidence",
        "facts",
        "searched",
        "traces",
        "behaviour",
        "reading",
        "hits",
        "clocks",
        "figures",
        "lab_figures",
    ),
    *("check", "judge", "plan", "hosts", "wording", "requirements", "api", "emulator/core"),
)
HTTP = {"readiness.transport.wire", "readiness.emulator.delivery", "readiness.lab.http"}
"""Who builds HTTP clients: for the vendor; for webhooks on loopback; for the integrator's application under the lab."""
REVEALERS = {"secret", "transport", "scan", "emulator"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(path.read_text())
    for path in sorted((ROOT / "readiness").rglob("*.py"))
}
CHECKS = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in ROOT.glob("checks/*/*.py")}


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported when the program runs, wherever the statement stands; in full."""
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            names = (alias.name for alias in node.names)
            yield from (f"readiness.{name}" for name in names) if node.module == "readiness" else (node.module,)


IMPORTS = {module: sorted(set(imported(tree))) for module, tree in MODULES.items()}


def part(module: str) -> str:
    """The name by which a module stands in the layers; empty for the package itself."""
    return module.partition("readiness.")[2].partition(".")[0]


def edges() -> Iterator[tuple[str, str, str]]:
    """Importing module, its part, and the part that it imports."""
    for module, names in IMPORTS.items():
        for name in names:
            target = part(name)
            if name.startswith("readiness.") and target not in {part(module), "__version__"}:
                yield module, part(module), target


def test_every_module_has_a_layer() -> None:
    assert {part(module) for module in MODULES} - {""} == set(HEIGHT)


def test_imports_go_down() -> None:
    upward = {
        (module, target)
        for module, origin, target in edges()
        if (origin, target) not in UPWARD and HEIGHT[target] > HEIGHT[origin]
    }
    assert upward == set()


def test_there_is_no_circle_within_a_layer() -> None:
    graph: dict[str, set[str]] = {name: set() for name in HEIGHT}
    for _, origin, target in edges():
        if (origin, target) not in UPWARD:
            graph[origin].add(target)
    TopologicalSorter(graph).prepare()


def test_exceptions_are_still_needed() -> None:
    assert {(origin, target) for _, origin, target in edges()} >= UPWARD


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_do_no_io(name: str) -> None:
    prefix = f"readiness.{name.replace('/', '.')}"
    members = [module for module in MODULES if module == prefix or module.startswith(f"{prefix}.")]
    assert members
    for module in members:
        assert {each.partition(".")[0] for each in IMPORTS[module]} & IMPURE == set(), module


def test_the_emulators_core_knows_nothing_of_its_server() -> None:
    allowed = ("readiness.emulator.core", "readiness.emulator.settings")
    for module, names in IMPORTS.items():
        if module.startswith("readiness.emulator.core"):
            served = [name for name in names if name.startswith("readiness.emulator") and not name.startswith(allowed)]
            assert served == [], module


@pytest.mark.parametrize("path", sorted(CHECKS))
def test_a_check_imports_the_api_and_pure_parts_of_the_standard_library(path: str) -> None:
    for name in imported(CHECKS[path]):
        root = name.partition(".")[0]
        assert name == "readiness.api" or (root in sys.stdlib_module_names and root not in IMPURE), name


def test_nobody_imports_checks() -> None:
    for module, names in IMPORTS.items():
        assert not [name for name in names if name.split(".")[0] == "checks" or name.startswith("readiness.checks")], (
            module
        )


def test_only_transport_talks_http() -> None:
    clients = {
        module
        for module, names in IMPORTS.items()
        if {name.partition(".")[0] for name in names} & {"httpx", "urllib3", "requests", "http", "aiohttp"}
    }
    assert {module for module in clients if part(module) != "secret"} <= HTTP


def test_secrets_are_revealed_in_four_places_only() -> None:
    found = {
        part(module)
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    }
    assert found == REVEALERS
    assert not any(
        isinstance(node, ast.Attribute) and node.attr == "reveal" for tree in CHECKS.values() for node in ast.walk(tree)
    )


def test_the_page_on_architecture_says_the_same() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    written = page.partition("enforces it.\n\n```\n")[2].partition("```")[0].splitlines()
    assert written == [", ".join(layer) for layer in LAYERS]
    for name in PURE:
        assert f"`{name}`" in page
