"""`python -m python_httpx`, with the settings in the environment."""

from __future__ import annotations

import logging
import os

from . import mutants, server
from .settings import Settings

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    mutants.apply(os.environ.get("MUTANT", ""))
    server.serve(Settings.from_environment())
