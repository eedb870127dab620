"""The queue of moderators: people who were reported, and appeals."""

from __future__ import annotations

from fedirec.admin.pages.cases import appeals, deciding, showing

routes = [*showing.routes, *deciding.routes, *appeals.routes]
