"""What a comment or a post quotes, as pages show it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fedirec.remix.actions.quotations import look_again
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.quotes import quotations_of
from fedirec.uris import host_of
from fedirec.web.views import PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedView:
    """Something that is quoted: with its title and author where they agreed, else only as a link."""

    url: str
    host: str
    is_allowed: bool
    title: str = ""
    author: PersonView | None = None


async def quoted_in(cards: Cards, uris: Collection[str]) -> dict[str, QuotedView]:
    """What is quoted at `uris`, by those; consents that were seen long ago are looked at again."""
    found = await quotations_of(uris)
    await look_again([row for row, _record in found])
    views: dict[str, QuotedView] = {}
    for row, record in found:
        is_allowed = row.state == "approved"
        shown = record if is_allowed else None
        views[row.uri] = QuotedView(
            url=cards.record_url(record) if record else row.target_uri,
            host=host_of(row.target_uri),
            is_allowed=is_allowed,
            title=shown.title if shown else "",
            author=cards.person(shown.author) if shown else None,
        )
    return views
