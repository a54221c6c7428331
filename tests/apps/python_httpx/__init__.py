"""A payment service on httpx and the standard library's threading HTTP server."""
