"""Pages about records, challenges and people."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages import (
    bookmarks,
    challenges,
    claims,
    comments,
    comparing,
    composing,
    defaults,
    elsewhere,
    exploring,
    following,
    histories,
    home,
    leading,
    logs,
    news,
    pens,
    people,
    picks,
    records,
    requests,
    sharing,
    skills,
    suggestions,
)

routes: list[BaseRoute] = [
    *home.routes,
    *exploring.routes,
    *defaults.routes,
    *skills.routes,
    *leading.routes,
    *logs.routes,
    *news.routes,
    *challenges.routes,
    *composing.routes,
    *comparing.routes,
    *histories.routes,
    *bookmarks.routes,
    *requests.routes,
    *claims.routes,
    *records.routes,
    *comments.routes,
    *following.routes,
    *elsewhere.routes,
    *people.routes,
    *picks.routes,
    *sharing.routes,
    *suggestions.routes,
    *pens.routes,
]
