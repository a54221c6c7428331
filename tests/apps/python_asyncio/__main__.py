"""`python -m python_asyncio`, with the settings in the environment."""

from __future__ import annotations

import logging
import os

import uvicorn

from . import mutants
from .service import Service

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    mutants.apply(os.environ.get("MUTANT", ""))
    uvicorn.run(Service().app, port=int(os.environ["PORT"]), access_log=False, timeout_graceful_shutdown=1)
