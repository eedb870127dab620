"""The history of one record, oldest first: its sources, its versions, its remixes, and who agreed."""

from __future__ import annotations

from fedirec.remix.queries.histories.events import EVENTS, Event, EventKind
from fedirec.remix.queries.histories.telling import history_of

__all__ = ["EVENTS", "Event", "EventKind", "history_of"]
