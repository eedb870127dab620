"""Comments on proposals: anybody can say something, and it decides nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.persons import own_person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin
from fedirec.credits.models import PayProposal, ProposalComment
from fedirec.credits.proposals import ENDED, State
from fedirec.credits.queries.standing import listed_people, newest_revision
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, TooMany
from fedirec.html import markdown
from fedirec.remix.powers import Deed
from fedirec.translatable import N_

MAX_COMMENT: Final = 5_000
"""Characters."""
MAX_COMMENTS_AN_HOUR: Final = 20
"""Of one person to one proposal."""
MAX_COMMENTS: Final = 5_000
"""On one proposal; whoever is listed is heard beyond that."""
MAX_COMMENTS_OF_HOST_A_DAY: Final = 200
"""On one proposal, of people of one other server."""


async def write_comment(author: Actor, proposal: PayProposal, text: str) -> ProposalComment:
    """A member of ours has said something about `proposal`, which everybody reads.

    Raises Invalid for nothing or too much, Conflict for a draft or what is over, and TooMany.
    """
    said = text.strip()
    if not said:
        raise Invalid(N_("Please write something."), field="text")
    if len(said) > MAX_COMMENT:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="text", blanks={"n": MAX_COMMENT})
    async with transaction():
        await begin(Deed.COMMENT_ON_PROPOSAL, proposal, author)
        return await save_comment(author, proposal, markdown(said))


async def save_comment(
    author: Actor, proposal: PayProposal, content: str, *, uri: str | None = None
) -> ProposalComment:
    """`content`, which is clean HTML, stands under `proposal`; part of the caller's transaction, which holds it.

    For what came from elsewhere too: `uri` is that of the post. The same twice is the first.
    """
    if not proposal.number or State(proposal.state) in ENDED:
        raise Conflict(N_("Nobody can comment on this proposal now."))
    if uri is not None and (there := await ProposalComment.get_or_none(uri=uri)) is not None:
        return there
    all_ = ProposalComment.filter(proposal_id=proposal.id)
    own = all_.filter(author_id=author.id, created_at__gt=now() - timedelta(hours=1))
    of_host = all_.filter(author__host=author.host, created_at__gt=now() - timedelta(days=1))
    is_full = await all_.count() >= MAX_COMMENTS or (
        not author.is_local and await of_host.count() >= MAX_COMMENTS_OF_HOST_A_DAY
    )
    if is_full:
        is_full = await own_person(author) not in await listed_people(await newest_revision(proposal))
    if is_full or await own.count() >= MAX_COMMENTS_AN_HOUR:
        raise TooMany(N_("Those were many comments within an hour. Please take a break."), retry_after=3600)
    return await ProposalComment.create(proposal=proposal, author=author, content=content, uri=uri, created_at=now())
