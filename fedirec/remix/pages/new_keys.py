"""People elsewhere whose keys changed without their saying so, as the pages of what they made name them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.people import with_changed_keys
from fedirec.web.views import PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeysView:
    """Somebody of whom nobody can say whether they are still who they were."""

    person: PersonView
    host: str
    since: datetime
    case_url: str
    """Where a moderator confirms that it is them; empty for everybody else."""


async def new_keys_view(cards: Cards, people: Collection[str]) -> tuple[NewKeysView, ...]:
    """Those at these addresses whose keys nobody vouches for; `cards` say so beside their names from then on."""
    found = await with_changed_keys(people)
    cards.with_new_keys |= {actor.id for actor, _since in found}
    viewer = viewer_of(cards.request)
    may_confirm = viewer is not None and viewer.can(Permission.MODERATE)
    return tuple(
        NewKeysView(
            person=cards.person(actor),
            host=actor.host,
            since=since,
            case_url=f"/admin/reports/{actor.id}" if may_confirm else "",
        )
        for actor, since in found
    )
