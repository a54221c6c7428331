"""A forgotten job with a key of its own, which the config does not know."""

from __future__ import annotations

API_URL = "https://api.flute.com"

# Hexadecimal nonsense, but in the shape of a real secret.
# planted: key-storage/no-other-credentials
CLIENT_SECRET = "5ca1ab1e-0ddb-4a11-b0a7-d15ea5ed1eaf"
