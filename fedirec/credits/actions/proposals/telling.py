"""Telling everybody who is listed in a proposal what happens to it, wherever they live."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from tortoise.expressions import Q

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Update
from fedirec.clock import now
from fedirec.credits.actions.proposals.describing import describe_proposal
from fedirec.credits.actions.proposals.posting import post_about
from fedirec.credits.models import PayProposal, ProposalComment, ProposalRevision, Share
from fedirec.credits.proposals import State
from fedirec.credits.queries.standing import actors_of_people, listed_people, newest_revision
from fedirec.projects.actions.invitations import speaks_fedirec
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.models import News
from fedirec.remix.queries.leading import leaders_of_group

MAX_TOLD: Final = 2_000
"""People elsewhere whose instances hear of one proposal besides the followers."""
IN_COPIES: Final = frozenset(
    {
        *(Notice.PROPOSAL_PUBLISHED, Notice.PROPOSAL_REVISED, Notice.SHARE_GIVEN_BACK, Notice.PROPOSAL_DECIDED),
        *(Notice.PROPOSAL_REJECTED, Notice.PROPOSAL_LOCKED, Notice.PROPOSAL_CANCELLED, Notice.OBJECTION_ANSWERED),
        *(Notice.OBJECTION_DECIDED, Notice.OBJECTION_DECIDED_ALONE, Notice.PROPOSAL_WITHOUT_MONEY),
    }
)
"""Of what an instance tells its people by itself that keeps a copy (`copies`)."""


async def tell_listed(
    proposal: PayProposal,
    kind: Notice,
    *,
    revision: ProposalRevision | None = None,
    cause: Actor | None = None,
    reason: str = "",
    also: Iterable[int] = (),
    about: str = "",
) -> None:
    """Everybody listed in `revision`, and the people `also`, know that `kind` happened to `proposal`, or to the part
    of it that `about` names: of one thing they hear once.

    Part of the caller's transaction. Here they are told by a notice, elsewhere by what their server understands.
    """
    listed = await listed_people(revision)
    told = await actors_of_people(listed)
    gone = await actors_of_people(set(also) - listed)
    await tell_some(
        proposal,
        [*told, *gone],
        kind,
        cause=cause,
        reason=reason,
        revision=revision,
        about=about,
        by_copy=await with_copies(revision),
    )


async def tell_leaders(proposal: PayProposal, kind: Notice, *, cause: Actor | None, reason: str = "") -> None:
    """Those who lead what `proposal` belongs to know of it."""
    await tell_some(proposal, await leaders_of_group(proposal.group), kind, cause=cause, reason=reason)


async def tell_some(
    proposal: PayProposal,
    people: Iterable[Actor],
    kind: Notice,
    *,
    cause: Actor | None = None,
    reason: str = "",
    revision: ProposalRevision | None = None,
    about: str = "",
    by_copy: Collection[int] = (),
    more: Mapping[str, str] | None = None,
    page: str = "",
) -> None:
    """Each of `people` knows that `kind` happened to `proposal`, or to the part of it that `about` names, and is led to
    the proposal or to the `page` below it.

    Nobody is told twice: those `by_copy`, by row, whose instance makes a notice of the proposal itself, get no letter.
    """
    details = {"title": proposal.title, "day": last_day_of(proposal), **({"reason": reason} if reason else {})}
    details |= more or {}
    number = revision.number if revision else proposal.number
    subject = f"{proposal.uri}#{about or f'{kind}-{number}'}"
    told = list(people)
    read_there = {each.id for each in told if kind in IN_COPIES and each.id in by_copy and has_copy(each)}
    for writes in (True, False):
        some = [each for each in told if (each.id not in read_there) is writes]
        await tell_people(
            proposal.group, some, kind, cause, subject, proposal.uri + page, details, writes=writes, also_moved=True
        )


def last_day_of(proposal: PayProposal) -> str:
    """Until when people can object to `proposal`, as they are told; "?" where its home does not say so."""
    return proposal.closes_at.date().isoformat() if proposal.closes_at else "?"


async def with_copies(revision: ProposalRevision | None) -> set[int]:
    """Those listed, by row, who are credited: their instance knows the project by that, and keeps a copy. Who is listed
    for anything else gets a letter.
    """
    if revision is None:
        return set()
    found = Share.filter(revision_id=revision.id, credit_id__not_isnull=True, actor_id__not_isnull=True)
    return {int(str(row)) for row in await found.values_list("actor_id", flat=True)}


def has_copy(actor: Actor) -> bool:
    """Whether the instance of `actor`, who is listed, keeps a copy of the proposal: its software says that it can."""
    return not actor.is_local and speaks_fedirec(actor)


async def tell_copies(proposal: PayProposal) -> None:
    """The instances that keep a copy of `proposal` because somebody there is listed ask for what was said to it; part
    of the caller's transaction.
    """
    revision = await newest_revision(proposal)
    if revision is None or not revision.document or proposal.group.state == "pending":
        return
    people = await actors_of_people(await listed_people(revision))
    copies = [each for each in people if has_copy(each)]
    if copies:
        await publish(proposal.group, _said(Update, proposal, revision), to=copies[:MAX_TOLD])


async def announce(proposal: PayProposal, revision: ProposalRevision) -> None:
    """The followers of the Group, and the instances of those listed elsewhere, hear what became of `proposal`; part of
    the caller's transaction.

    To software that knows proposals it goes whole; to all others as a post with the way to its page. What
    people reply to that stands under the proposal. Of a share that was given back there is no post, and nobody hears of
    anything while the project is prepared.
    """
    group = proposal.group
    if group.state == "pending" or not revision.document:
        return
    said = _said(Create if proposal.state == State.PUBLISHED else Update, proposal, revision)
    people = await listed_people(revision)
    elsewhere = [each for each in await actors_of_people(people) if not each.is_local]
    await publish(group, said, to=elsewhere[:MAX_TOLD], to_followers_of=[group])
    is_given_back = proposal.state == State.REVISED and revision.is_recusal  # many may, and each could often
    if not is_given_back:
        await post_about(proposal, revision)


def _said(kind: Any, proposal: PayProposal, revision: ProposalRevision) -> Any:
    group = proposal.group
    return kind(
        id=new_activity_uri(group),
        actor=group.uri,
        object=describe_proposal(proposal, revision),
        to=(PUBLIC,),
        cc=(group.followers,) if group.followers else (),
        published=now(),
    )


async def proposal_under(post: str | None) -> PayProposal | None:
    """The proposal of ours about which the Group said the post at the address `post`, or somebody what is there."""
    if not post:
        return None
    ours = ProposalComment.filter(uri=post, proposal__pool_id__not_isnull=True)
    comment = await ours.select_related("proposal").first()
    if comment is not None:
        return comment.proposal
    news = await News.filter(uri=post, group__is_local=True, author_id=None, deleted_at=None).first()
    address = news.text.rpartition("\n\n")[2] if news is not None else post
    found = PayProposal.filter(Q(uri=address) | Q(note_uri=post), pool_id__not_isnull=True)
    return await found.first()
