"""What becomes of somebody in pay proposals who leaves for good: their words go, and what they are owed stays."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import DraftLine, Objection, ProposalAppeal, ProposalComment, ProposalRevision
from fedirec.db import transaction


async def forget_proposals(actor: Actor, keeps_name: bool) -> None:
    """What `actor` said to proposals is gone. Where they do not leave their name, so is every revision that names them,
    but for its shares and its digest: who reads the chain can still see that nothing was put in its place.
    """
    async with transaction():
        await ProposalComment.filter(author_id=actor.id).update(content="", deleted_at=now())
        await Objection.filter(author_id=actor.id).update(words="", remedy="")
        await ProposalAppeal.filter(objection__author_id=actor.id).update(words="")
        await Objection.filter(answered_by_id=actor.id).update(answer="")
        await ProposalAppeal.filter(decided_by_id=actor.id).update(reason="")
        if keeps_name:
            return
        await DraftLine.filter(actor_id=actor.id).update(actor_id=None, name="")
        rows = await ProposalRevision.filter(shares__actor_id=actor.id).distinct().values_list("id", flat=True)
        if rows:
            await ProposalRevision.filter(id__in=[int(str(row)) for row in rows]).update(document={}, note="")
