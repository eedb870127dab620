"""The table of everything that a program can ask for."""

from __future__ import annotations

from typing import Final

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints import challenges, comments, drafts, files, instance, me, people, records, submissions

TABLE: Final[tuple[Endpoint, ...]] = (
    *me.ENDPOINTS,
    *records.ENDPOINTS,
    *files.ENDPOINTS,
    *drafts.ENDPOINTS,
    *challenges.ENDPOINTS,
    *submissions.ENDPOINTS,
    *comments.ENDPOINTS,
    *people.ENDPOINTS,
    *instance.ENDPOINTS,
)
