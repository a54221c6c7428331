"""The config file: YAML to a typed Config with positions."""

from readiness.config.loader import load_config
from readiness.config.model import Config

__all__ = ["Config", "load_config"]
