from __future__ import annotations

import pytest

from readiness.scan.globs import glob_matches, rests_below


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("tests/**", "tests/test_a.py"),
        ("tests/**", "tests/deep/er/test_a.py"),
        ("tests", "tests/test_a.py"),
        ("tests/", "tests/deep/test_a.py"),
        ("./docs/*.md", "docs/index.md"),
        ("**/*.log", "run.log"),
        ("**/*.log", "var/log/run.log"),
        ("**", "anything/at/all"),
        ("src/**/gen/*.ts", "src/gen/a.ts"),
        ("src/**/gen/*.ts", "src/a/b/gen/a.ts"),
        ("file.?", "file.1"),
        ("[ab].txt", "b.txt"),
        ("[!ab].txt", "c.txt"),
        ("a+(b).txt", "a+(b).txt"),
        ("build/image.tar", "build/image.tar"),
        ("**/node_modules/**", "web/node_modules/x/y.js"),
        ("line\nbreak", "line\nbreak"),
    ],
)
def test_matches(glob: str, path: str) -> None:
    assert glob_matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("tests/**", "src/tests/a.py"),
        ("tests/**", "tests2/a.py"),
        ("*.log", "var/run.log"),
        ("docs/*.md", "docs/a/index.md.txt"),
        ("file.?", "file./"),
        ("[!a].txt", "a.txt"),
        ("a.c", "abc"),
        ("[z-a]", "m"),
        ("test", "tests"),
        ("", "a"),
    ],
)
def test_does_not_match(glob: str, path: str) -> None:
    assert not glob_matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "folder", "rests"),
    [
        ("*/app.jar", "1", {("app.jar",)}),
        ("*/app.jar", "1/lib", set()),
        ("*/app.jar", ".", {("*", "app.jar")}),
        ("**/*.log", "app/old", {("**", "*.log"), ("*.log",)}),
        ("**/*.log", "app.log", {("**", "*.log"), ("*.log",), ()}),
        ("lib/**", "lib", {()}),
        ("lib/**", "lib/deep/er", {()}),
        ("lib", "lib/deep", {()}),
        ("lib/**", "bin", set()),
        ("", "anything", {()}),
    ],
)
def test_what_of_a_glob_is_left_below_a_folder(glob: str, folder: str, rests: set[tuple[str, ...]]) -> None:
    assert rests_below(glob, folder) == rests
