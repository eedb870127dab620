"""Pages about records, challenges and people."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages import (
    challenges,
    comments,
    defaults,
    elsewhere,
    exploring,
    following,
    home,
    leading,
    people,
    records,
    remixing,
    sharing,
)

routes: list[BaseRoute] = [
    *home.routes,
    *exploring.routes,
    *defaults.routes,
    *leading.routes,
    *challenges.routes,
    *remixing.routes,
    *records.routes,
    *comments.routes,
    *following.routes,
    *elsewhere.routes,
    *people.routes,
    *sharing.routes,
]
