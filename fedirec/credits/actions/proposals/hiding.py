"""Words on the page of a proposal that others do not see any more: moderators decide it, and the public log says why.

What was said stands all the same: an objection without its words is still answered, and an appeal decided.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from fedirec.accounts.actions.audit import audit
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.deeds import with_home
from fedirec.credits.actions.proposals.telling import tell_copies
from fedirec.credits.models import Objection, PayProposal, ProposalAppeal, ProposalComment
from fedirec.credits.queries.hearing import get_objection
from fedirec.credits.queries.proposals import get_appeal
from fedirec.credits.queries.standing import parts_to
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Invalid, NotFound
from fedirec.lanes import gathering
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.translatable import N_


class Words(StrEnum):
    """What can be hidden."""

    COMMENT = "comment"
    OBJECTION = "objection"
    ANSWER = "answer"
    """To an objection."""
    APPEAL = "appeal"
    """With why it was decided so."""


_Row: TypeAlias = ProposalComment | Objection | ProposalAppeal


async def hide_words(
    moderator: Actor, proposal: PayProposal, what: str, which: str, *, reason: str, hides: bool = True
) -> None:
    """Others do not read these words any more, or, unless it `hides`, again; the log says who did that, and why.

    `which` is the key of the objection, or the number of the comment. Of a copy, that holds here alone; what the home
    of one of ours shows no more, its copies do not show either. The same again changes nothing. Raises Forbidden,
    NotFound, and Invalid without a reason.
    """
    if what not in tuple(Words):
        raise Invalid(N_("Please say what is to be hidden."), field="what")
    if not reason.strip():
        raise Invalid(N_("Please say why, in a sentence. Everybody can read it."), field="reason")
    async with transaction(), gathering():
        await hold(proposal)
        await with_home(proposal)
        refuse_unless(Deed.HIDE_WORDS, await parts_to(proposal.group, moderator))
        row, column = await _find(proposal, Words(what), which)
        if getattr(row, column) is hides:
            return
        setattr(row, column, hides)
        await row.save(update_fields=[column])
        subject = f"{proposal.uri}#{what}-{which}"
        await audit(moderator, "hide_words" if hides else "show_words", subject, reason=reason.strip())
        if proposal.pool is None:
            return
        if proposal.group.type == "Group":
            happened = Happening.WORDS_HIDDEN if hides else Happening.WORDS_SHOWN
            details = {"title": proposal.title, "proposal": proposal.uri}
            await log(proposal.group, happened, by=moderator, reason=reason, details=details)
        await tell_copies(proposal)


async def _find(proposal: PayProposal, what: Words, which: str) -> tuple[_Row, str]:
    """The row, and the column that says whether it is hidden."""
    if what is Words.COMMENT:
        number = int(which) if which.isascii() and which.isdigit() and len(which) < 19 else 0
        comment = await ProposalComment.get_or_none(id=number, proposal_id=proposal.id, deleted_at=None)
        if comment is None:
            raise NotFound(N_("There is no such comment."))
        return comment, "is_hidden"
    if what is Words.APPEAL:
        return await get_appeal(proposal, which), "is_hidden"
    return await get_objection(proposal, which), "is_hidden" if what is Words.OBJECTION else "is_answer_hidden"
