"""The table of everything that a program can ask for."""

from __future__ import annotations

from typing import Final

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints import (
    addresses,
    audit,
    challenges,
    claims,
    comments,
    drafts,
    federation,
    feed,
    files,
    following,
    instance,
    leading,
    logs,
    me,
    members,
    moderation,
    pens,
    people,
    queue,
    quotes,
    records,
    remix_requests,
    submissions,
    suggestions,
    tags,
)

TABLE: Final[tuple[Endpoint, ...]] = (
    *me.ENDPOINTS,
    *records.ENDPOINTS,
    *feed.ENDPOINTS,
    *files.ENDPOINTS,
    *drafts.ENDPOINTS,
    *challenges.ENDPOINTS,
    *submissions.ENDPOINTS,
    *leading.ENDPOINTS,
    *logs.ENDPOINTS,
    *comments.ENDPOINTS,
    *quotes.ENDPOINTS,
    *suggestions.ENDPOINTS,
    *pens.ENDPOINTS,
    *remix_requests.ENDPOINTS,
    *people.ENDPOINTS,
    *following.ENDPOINTS,
    *tags.ENDPOINTS,
    *addresses.ENDPOINTS,
    *instance.ENDPOINTS,
    *members.ENDPOINTS,
    *audit.ENDPOINTS,
    *federation.ENDPOINTS,
    *queue.ENDPOINTS,
    *claims.ENDPOINTS,
    *moderation.ENDPOINTS,
)
