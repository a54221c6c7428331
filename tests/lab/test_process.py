from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path

import pytest

from readiness.lab.process import MARKER, Application, LabError, inherited, marked
from readiness.lab.supervisor import parents
from readiness.secret import Redactor, Secret

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="survivors are found through /proc")


class Run:
    """A Python program under supervision."""

    def __init__(self, folder: Path, program: str, grace: float = 1.0) -> None:
        self.lab = f"test-{uuid.uuid4()}"
        self.lines: list[str] = []
        script = folder / "application.py"
        script.write_text(textwrap.dedent(program))
        self.application = Application(
            [sys.executable, "-S", str(script)],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            grace=grace,
            lab=self.lab,
            on_line=self.lines.append,
            on_news=lambda: None,
        )

    def line(self, start: str, within: float = 10.0) -> str:
        until = time.monotonic() + within
        while time.monotonic() < until:
            for line in list(self.lines):
                if line.startswith(start):
                    return line.removeprefix(start).strip()
            time.sleep(0.01)
        raise AssertionError(f"no line {start!r} in {self.lines}")


def alive(process: int) -> bool:
    return parents().get(process, (0, "Z"))[1] != "Z"


def wait_for_end(process: int, within: float = 10.0) -> None:
    until = time.monotonic() + within
    while alive(process):
        assert time.monotonic() < until, f"{process} survived"
        time.sleep(0.02)


DETACHED = """
    import os, signal, sys, time
    def detach():
        # As daemons do: fork, a session of its own, fork again.
        if os.fork():
            return
        os.setsid()
        if os.fork():
            os._exit(0)
        {}
        print("daemon", os.getpid(), flush=True)
        time.sleep(600)
    detach()
    print("ready", os.getpid(), flush=True)
    time.sleep(600)
"""
DAEMONS = {
    "a daemon": "pass",
    "a deaf daemon": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "a daemon without our mark": "os.execve(sys.executable, [sys.executable, '-S', '-c', "
    "'import os,time; print(\"daemon\", os.getpid(), flush=True); time.sleep(600)'], {})",
}


@pytest.mark.parametrize("kind", DAEMONS)
def test_no_daemon_survives(tmp_path: Path, kind: str) -> None:
    run = Run(tmp_path, DETACHED.replace("{}", DAEMONS[kind]), grace=0.2)
    daemon, main = int(run.line("daemon")), int(run.line("ready"))
    assert alive(daemon)
    assert daemon in run.application.processes()
    run.application.stop_now()
    assert not alive(daemon)
    assert not alive(main)
    assert marked(run.lab) == []


def test_a_daemon_outlives_the_command_that_started_it_but_not_the_lab(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        DETACHED.replace("{}", "pass")
        .replace("time.sleep(600)\n", "", 0)
        .replace('print("ready", os.getpid(), flush=True)\n    time.sleep(600)', "sys.exit(0)"),
        grace=0.2,
    )
    daemon = int(run.line("daemon"))
    until = time.monotonic() + 5
    while not run.application.ended and time.monotonic() < until:
        time.sleep(0.01)
    assert run.application.exit_code == 0
    assert alive(daemon)
    run.application.stop_now()
    assert not alive(daemon)


