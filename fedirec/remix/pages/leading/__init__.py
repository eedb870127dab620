"""What leaders do with their challenges: open them, change and close them, answer what people offer."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.leading import answering, changing, ending, inviting, opening

routes: list[BaseRoute] = [*opening.routes, *changing.routes, *ending.routes, *answering.routes, *inviting.routes]
