"""What we do when other instances talk about records and challenges."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.remix.inbox import (
    challenges,
    claims,
    comments,
    consent,
    needs,
    news,
    pens,
    posts,
    quotes,
    recommendations,
    records,
    restoring,
    suggestions,
)
from fedirec.remix.inbox.arrivals import fetch_announced
from fedirec.remix.inbox.comments import fetch_comment
from fedirec.remix.inbox.remixing import handlers as remixing_handlers
from fedirec.remix.inbox.restoring import fetch_restored

__all__ = ["fetch_announced", "fetch_comment", "fetch_restored", "handlers"]

handlers = Handlers(
    records.handlers,
    posts.handlers,
    recommendations.handlers,
    comments.handlers,
    restoring.handlers,
    challenges.handlers,
    quotes.handlers,
    remixing_handlers,
    suggestions.handlers,
    pens.handlers,
    consent.handlers,
    claims.handlers,
    needs.handlers,
    news.handlers,
)
