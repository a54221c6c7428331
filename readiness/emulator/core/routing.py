"""Which handler answers which method and path, for whom, and in which contract generations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from readiness.emulator.core.binding import D, parse_json, validate
from readiness.emulator.core.contract import incoming
from readiness.emulator.core.keys import ApiKey
from readiness.emulator.core.messages import Request, Response
from readiness.emulator.core.webhook_delivery import PendingDelivery
from readiness.emulator.settings import Generation, Settings

ALL: frozenset[Generation] = frozenset({"G1", "G2", "G4"})
OLD: frozenset[Generation] = frozenset({"G1", "G2"})
NEW: frozenset[Generation] = frozenset({"G4"})


@dataclass(slots=True)
class Call:
    """An authenticated request on its way through a handler."""

    request: Request
    key: ApiKey
    parameters: Mapping[str, str]
    settings: Settings
    now: float

    @property
    def generation(self) -> Generation:
        """The contract generation to speak."""
        return self.settings.generation

    def bind(self, dto: type[D], shape: str, *, optional: bool = False) -> D:
        """The body as that DTO, older names translated; with `optional` no body means no fields."""
        payload = incoming(self.generation, shape, parse_json(self.request))
        if payload is None and optional:
            payload = {}
        return validate(dto, payload, lenient=self.generation != "G4")


Handler = Callable[[Call], "Response | PendingDelivery"]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `permission` is the vendor's name for it, None where none is named."""

    method: str
    template: str
    handler: Handler
    permission: str | None = None
    audience: Literal["merchant", "partner"] = "merchant"
    generations: frozenset[Generation] = ALL
    segments: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.template.split("/")))


class Router:
    """Finds routes: fixed paths through a dict, paths with ids by comparing segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[str, list[Route]] = {}
        self._open: list[Route] = []
        for route in routes:
            if "{" in route.template:
                self._open.append(route)
            else:
                self._fixed.setdefault(route.template, []).append(route)

    def match(self, method: str, path: str, generation: Generation) -> tuple[Route, dict[str, str]] | list[str]:
        """The route and its path parameters, or the methods that the path would allow (empty: no such path).

        A fixed path that lacks the method may still be an id: `GET …/calculate-amount` is one since G3.
        """
        allowed: list[str] = []
        for route in self._fixed.get(path, ()):
            if generation in route.generations:
                if route.method == method:
                    return route, {}
                allowed.append(route.method)
        segments = path.split("/")
        for route in self._open:
            if len(route.segments) != len(segments) or generation not in route.generations:
                continue
            parameters: dict[str, str] = {}
            for pattern, text in zip(route.segments, segments, strict=True):
                if pattern.startswith("{"):
                    parameters[pattern[1:-1]] = text
                elif pattern != text:
                    break
            else:
                if route.method == method:
                    return route, parameters
                allowed.append(route.method)
        return allowed
