"""Credits and proposals as documents, for those who ask for ActivityPub; browsers go on to the pages."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.activitypub.documents import ActivityRoute
from fedirec.credits.routes.credits import show_credit, show_credits
from fedirec.credits.routes.heads import show_heads
from fedirec.credits.routes.proposals import show_lines, show_post, show_proposal, show_revision
from fedirec.credits.routes.replies import show_replies

routes: list[BaseRoute] = [
    ActivityRoute("/p/{handle}/productions/{key}/credits", show_credits),
    ActivityRoute("/p/{handle}/productions/{key}/credits/{line}", show_credit),
    ActivityRoute("/pay/{key}", show_proposal),
    ActivityRoute("/pay/{key}/revisions/{number}", show_revision),
    ActivityRoute("/pay/{key}/revisions/{number}/splits", show_lines),
    ActivityRoute("/pay/{key}/post", show_post, always=True),
    ActivityRoute("/pay/{key}/replies", show_replies, always=True),
    ActivityRoute("/audit-heads", show_heads, always=True),
]
