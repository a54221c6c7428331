"""`readiness emulator`: serve the emulator until interrupted."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("emulator")
@click.option(
    "--port",
    type=click.IntRange(0, 65531),
    default=0,
    help="Control port; the vendor hosts take the four after it. 0 takes free ports.",
)
@click.option("--tls", is_flag=True, help="Serve the vendor hosts over TLS with a generated CA.")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    help="YAML or JSON file with settings.",
)
def command(port: int, tls: bool, settings_file: Path | None) -> None:
    """Serve the emulator on loopback until interrupted.

    When it listens it prints one JSON line: the control URL, and the URLs and credentials of both environments.
    """
    import json
    import signal
    import threading

    from readiness.emulator import EmbeddedEmulator
    from readiness.emulator.settings_file import load_settings

    settings = load_settings(settings_file) if settings_file is not None else None
    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    with EmbeddedEmulator(settings, tls=tls, port=port) as emulator:
        click.echo(json.dumps(emulator.announcement))
        interrupted.wait()
