"""Which proposal a request is about, and who asks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from starlette.requests import Request

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.deeds import LIVES_ELSEWHERE
from fedirec.credits.models import PayProposal
from fedirec.credits.proposals import CHANGING, State
from fedirec.credits.queries.proposals import get_proposal
from fedirec.credits.queries.standing import parts_to
from fedirec.errors import Conflict
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.translatable import N_


async def proposal_in(request: Request[Any]) -> PayProposal:
    """The proposal in the path, if whoever asks may see it. Raises NotFound."""
    viewer = viewer_of(request)
    moderates = viewer is not None and viewer.can(Permission.MODERATE)
    return await get_proposal(request.path_params["key"], looker(request), is_moderator=moderates)


def looker(request: Request[Any]) -> Actor | None:
    """Whoever looks, if they may say anything here; else they see what strangers see."""
    viewer = viewer_of(request)
    return viewer.actor if viewer is not None and viewer.can(Permission.OBJECT) else None


def speaker_in(request: Request[Any]) -> Viewer:
    """Whoever says something to a proposal, a member or a guest. Raises Unauthenticated or Forbidden."""
    return require_viewer(request, Permission.OBJECT)


async def led_in(request: Request[Any]) -> PayProposal:
    """The proposal of ours in the path, for who draws it up. Raises NotFound, Forbidden or Conflict."""
    viewer, proposal = speaker_in(request), await proposal_in(request)
    if proposal.pool is None:
        raise Conflict(LIVES_ELSEWHERE)
    refuse_unless(Deed.DRAW_UP_PROPOSAL, await parts_to(proposal.group, viewer.actor))
    return proposal


async def changing_in(request: Request[Any]) -> PayProposal:
    """The same where it can still be changed. Raises what `led_in` raises."""
    proposal = await led_in(request)
    if State(proposal.state) not in CHANGING:
        raise Conflict(N_("This proposal cannot be changed any more."))
    return proposal


async def record_pages(cards: Cards, uris: Collection[str]) -> dict[str, str]:
    """The page of each of these records that everybody may see, by its address."""
    found = Record.filter(uri__in=list(uris), visibility="public", deleted_at=None).select_related("author")
    return {record.uri: cards.record_url(record) for record in await found} if uris else {}
