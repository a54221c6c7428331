"""A payment service on requests, authlib's OAuth client, starlette and uvicorn."""
