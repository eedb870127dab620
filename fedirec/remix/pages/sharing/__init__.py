"""What leaves our pages for other sites and programs: previews, embedded players, feeds."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.sharing import embeds, feeds

routes: list[BaseRoute] = [*embeds.routes, *feeds.routes]
