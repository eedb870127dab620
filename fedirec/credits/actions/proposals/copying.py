"""What somebody has to do with pay proposals, as a copy for them has it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fedirec.accounts.actions.persons import person_of
from fedirec.activitypub.models import Actor
from fedirec.credits.models import Objection, ProposalComment, Share, Stance
from fedirec.credits.queries.standing import same_people


async def proposal_entries(actor: Actor) -> AsyncIterator[dict[str, object]]:
    """The shares of `actor` in each revision, and what they said: accepted, objected, gave back, commented."""
    people = await same_people((await person_of(actor)).id)
    shares = Share.filter(person_id__in=people).order_by("id").select_related("revision__proposal")
    async for share in shares:
        yield {
            "kind": "share",
            "proposal": share.revision.proposal.uri,
            "title": share.revision.proposal.title,
            "revision": share.revision.number,
            "digest": share.revision.digest,
            "parts_per_million": share.ppm,
            "amount": share.amount,
            "currency": share.revision.proposal.currency,
            "is_given_back": share.is_given_back,
            "at": share.revision.published_at,
        }
    async for stance in Stance.filter(person_id__in=people).order_by("id").select_related("proposal"):
        yield {
            "kind": stance.says,
            "proposal": stance.proposal.uri,
            "digest": stance.digest,
            "counts": stance.counts,
            "proof": stance.activity_uri,
            "is_proved": stance.is_proved,
            "at": stance.created_at,
        }
    async for objection in Objection.filter(person_id__in=people).order_by("id").select_related("proposal"):
        yield {
            "kind": "objection",
            "proposal": objection.proposal.uri,
            "words": objection.words,
            "remedy": objection.remedy,
            "state": objection.state,
            "resolution": objection.resolution,
            "answer": objection.answer,
            "proof": objection.activity_uri,
            "is_proved": objection.is_proved,
            "at": objection.created_at,
        }
    async for comment in ProposalComment.filter(author_id=actor.id).order_by("id").select_related("proposal"):
        yield {
            "kind": "comment",
            "proposal": comment.proposal.uri,
            "content": comment.content,
            "at": comment.created_at,
        }
