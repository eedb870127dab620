"""Pages about tasks: what is to be done in a project, and what somebody has taken on in all of them."""

from __future__ import annotations

from fedirec.projects.pages.tasks import changing, showing

routes = [*showing.routes, *changing.routes]
