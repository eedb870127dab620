"""Which works stand in the way of a pool until their author allows it, by name, for whoever may ask them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fedirec.credits.models import Pool
from fedirec.credits.queries.belonging import productions_for
from fedirec.credits.queries.grants import blocking_works
from fedirec.remix.pages.cards import Cards, licence_view
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.web.language import gettext as _

MAX_PRODUCTIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """A work with whose licence nobody may make money."""

    row: int
    title: str
    url: str
    author: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedView:
    """A production, and the works in it that nobody has granted yet."""

    title: str
    url: str
    works: list[BlockView]


async def blocked_views(cards: Cards, pool: Pool, parts: Collection[Part]) -> list[BlockedView]:
    """The newest productions for which `pool` can be shared, as far as something blocks them, for whoever leads."""
    if not may_do(Deed.ASK_FOR_GRANT, parts):
        return []
    productions = await productions_for(pool, limit=MAX_PRODUCTIONS)
    blocked = await blocking_works(productions)
    return [
        BlockedView(
            title=production.title,
            url=cards.here(production.uri),
            works=[
                BlockView(
                    row=each.record.id,
                    title=each.record.title or _("Untitled"),
                    url=cards.record_url(each.record),
                    author=each.record.author.name or each.record.author.handle,
                    licence=licence_view(each.licence).short,
                )
                for each in blocked[production.id]
            ],
        )
        for production in productions
        # Whoever leads one project asks in its name alone.
        if blocked.get(production.id) and production.project.actor_id == pool.group_id
    ]
