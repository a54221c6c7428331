"""Sets up a scenario's workbench, and clears it away whatever happens."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from readiness.emulator import EmbeddedEmulator
from readiness.lab.bench import Bench
from readiness.lab.http import AppClient
from readiness.lab.intercept import VENDOR_NAMES, intercepted
from readiness.lab.launcher import HOST, Launcher, free_port
from readiness.lab.process import LabError
from readiness.lab.recorder import Recorder
from readiness.lab.subjects import Subjects
from readiness.lab.vendor import Vendor
from readiness.lab.work import Work, main_action
from readiness.model import Environment
from readiness.traces import Habits


@asynccontextmanager
async def bench_for(work: Work, habits: Habits | None, emulator_settings: Any) -> AsyncIterator[Bench]:
    """An emulator, the application under it, and their end, whatever happens. Raises LabError."""
    settings = work.settings
    names, tls = (VENDOR_NAMES, True) if settings.intercept else ((), settings.uses("ca_file"))
    with EmbeddedEmulator(emulator_settings, tls=tls, names=names) as emulator:
        async with intercepted(emulator, settings, work.contacts, work.base_env) as inherited:
            bench = _bench(work, emulator, habits, inherited)
            try:
                if settings.start is not None:
                    with bench.waiting():
                        await bench.launcher.serve(bench.values, bench.client)
                yield bench
            except LabError as error:
                raise LabError(f"{error.message} {bench.last_lines()}") from error
            finally:
                began = time.monotonic()
                await bench.launcher.end_all()
                bench.waited += time.monotonic() - began
                await bench.client.close()


def _bench(work: Work, emulator: EmbeddedEmulator, habits: Habits | None, inherited: Mapping[str, str]) -> Bench:
    recorder = Recorder(emulator)
    home = work.settings.home
    vendor = Vendor(emulator, recorder, main_action(work.settings), home)
    vendor.make_key(work.subjects.key)
    launcher = Launcher(work.settings, work.folder, inherited, recorder)
    values = _values(emulator, home, work.subjects)
    return Bench(work, emulator, recorder, AppClient(), launcher, habits, values, vendor)


def _values(emulator: EmbeddedEmulator, home: Environment, subjects: Subjects) -> dict[str, str]:
    told = emulator.announcement["environments"][home.value]
    return {
        "api_url": told["api_url"],
        "oauth_url": f"{told['oauth_url']}/oauth2/token",
        "client_id": subjects.key.client_id,
        "client_secret": subjects.key.client_secret,
        "merchant_id": told["merchant"]["merchant_id"],
        "webhook_secret": subjects.webhook_secret,
        "ca_file": str(emulator.ca_file or ""),
        "python": sys.executable,
        "host": HOST,
        "port": str(free_port()),
    }
