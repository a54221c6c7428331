"""A payment service on asyncio: starlette and uvicorn in front, httpx behind."""
