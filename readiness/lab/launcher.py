"""Starts and ends the application's processes for one scenario: its server, and commands beside it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from readiness.config.application import Application as Settings
from readiness.config.application import HttpRequest, filled
from readiness.lab.http import AppClient
from readiness.lab.process import Application, LabError
from readiness.lab.recorder import Recorder

HOST = "127.0.0.1"
POLL = 0.03
"""Seconds between two looks whether the application is ready; nothing tells us."""

PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections and to whoever asks for any port."""

_held: dict[int, int] = {}
"""Ports, and the descriptors of their marks."""
_lock = threading.Lock()


def free_port() -> int:
    """A port that nobody listens on, and that no lab on this machine has given to another application.

    Until its application listens, a port looks free; so each is marked by a lock on a file as long as this process
    lives. Without that, two labs side by side could take each other's application for their own.
    """
    folder = Path(tempfile.gettempdir()) / f"readiness-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with _lock:
        while True:
            port = random.choice(PORTS)  # noqa: S311 - no secret
            if port in _held or not _is_free(port):
                continue
            mark = os.open(folder / str(port), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(mark)
                continue
            _held[port] = mark
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


class Launcher:
    """Knows everything that runs, and ends all of it."""

    def __init__(self, settings: Settings, folder: Path, base: Mapping[str, str], recorder: Recorder) -> None:
        self._settings = settings
        self._folder = folder
        self._base = base
        self.recorder = recorder
        self.server: Application | None = None
        self.cut = False
        self._lab = f"{os.getpid()}-{uuid.uuid4()}"
        self._running: set[Application] = set()

    def start(
        self,
        command: list[str],
        values: Mapping[str, str],
        *,
        further: Mapping[str, str] | None = None,
        on_answer: Callable[[str], None] | None = None,
    ) -> Application:
        """Start a command; `further` are environment variables beside those of the config."""
        process = self._settings.process
        wanted = {**process.env, **(further or {})}
        env = {**self._base, **{name: filled(text, dict(values)) for name, text in wanted.items()}}

        def answer(line: str) -> None:
            assert on_answer
            self.recorder.line(line)
            on_answer(line)

        application = Application(
            command,
            cwd=self._folder / process.cwd,
            env=env,
            grace=process.stop_timeout.total_seconds(),
            lab=self._lab,
            on_line=self.recorder.line,
            on_news=self.recorder.wake,
            on_answer=answer if on_answer else None,
        )
        self._running.add(application)
        return application

    async def serve(self, values: Mapping[str, str], client: AppClient) -> None:
        """Start the server and wait until it is ready. Raises LabError."""
        start = self._settings.start
        assert start is not None
        self.server = self.start([filled(part, dict(values)) for part in start.command], values)
        self.recorder.process_news("the application was started")
        within = self._settings.ready.within.total_seconds()
        end = self.recorder.now() + within
        while not await self._is_ready(values, client):
            if self.server.failure:
                raise LabError(f"The application cannot be started: {self.server.failure}.")
            if self.server.exit_code:
                raise LabError(f"The application ended with code {self.server.exit_code} before it was ready.")
            if self.recorder.now() > end:
                raise LabError(f"The application was not ready within {within:g} s.")
            await asyncio.sleep(POLL)
        self.recorder.process_news("the application is ready")

    async def _is_ready(self, values: Mapping[str, str], client: AppClient) -> bool:
        url = self._settings.ready.http
        if url is not None:
            try:
                answer = await asyncio.wait_for(client.request(HttpRequest(url=url), dict(values)), 2.0)
            except TimeoutError:
                return False
            return answer.status is not None and 200 <= answer.status < 300
        try:
            _, writer = await asyncio.open_connection(HOST, int(values["port"]))
        except OSError:
            return False
        writer.close()
        return True

    async def end(self, application: Application) -> None:
        """End one command and everything that it started."""
        await application.stop()
        self.cut = self.cut or application.cut
        self._running.discard(application)

    async def end_all(self) -> None:
        """End everything."""
        if self.server is not None and self.server in self._running:
            code = self.server.exit_code
            if code is not None:
                self.recorder.process_news(f"the application had ended by itself, with code {code}")
        await asyncio.gather(*(self.end(application) for application in list(self._running)))

    def processes(self) -> list[int]:
        """Every process of the application that lives now."""
        return [process for application in list(self._running) for process in application.processes()]
