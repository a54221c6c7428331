"""What the service is told by its environment. A missing value stops the start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """A key of ours at Aurora."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Where Aurora is, and who we are there."""

    api_url: str
    oauth_url: str
    credentials: Credentials
    webhook_secret: str = field(repr=False)
    ca_file: str | None
    port: int
    timeout: float = 2.0
    """Seconds."""
    retries: int = 2
    first_pause: float = 0.2
    """Seconds before the first retry; doubled for each further one."""
    refresh_margin: float = 60.0
    """Seconds before its end at which a token is renewed."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables. Raises KeyError with the name of one that is missing."""
        return cls(
            api_url=os.environ["AURORA_API_URL"],
            oauth_url=os.environ["AURORA_OAUTH_URL"],
            credentials=Credentials(os.environ["AURORA_CLIENT_ID"], os.environ["AURORA_CLIENT_SECRET"]),
            webhook_secret=os.environ["AURORA_WEBHOOK_SECRET"],
            ca_file=os.environ.get("AURORA_CA_FILE") or None,
            port=int(os.environ["PORT"]),
        )
