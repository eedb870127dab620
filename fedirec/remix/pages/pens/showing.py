"""How a record that several people write looks to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedirec.accounts.viewer import Viewer
from fedirec.remix.models import Pen, Record
from fedirec.remix.pages.cards import Cards
from fedirec.web.language import gettext as _
from fedirec.web.views import PersonView, RecordView


@dataclass(frozen=True, slots=True, kw_only=True)
class PenView:
    """A pen, as one of the two people sees it."""

    id: int
    other: PersonView
    is_owner: bool
    record: RecordView | None
    words: str
    state: str
    word: str
    tone: str
    sign: str
    offered_at: datetime


def pen_view(cards: Cards, row: Pen, viewer: Viewer, works: dict[str, Record]) -> PenView:
    """How `viewer`, who is one of both, sees it; `works` are what it is about, as far as they can be seen."""
    is_owner = viewer.actor.id == row.owner_id
    record = works.get(row.record_uri)
    words = {
        "invited": (_("waits for an answer") if is_owner else _("waits for you"), "accent", "clock"),
        "held": (_("you write together"), "good", "edit"),
        "declined": (_("declined"), "plain", "clock"),
        "laid_down": (_("no longer a co-author") if is_owner else _("you left"), "plain", "clock"),
        "taken_back": (_("no longer a co-author"), "plain", "clock"),
    }
    word, tone, sign = words[row.state]
    return PenView(
        id=row.id,
        other=cards.person(row.holder if is_owner else row.owner),
        is_owner=is_owner,
        record=cards.record(record) if record else None,
        words=row.words,
        state=row.state,
        word=word,
        tone=tone,
        sign=sign,
        offered_at=row.offered_at,
    )
