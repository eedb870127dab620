"""The pages for those who run the instance: its peers, what waits, what was refused."""

from __future__ import annotations

from fedirec.admin.pages import (
    arrivals,
    cases,
    claims,
    decisions,
    ended,
    federation,
    instances,
    lists,
    peer,
    queue,
    reporting,
    watching,
)

routes = [
    *ended.routes,
    *federation.routes,
    *instances.routes,
    *lists.routes,
    *peer.routes,
    *queue.routes,
    *arrivals.routes,
    *reporting.routes,
    *decisions.routes,
    *cases.routes,
    *claims.routes,
    *watching.routes,
]
