"""Credits as documents, for those who ask for ActivityPub; browsers go on to the pages."""

from __future__ import annotations

from fedirec.activitypub.documents import ActivityRoute
from fedirec.credits.routes.credits import show_credit, show_credits

routes = [
    ActivityRoute("/p/{handle}/productions/{key}/credits", show_credits),
    ActivityRoute("/p/{handle}/productions/{key}/credits/{line}", show_credit),
]
