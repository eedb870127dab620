"""Telling everybody who is listed in a proposal what happens to it, wherever they live."""

from __future__ import annotations

from collections.abc import Iterable

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.credits.models import PayProposal, ProposalRevision
from fedirec.credits.queries.standing import actors_of_people, listed_people
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.queries.leading import leaders_of_group


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
    """The followers of the Group hear of what happened to `proposal`; part of the caller's transaction."""
