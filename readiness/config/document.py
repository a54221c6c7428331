"""One config file while it is being read: its data, where everything stands, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from readiness.config.model import ConfigPath
from readiness.config.problem import Point, Problem
from readiness.config.yaml_tree import Mapping, Node, Scalar, Sequence


class Document:
    """`data` is plain Python; steps of the loader may complete it. Problems are collected, not raised."""

    def __init__(self, root: Node, problems: list[Problem]) -> None:
        self.root = root
        self.problems = problems
        self.values: dict[ConfigPath, Point] = {}
        """Where each value stands; a list or a mapping under a key stands where its key does."""
        self._keys: dict[ConfigPath, Point] = {}
        self._spoiled: set[ConfigPath] = set()
        self._faulty = {problem.at for problem in problems}
        self.data: Any = self._read(root, ())

    def _read(self, node: Node, path: ConfigPath) -> Any:
        self.values[path] = node.start if isinstance(node, Scalar) else self._keys.get(path, node.start)
        if node.start in self._faulty and isinstance(node, Scalar):
            self._spoiled.add(path)
        if isinstance(node, Scalar):
            return node.value
        if isinstance(node, Sequence):
            return [self._read(item, (*path, index)) for index, item in enumerate(node.items)]
        return self._read_mapping(node, path)

    def _read_mapping(self, node: Mapping, path: ConfigPath) -> dict[str, Any]:
        data = {}
        for name, (key, value) in node.entries.items():
            self._keys[*path, name] = key.start
            data[name] = self._read(value, (*path, name))
        return data

    def report(self, path: ConfigPath, sentence: str, suggestion: str | None = None, *, key: bool = False) -> None:
        """Note a fault at a path, or at its nearest ancestor that stands in the file.

        `key` points at the key instead of its value. Of a value that is already known to be wrong, only the
        first thing is told: the rest would follow from it.
        """
        if key or path not in self._spoiled:
            self.problems.append(Problem(sentence, self._point(path, key=key), suggestion))

    def spoil(self, path: ConfigPath, sentence: str, suggestion: str | None = None) -> None:
        """Note a fault that makes every later one at the same path superfluous."""
        self.report(path, sentence, suggestion)
        self._spoiled.add(path)

    def _point(self, path: ConfigPath, *, key: bool) -> Point:
        if key and path in self._keys:
            return self._keys[path]
        return next(self.values[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.values)
