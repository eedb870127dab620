"""What a remix did with its sources, and a new version with the one before: word by word, side by side."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.comparing import sources, versions

routes: list[BaseRoute] = [*sources.routes, *versions.routes]
