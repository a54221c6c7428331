"""Makes the application do something, and says what its caller saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from readiness.config.application import Action, Success, filled
from readiness.lab.http import Answer, AppClient
from readiness.lab.process import Application

if TYPE_CHECKING:
    from readiness.lab.launcher import Launcher

KEPT_BODY = 2_000
"""Characters of an answer that are kept."""


@dataclass(frozen=True)
class Seen:
    """What a caller saw, before redaction."""

    status: int | None
    exit_code: int | None
    text: str
    success: bool
    trouble: str | None


async def perform(
    action: Action, values: dict[str, str], *, client: AppClient, launcher: Launcher, limit: float
) -> Seen:
    """Do it once. It may take `limit` seconds; then it is given up, and a command is ended."""
    if action.http is not None:
        try:
            answer = await asyncio.wait_for(client.request(action.http, values), limit)
        except TimeoutError:
            answer = Answer(None, trouble=f"the application gave no answer within {limit:g} s")
        return Seen(answer.status, None, answer.text, _by_http(action.success, answer), answer.trouble)
    assert action.argv is not None
    command = [filled(part, values) for part in action.argv]
    return await _command(action, command, values, launcher, limit)


async def _command(
    action: Action, command: list[str], values: dict[str, str], launcher: Launcher, limit: float
) -> Seen:
    lines: list[str] = []
    process = launcher.start(command, values, further=action.env, on_answer=lines.append)
    try:
        await launcher.recorder.until(lambda: process.ended, limit)
    finally:
        await launcher.end(process)
    text = "\n".join(lines)
    if process.failure is not None:
        return Seen(None, None, "", success=False, trouble=process.failure)
    return _by_command(action.success, process, text, limit)


def _by_command(success: Success, process: Application, text: str, limit: float) -> Seen:
    code = process.exit_code
    if code is None or code < 0:
        why = f"the command did not end within {limit:g} s" if process.stopped_by_us else f"it died of signal {code}"
        return Seen(None, None, text, success=False, trouble=why)
    good = code == success.exit_code and (success.json_body is None or _holds(_last_json(text), success.json_body))
    return Seen(None, code, text, good, None)


def _by_http(success: Success, answer: Answer) -> bool:
    if answer.status is None:
        return False
    fitting = answer.status == success.status if success.status is not None else 200 <= answer.status < 300
    if not fitting or success.json_body is None:
        return fitting
    try:
        return _holds(json.loads(answer.body), success.json_body)
    except ValueError:
        return False


def _last_json(text: str) -> JsonValue:
    """What a command prints as JSON: all of it, or its last line."""
    for piece in (text, text.strip().rpartition("\n")[2]):
        try:
            value: JsonValue = json.loads(piece)
        except ValueError:
            continue
        return value
    return None


def _holds(value: Any, wanted: JsonValue) -> bool:
    """Whether a JSON value holds everything that is wanted of it."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _holds(value[name], item) for name, item in wanted.items()
        )
    return type(value) is type(wanted) and value == wanted


def number_at(text: str, path: str) -> int | None:
    """The number at a dotted path of a JSON text, or the length of the list there; None where there is neither."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    for part in path.removeprefix("$").strip(".").split(".") if path.strip("$.") else ():
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
