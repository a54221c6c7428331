"""Talks to the Aurora API, carelessly."""

from __future__ import annotations

import httpx

# A host that the vendor gave up.
# planted: environment-separation/no-retired-hosts
API_URL = "https://api.uat.arise.risewithaurora.com"

# Base64 hides nothing.
# planted: key-storage/secret-not-in-tree
HEADERS = {
    "Authorization": "Basic MDAwMDAwMDAtZmE0ZS00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOmZha2Utc2VjcmV0LTAwMDAwMDAwMDAwMDAwMDE="
}


def token(oauth_url: str) -> str:
    """A new token for every call."""
    answer = httpx.post(oauth_url, headers=HEADERS, data={"grant_type": "client_credentials"})
    return str(answer.json()["access_token"])
