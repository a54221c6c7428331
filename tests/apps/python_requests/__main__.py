"""`python -m python_requests`, with the settings in the environment."""

from __future__ import annotations

import logging
import os

import uvicorn

from . import mutants
from .service import Service

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    mutants.apply(os.environ.get("MUTANT", ""))
    uvicorn.run(Service().app(), port=int(os.environ["PORT"]), log_level="info", timeout_graceful_shutdown=1)
