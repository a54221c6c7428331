"""The only way out: every HTTP request of a run is announced, guarded, limited, recorded and redacted here.

The HTTP library stands in `readiness.transport.wire`, and is loaded with the first request.
"""

from readiness.transport.client import Transport
from readiness.transport.guard import Guard
from readiness.transport.messages import Reply, Request

__all__ = ["Guard", "Reply", "Request", "Transport"]
