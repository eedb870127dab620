"""What whoever looks at a proposal can do now: a page shows no button that would be refused."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deciding import refuse_own
from fedirec.credits.decisions import Says, is_for_host
from fedirec.credits.models import PayProposal, ProposalRevision
from fedirec.credits.proposals import BINDING, CHANGING, ENDED, State, Step, steps_from
from fedirec.credits.queries.proposal_pages import ProposalPage
from fedirec.errors import FedirecError
from fedirec.remix.powers import Deed, may_do
from fedirec.web.sentences import told

ACTS: Final = frozenset({"edit", "cancel", "decide", "lock", "adjust", "who"})
"""What those who lead it, and treasurers, do."""


def abilities(request: Request[Any], page: ProposalPage) -> set[str]:
    """What whoever looks can do now: a page shows no button that would be refused."""
    proposal, viewing, viewer = page.proposal, page.viewing, viewer_of(request)
    if viewer is None:
        return set()
    parts, state = viewing.parts, State(proposal.state)
    given_back = any(each.share.is_given_back for each in page.own)
    said = {
        "object": viewing.can_object and viewer.can(Permission.OBJECT),
        "accept": viewing.can_accept and not has_accepted(page),
        "give_back": viewing.can_give_back,
        "take_back": viewing.can_accept and page.is_open and given_back,
    }
    if proposal.pool is None:
        return {name for name, may in said.items() if may}
    able = {
        **said,
        "comment": may_do(Deed.COMMENT_ON_PROPOSAL, parts) and viewer.can(Permission.COMMENT) and state not in ENDED,
        "edit": may_do(Deed.DRAW_UP_PROPOSAL, parts) and state in CHANGING,
        "cancel": may_do(Deed.CANCEL_PROPOSAL, parts) and Step.CANCEL in steps_from(state),
        "decide": may_do(Deed.DECIDE_PROPOSAL, parts)
        and state is State.CLOSING
        and is_for_host(proposal.rule, closes_at=proposal.closes_at, at=now()),
        "lock": may_do(Deed.LOCK_PROPOSAL, parts) and state is State.DECIDED,
        "adjust": may_do(Deed.DRAW_UP_PROPOSAL, parts) and state in BINDING and proposal.pool.state == "open",
        "who": may_do(Deed.DRAW_UP_PROPOSAL, parts) and any(each.share.actor_id is None for each in page.lines),
    }
    return {name for name, may in able.items() if may}


async def why_not(viewer: Actor | None, proposal: PayProposal, row: ProposalRevision | None, can: set[str]) -> str:
    """Why a treasurer who looks does not decide or lock it, or not yet; empty where they can."""
    if viewer is None or row is None or can.isdisjoint({"decide", "lock"}):
        return ""
    try:
        await refuse_own(viewer, proposal, row)
    except FedirecError as error:
        return told(error)
    return ""


def has_accepted(page: ProposalPage) -> bool:
    """Whether whoever looks has accepted what is in force."""
    stance = page.viewing.stance
    return (
        stance is not None
        and stance.says == Says.ACCEPT
        and stance.counts
        and page.row is not None
        and stance.digest == page.row.digest
    )
