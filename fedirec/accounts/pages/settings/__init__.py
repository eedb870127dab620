"""What members set for themselves: their page, their language, their password, their browsers and programs."""

from __future__ import annotations

from fedirec.accounts.pages.settings import (
    boundaries,
    data,
    leaving,
    moving,
    notices,
    profile,
    programs,
    reading,
    security,
    visit,
)

routes = [
    *profile.routes,
    *reading.routes,
    *notices.routes,
    *boundaries.routes,
    *leaving.routes,
    *data.routes,
    *moving.routes,
    *security.routes,
    *visit.routes,
    *programs.routes,
]
