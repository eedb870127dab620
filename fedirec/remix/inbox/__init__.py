"""What we do when other instances talk about records and challenges."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.remix.inbox import challenges, records
from fedirec.remix.inbox.arrivals import fetch_announced

__all__ = ["fetch_announced", "handlers"]

handlers = Handlers(records.handlers, challenges.handlers)