def test_one_that_ends_when_asked_is_given_the_time(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        """
        import os, signal, sys, time
        def end(*_):
            time.sleep(0.3)
            os.write(1, b"good bye\\n")
            sys.exit(3)
        signal.signal(signal.SIGTERM, end)
        print("ready", flush=True)
        time.sleep(600)
        """,
        grace=10,
    )
    run.line("ready")
    began = time.monotonic()
    run.application.stop_now()
    assert time.monotonic() - began < 5
    assert run.lines[-1] == "good bye"
    assert run.application.exit_code == 3


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", os.getpid(), flush=True)
        time.sleep(600)
        """,
        grace=0.2,
    )
    main = int(run.line("ready"))
    run.application.stop_now()
    assert not alive(main)
    assert run.application.exit_code == -signal.SIGKILL


def test_a_family_that_keeps_forking_ends(tmp_path: Path) -> None:
    """Only the first process forks, forty times at most: a test must not be a fork bomb."""
    run = Run(
        tmp_path,
        """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        for _ in range(40):
            if os.fork() == 0:
                os.setsid()
                time.sleep(60)
                os._exit(0)
            time.sleep(0.02)
        time.sleep(60)
        """,
        grace=0.1,
    )
    run.line("ready")
    time.sleep(0.3)
    assert len(run.application.processes()) > 3
    run.application.stop_now()
    assert marked(run.lab) == []
    assert run.application.left == []


def test_what_is_no_program_is_told(tmp_path: Path) -> None:
    news: list[None] = []
    application = Application(
        ["./no-such-program"],
        cwd=tmp_path,
        env={},
        grace=0.1,
        lab="test",
        on_line=lambda _: None,
        on_news=lambda: news.append(None),
    )
    application.stop_now()
    assert application.failure == "./no-such-program: No such file or directory"
    assert application.ended


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_survives_the_lab_itself(tmp_path: Path, number: signal.Signals) -> None:
    """Also when our own process is killed outright: the supervisor notices, and ends everything."""
    program = tmp_path / "application.py"
    program.write_text(textwrap.dedent(DETACHED.replace("{}", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")))
    holder = tmp_path / "lab.py"
    holder.write_text(
        textwrap.dedent(f"""
        import os, sys, time
        from pathlib import Path
        from readiness.lab.process import Application
        application = Application([sys.executable, "-S", {str(program)!r}], cwd=Path({str(tmp_path)!r}),
            env={{}}, grace=0.2, lab="holder", on_line=lambda line: print(line, flush=True), on_news=lambda: None)
        time.sleep(600)
        """)
    )
    lab = subprocess.Popen([sys.executable, str(holder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert lab.stdout
    seen = dict(lab.stdout.readline().split() for _ in range(2))
    assert all(alive(int(process)) for process in seen.values())
    lab.send_signal(number)
    lab.wait(10)
    lab.stdout.close()
    for process in seen.values():
        wait_for_end(int(process))


def test_its_supervisor_may_die(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        """
        import os, signal, time
        os.kill(os.getppid(), signal.SIGKILL)
        print("ready", os.getpid(), flush=True)
        time.sleep(600)
        """,
    )
    main = int(run.line("ready"))
    run.application.stop_now()
    assert not alive(main)
    assert run.application.failure == "its supervisor was killed"


def test_cancelling_does_not_keep_it_from_its_work(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", os.getpid(), flush=True)
        time.sleep(600)
        """,
        grace=0.2,
    )
    main = int(run.line("ready"))

    async def cancelled() -> None:
        task = asyncio.create_task(run.application.stop())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    wait_for_end(main)


def test_output_is_bounded(tmp_path: Path) -> None:
    run = Run(tmp_path, "print('x' * 50_000)\nfor _ in range(500): print('y' * 10_000)\nprint('end', flush=True)\n")
    until = time.monotonic() + 10
    while not run.application.ended and time.monotonic() < until:
        time.sleep(0.02)
    run.application.stop_now()
    assert run.application.cut
    assert sum(map(len, run.lines)) <= 4_000_000
    assert max(map(len, run.lines)) <= 20_000


def test_nothing_secret_is_inherited() -> None:
    redactor = Redactor()
    redactor.add(Secret("c4n4ry-of-the-config", "production client_secret"))
    given = {
        "PATH": "/bin",
        "HARMLESS": "yes",
        "AURORA_CLIENT_SECRET": "x",
        "GITHUB_TOKEN": "x",
        "DSN": "pay://c4n4ry-of-the-config@host",
    }
    assert inherited(given, redactor) == {"PATH": "/bin", "HARMLESS": "yes"}


def test_the_mark_is_on_every_process(tmp_path: Path) -> None:
    run = Run(tmp_path, f"import os\nprint('mark', os.environ['{MARKER}'], flush=True)\n")
    assert run.line("mark") == run.lab
    run.application.stop_now()
    assert issubclass(LabError, Exception)
