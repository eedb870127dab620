"""Saying that something about a trail is not right, and talking about it until it is decided."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.claims import acting, saying, showing

routes: list[BaseRoute] = [*saying.routes, *showing.routes, *acting.routes]
