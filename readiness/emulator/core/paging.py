"""Pages of a list: `{items, pageInfo}` since G3, `{items, total}` before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from readiness.emulator.core.binding import integer_parameter
from readiness.emulator.core.errors import ApiError
from readiness.emulator.core.messages import Request
from readiness.emulator.settings import Generation

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


def page_bounds(request: Request, generation: Generation) -> tuple[int, int]:
    """Index (from 0) and size of the wanted page. Raises ApiError(400) outside the limits."""
    index = integer_parameter(request, "pageIndex" if generation == "G4" else "page", 0)
    size = integer_parameter(request, "pageSize", DEFAULT_PAGE_SIZE)
    if size > MAX_PAGE_SIZE:
        raise ApiError(400, "PageSize must be 100 or less", errors={"PageSize": ["PageSize must be 100 or less"]})
    if size < 1 or index < 0:
        name = "PageSize" if size < 1 else "PageIndex"
        raise ApiError(400, f"{name} is out of range", errors={name: [f"{name} is out of range"]})
    return index, size


def page(records: Sequence[Any], request: Request, generation: Generation) -> tuple[Sequence[Any], dict[str, Any]]:
    """The wanted records, and the members that stand beside them in the answer."""
    index, size = page_bounds(request, generation)
    total = len(records)
    wanted = records[index * size : (index + 1) * size]
    if generation != "G4":
        return wanted, {"total": total}
    info = {
        "pageIndex": index,
        "pageSize": size,
        "totalItems": total,
        "totalPages": -(-total // size),
        "hasMore": (index + 1) * size < total,
    }
    return wanted, {"pageInfo": info}
