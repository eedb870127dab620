"""What we do when other instances talk about records and challenges."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.remix.inbox import challenges, comments, consent, quotes, records
from fedirec.remix.inbox.arrivals import fetch_announced
from fedirec.remix.inbox.comments import fetch_comment

__all__ = ["fetch_announced", "fetch_comment", "handlers"]

handlers = Handlers(records.handlers, comments.handlers, challenges.handlers, quotes.handlers, consent.handlers)
