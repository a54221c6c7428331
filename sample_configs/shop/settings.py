"""What the service is told by its environment. Nothing here has a default: a missing value stops the start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """Where Aurora is, and who we are there. Secrets stay out of `repr`."""

    api_url: str
    oauth_url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    timeout: float = 10.0
    """Seconds."""
    retries: int = 3
    refresh_margin: float = 60.0
    """Seconds before its end at which a token is renewed."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables. Raises KeyError with the name of one that is missing."""
        return cls(
            api_url=os.environ["AURORA_API_URL"],
            oauth_url=os.environ["AURORA_OAUTH_URL"],
            client_id=os.environ["AURORA_CLIENT_ID"],
            client_secret=os.environ["AURORA_CLIENT_SECRET"],
            webhook_secret=os.environ["AURORA_WEBHOOK_SECRET"],
        )
