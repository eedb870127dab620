"""The public log of a challenge, and how entries of any log are told."""

from __future__ import annotations

from fedirec.remix.pages.logs.showing import routes
from fedirec.remix.pages.logs.telling import EntryView, log_views, place_in_log

__all__ = ["EntryView", "log_views", "place_in_log", "routes"]
