"""Projects as documents, for those who ask for ActivityPub; browsers go on to the pages."""

from __future__ import annotations

from starlette.routing import Route

from fedirec.activitypub.documents import ActivityRoute
from fedirec.activitypub.routes import post_inbox, show_followers, show_following
from fedirec.projects.routes.lists import show_entry, show_log, show_moderators, show_productions, show_steps
from fedirec.projects.routes.productions import show_production, show_records, show_roles
from fedirec.projects.routes.projects import (
    show_featured,
    show_introduction,
    show_outbox_of_project,
    show_project,
    show_step,
)
from fedirec.remix.routes.needs import show_need, show_needs

routes = [
    Route("/p/{handle}/inbox", post_inbox, methods=["POST"]),
    ActivityRoute(
        "/p/{handle}",
        show_project,
        shows=("actor", "actor_key", "project", "media", "group_tag", "group_leader"),
        grows=("actor_key", "group_tag", "group_leader"),
    ),
    ActivityRoute("/p/{handle}/introduction", show_introduction, always=True),
    ActivityRoute("/p/{handle}/featured", show_featured, always=True),
    ActivityRoute("/p/{handle}/moderators", show_moderators, always=True),
    ActivityRoute("/p/{handle}/steps", show_steps),
    ActivityRoute("/p/{handle}/steps/{key}", show_step),
    ActivityRoute("/p/{handle}/needs", show_needs),
    ActivityRoute("/p/{handle}/needs/{key}", show_need),
    ActivityRoute("/p/{handle}/productions", show_productions),
    ActivityRoute("/p/{handle}/productions/{key}", show_production),
    ActivityRoute("/p/{handle}/productions/{key}/records", show_records, always=True),
    ActivityRoute("/p/{handle}/productions/{key}/roles", show_roles, always=True),
    ActivityRoute("/p/{handle}/log", show_log),
    ActivityRoute("/p/{handle}/log/{key}", show_entry),
    ActivityRoute("/p/{handle}/outbox", show_outbox_of_project, always=True),
    ActivityRoute("/p/{handle}/followers", show_followers, always=True),
    ActivityRoute("/p/{handle}/following", show_following, always=True),
]
