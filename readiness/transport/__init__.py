"""The only way out: every HTTP request of a run is announced, guarded, limited, recorded and redacted here."""

from readiness.transport.client import Reply, Request, Transport
from readiness.transport.guard import Guard

__all__ = ["Guard", "Reply", "Request", "Transport"]
