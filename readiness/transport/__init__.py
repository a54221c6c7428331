"""The only way out: every HTTP request of a run is announced, guarded, limited, recorded and redacted here.

`Transport` itself stands in `readiness.transport.client`: only what sends requests pays for the HTTP library.
"""

from readiness.transport.guard import Guard
from readiness.transport.messages import Reply, Request

__all__ = ["Guard", "Reply", "Request"]
