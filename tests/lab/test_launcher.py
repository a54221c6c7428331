from __future__ import annotations

import subprocess
import sys

from readiness.lab.launcher import PORTS, free_port

ASK = "from readiness.lab.launcher import free_port; print(*(free_port() for _ in range(200)), flush=True); input()"


def test_no_port_is_given_twice_by_labs_side_by_side() -> None:
    commands = [sys.executable, "-c", ASK]
    labs = [
        subprocess.Popen(commands, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # it ends with its input
        for _ in range(3)
    ]
    given = [free_port() for _ in range(200)]
    for lab in labs:
        assert lab.stdout
        given += map(int, lab.stdout.readline().split())
    for lab in labs:
        lab.communicate("")
    assert len(given) == 800
    assert len(set(given)) == 800
    assert set(given) <= set(PORTS)
