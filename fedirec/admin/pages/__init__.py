"""The pages for those who run the instance: its peers, what waits, what was refused."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
