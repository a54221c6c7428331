"""readiness: the Aurora Payments go-live review as a program."""

__version__ = "0.1.0"
