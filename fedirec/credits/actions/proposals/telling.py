"""Telling everybody who is listed in a proposal what happens to it, wherever they live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Update
from fedirec.clock import now
from fedirec.credits.actions.proposals.describing import describe_proposal
from fedirec.credits.models import PayProposal, ProposalComment, ProposalRevision
from fedirec.credits.proposals import State
from fedirec.credits.queries.standing import actors_of_people, listed_people
from fedirec.remix.actions.news import MAX_TITLE, publish_news
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.models import News
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.translatable import N_
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

MAX_TOLD: Final = 2_000
"""People elsewhere whose instances hear of one proposal besides the followers."""
_PROPOSED: Final = N_(
    "How money is to be shared: “%(title)s”. Everybody can say what they think of it, also by a reply."
)
_POSTS: Final[Mapping[State, str]] = MappingProxyType(
    {
        **dict.fromkeys(State, _PROPOSED),
        State.REVISED: N_("What is proposed was revised: “%(title)s”. Everybody can say what they think of it."),
        State.CLOSING: N_("It is decided that money is not shared as “%(title)s” says. It can be revised."),
        State.DECIDED: N_("It is decided that money is shared as “%(title)s” says."),
        State.LOCKED: N_("What “%(title)s” gives is owed to everybody listed from now on."),
        State.CANCELLED: N_("The proposal “%(title)s” was called off. Nothing is shared by it."),
    }
)
"""What a Group says of a proposal in public, by where that stands now."""


async def tell_listed(
    proposal: PayProposal,
    kind: Notice,
    *,
    revision: ProposalRevision | None = None,
    cause: Actor | None = None,
    reason: str = "",
    also: Iterable[int] = (),
) -> None:
    """Everybody listed in `revision`, and the people `also`, know that `kind` happened to `proposal`.

    Part of the caller's transaction. Here they are told by a notice, elsewhere by what their server understands.
    """
    people = await listed_people(revision) | set(also)
    await tell_some(proposal, await actors_of_people(people), kind, cause=cause, reason=reason, revision=revision)


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
) -> None:
    """Each of `people` knows that `kind` happened to `proposal`, or to the part of it that `about` names."""
    details = {"title": proposal.title, **({"reason": reason} if reason else {})}
    number = revision.number if revision else proposal.number
    subject = f"{proposal.uri}#{about or f'{kind}-{number}'}"
    await tell_people(proposal.group, people, kind, cause, subject, proposal.uri, details)


async def announce(proposal: PayProposal, revision: ProposalRevision) -> None:
    """The followers of the Group, and the instances of those listed elsewhere, hear what became of `proposal`; part of
    the caller's transaction.

    To software that knows proposals it goes whole; to all others as a post of the Group with the way to its page. What
    people reply to that stands under the proposal. Of a share that was given back there is no post, and nobody hears of
    anything while the project is prepared.
    """
    group = proposal.group
    if group.state == "pending" or not revision.document:
        return
    described = describe_proposal(proposal, revision)
    kind: Any = Create if proposal.state == State.PUBLISHED else Update
    said = kind(
        id=new_activity_uri(group),
        actor=group.uri,
        object=described,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    people = await listed_people(revision)
    elsewhere = [each for each in await actors_of_people(people) if not each.is_local]
    await publish(group, said, to=elsewhere[:MAX_TOLD], to_followers_of=[group])
    is_given_back = proposal.state == State.REVISED and not revision.note  # many may, and each could six times
    if group.type == "Group" and not is_given_back:
        with reading(Reader(locale=best_language([]))):
            words = _(_POSTS[State(proposal.state)]) % {"title": proposal.title}
        text = "\n\n".join(filter(None, [words, _quoted(revision.note), proposal.uri]))
        news = await publish_news(group, kind="update", title=proposal.title[:MAX_TITLE], text=text, author=None)
        proposal.note_uri = news.uri
        await proposal.save(update_fields=["note_uri"])


async def proposal_under(post: str | None) -> PayProposal | None:
    """The proposal of ours about which the Group said the post at the address `post`, or somebody what is there."""
    if not post:
        return None
    comment = await ProposalComment.filter(uri=post).select_related("proposal").first()
    if comment is not None:
        return comment.proposal
    news = await News.filter(uri=post, group__is_local=True, author_id=None, deleted_at=None).first()
    address = news.text.rpartition("\n\n")[2] if news is not None else post
    return await PayProposal.filter(uri=address, pool_id__not_isnull=True).first()


def _quoted(note: str) -> str:
    """What was said with a revision, as a quotation: it is shown as it was typed."""
    return "\n".join(f"> {line}" for line in note.splitlines())
