"""What people who are listed say to one exact revision: they accept it, or give their share back.

Every word names the digest of what they saw. One that speaks of another revision than that in force is kept with its
reason and counts for nothing; nobody can say anything for somebody else, and of each person the newest word counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.persons import own_person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import begin, in_force, refuse_moved
from fedirec.credits.actions.proposals.publishing import write_revision
from fedirec.credits.actions.proposals.telling import tell_leaders, tell_some
from fedirec.credits.chain_documents import of_stance
from fedirec.credits.decisions import OF_SHARES, VOTES, Says
from fedirec.credits.models import PayProposal, ProposalRevision, Share, Stance
from fedirec.credits.proposals import CHANGING, HEARING, Facts, State, Step, advance, is_open
from fedirec.credits.queries.drafts import (
    departures_for,
    lines_given_back,
    read_revision,
    unagreed_departures,
)
from fedirec.credits.queries.standing import actors_of_people, lines_of_person
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, NotFound, TooMany
from fedirec.lanes import gathering
from fedirec.ledger.recording import record
from fedirec.remix.actions.reminders import is_first
from fedirec.remix.powers import Deed, Part
from fedirec.translatable import N_

MAX_STANCES: Final = 50
"""Of one person to one proposal."""
MAX_GIVEN_BACK: Final = 6
"""Times that one person gives something back or takes it back: each makes a revision that all others look at again."""
NOT_LISTED: Final = N_("Only people who are listed can say that.")
STALE: Final = N_("This was said to another revision than the one in force.")
NOT_NOW: Final = N_("This proposal could not be accepted any more, or not yet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How somebody's word came."""

    via: Literal["page", "api", "activity"]
    uri: str | None = None
    """Of the signed activity."""
    is_proved: bool = False
    """Whether that carries a proof by a key of theirs, and not only a signature on the request that brought it."""


BY_PAGE: Final = Channel(via="page")
BY_API: Final = Channel(via="api")


async def accept_proposal(actor: Actor, proposal: PayProposal, digest: str, channel: Channel = BY_PAGE) -> Stance:
    """`actor`, who is listed, accepts the revision with `digest`; it counts if that is in force, else it says why not.

    The same again, or the same activity twice, changes nothing. Raises Forbidden for people who are not listed,
    Conflict before it is published, and TooMany.
    """
    async with transaction():
        revision, person, _lines = await _begin(Deed.ACCEPT_PROPOSAL, actor, proposal)
        last = await _last_word(proposal, person)
        if last is not None and last.counts and last.says == Says.ACCEPT and last.digest == digest == revision.digest:
            return last
        reason = "" if digest == revision.digest else STALE
        if not reason and State(proposal.state) not in HEARING:
            reason = NOT_NOW
        return await say(actor, person, proposal, revision, Says.ACCEPT, digest, channel=channel, reason=reason)


async def give_share_back(
    actor: Actor, proposal: PayProposal, digest: str, *, line: str = "", channel: Channel = BY_PAGE
) -> ProposalRevision | None:
    """`actor` does not want the share of their `line`, or of all their lines: the others get it, in proportion.

    That is a revision in which nothing else changes. None where they spoke of another one: that is kept, and counts for
    nothing. Raises Conflict where nobody would be left who gets anything, or when it is too late.
    """
    return await _change_share(actor, proposal, digest, Says.GIVE_BACK, line, channel)


async def take_share_back(
    actor: Actor, proposal: PayProposal, digest: str, *, line: str = "", channel: Channel = BY_PAGE
) -> ProposalRevision | None:
    """`actor` wants what they gave back after all; the others lose it again, and have a week to object, the first time.

    Raises Conflict when people can object no more, so that nobody is kept waiting at the end.
    """
    return await _change_share(actor, proposal, digest, Says.TAKE_BACK, line, channel)


async def agree_to_departure(actor: Actor, proposal: PayProposal, digest: str, channel: Channel = BY_PAGE) -> Stance:
    """`actor` agrees that `proposal` departs from what they were promised, exactly as the departure with `digest` says.

    One that is not, or not any more, asked of them is kept with its reason and counts for nothing.
    """
    async with transaction():
        await begin(Deed.AGREE_TO_DEPARTURE, proposal, actor, also=Part.AUTHOR)
        if State(proposal.state) not in CHANGING:
            raise Conflict(N_("This proposal cannot be changed any more."))
        person = await own_person(actor)
        asked = {each.digest for each in await departures_for(proposal, person)}
        said = await Stance.filter(
            proposal_id=proposal.id, person_id=person, says=Says.AGREE.value, digest=digest, counts=True
        ).first()
        if said is not None:
            return said
        if not asked:
            raise Forbidden(N_("Nothing of this proposal waits for you to agree."))
        reason = "" if digest in asked else N_("This is not what is asked of you.")
        return await say(actor, person, proposal, None, Says.AGREE, digest, channel=channel, reason=reason)


async def ask_to_agree(leader: Actor, proposal: PayProposal) -> int:
    """Everybody to whom `proposal` gives other terms than they were promised knows what waits for them, once for each;
    returns how many those are. Until all of them agree, it is not published.
    """
    async with transaction(), gathering():
        await begin(Deed.PUBLISH_PROPOSAL, proposal, leader)
        if State(proposal.state) not in CHANGING:
            raise Conflict(N_("This proposal cannot be changed any more."))
        open_ = await unagreed_departures(proposal)
        asked = 0
        for person in sorted({each.person for each in open_}):
            mine = sorted(each.digest for each in open_ if each.person == person)
            subject = f"{proposal.uri}#departures-{'-'.join(mine)[:100]}"
            if await is_first(subject, f"departure {person}", proposal.made_at):
                asked += 1
                people = await actors_of_people([person])
                about = f"departures-{mine[0]}"
                await tell_some(proposal, people, Notice.DEPARTURE_ASKED, cause=leader, about=about, page="/agree")
    return asked


async def _change_share(
    actor: Actor,
    proposal: PayProposal,
    digest: str,
    says: Says,
    line: str,
    channel: Channel,
) -> ProposalRevision | None:
    async with transaction(), gathering():
        revision, person, lines = await _begin(Deed.GIVE_SHARE_BACK, actor, proposal)
        if line and line not in {share.line_key for share in lines}:
            raise NotFound(N_("There is no such line."))
        if State(proposal.state) not in HEARING:
            raise Conflict(N_("It is too late to give this share back, or too early."))
        if says is Says.TAKE_BACK and not is_open(proposal.state, now=now(), closes_at=proposal.closes_at):
            raise Conflict(N_("A share is taken back as long as people can object, and not after that."))
        if digest != revision.digest:
            await say(actor, person, proposal, revision, says, digest, line=line, channel=channel, reason=STALE)
            return None
        meant = {share.line_key for share in lines if not line or share.line_key == line}
        if {share.line_key for share in lines if share.is_given_back} & meant == (
            meant if says is Says.GIVE_BACK else set()
        ):
            return revision
        turns = Stance.filter(proposal_id=proposal.id, person_id=person, says__in=OF_SHARES, counts=True)
        if await turns.count() >= MAX_GIVEN_BACK:
            raise TooMany(N_("You have changed your mind often. Please talk to those who lead it."), retry_after=3600)
        is_again = says is Says.TAKE_BACK and await turns.filter(says=says.value).exists()
        said = await _keep(actor, person, proposal, revision, says, digest, line=line, channel=channel)
        rows = {share.line_key: share for share in await Share.filter(revision_id=revision.id)}
        given_back = await lines_given_back(proposal, {key: share.person_id for key, share in rows.items()})
        row = await write_revision(
            proposal,
            read_revision(revision).giving_back(given_back).sharing(revision.amount),
            advance(proposal.state, Step.REVISE, Facts(now=now())),
            by=actor,
            note="",
            rows=rows,
            is_recusal=True,
            extends=not is_again,
        )
        await tell_leaders(proposal, Notice.SHARE_GIVEN_BACK, cause=actor)
        await _record(said, proposal)
        return row


async def say_stale(actor: Actor, proposal: PayProposal, says: Says, digest: str, channel: Channel) -> Stance:
    """What `actor`, who is listed, says to another revision than that in force is kept with its reason and counts for
    nothing. Raises Forbidden for people who are not listed, and TooMany.
    """
    async with transaction():
        revision, person, _lines = await _begin(Deed.ACCEPT_PROPOSAL, actor, proposal)
        return await say(actor, person, proposal, revision, says, digest, channel=channel, reason=STALE)


async def _begin(deed: Deed, actor: Actor, proposal: PayProposal) -> tuple[ProposalRevision, int, list[Share]]:
    """The revision in force, the person who `actor` is, and their lines. Raises Forbidden where they have none."""
    await begin(deed, proposal, actor, also=Part.AUTHOR)
    await refuse_moved(actor)
    revision = await in_force(proposal)
    person = await own_person(actor)
    lines = await lines_of_person(revision, person)
    if not lines:
        raise Forbidden(NOT_LISTED)
    if await Stance.filter(proposal_id=proposal.id, person_id=person).count() >= MAX_STANCES:
        raise TooMany(N_("You have said much about this already."), retry_after=3600)
    return revision, person, lines


async def _last_word(proposal: PayProposal, person: int) -> Stance | None:
    said = Stance.filter(proposal_id=proposal.id, person_id=person, says__in=VOTES)
    return await said.order_by("-id").first()


async def say(
    actor: Actor,
    person: int,
    proposal: PayProposal,
    revision: ProposalRevision | None,
    says: Says,
    digest: str,
    *,
    channel: Channel,
    line: str = "",
    reason: str = "",
) -> Stance:
    """It is kept, and the chain of its home tells of it: the last in the transaction. Raises Conflict for an activity
    that said something already.
    """
    said = await _keep(actor, person, proposal, revision, says, digest, channel=channel, line=line, reason=reason)
    await _record(said, proposal)
    return said


async def _record(said: Stance, proposal: PayProposal) -> None:
    if proposal.pool_id is not None:  # what is said to a copy stands in the chain of its home
        await record("stance", proposal.key, of_stance(said))


async def _keep(
    actor: Actor,
    person: int,
    proposal: PayProposal,
    revision: ProposalRevision | None,
    says: Says,
    digest: str,
    *,
    channel: Channel,
    line: str = "",
    reason: str = "",
) -> Stance:
    try:
        async with transaction():
            return await Stance.create(
                proposal=proposal,
                revision=revision if revision is not None and revision.digest == digest else None,
                person_id=person,
                actor=actor,
                says=says.value,
                digest=digest[:100],
                line_key=line,
                via=channel.via,
                activity_uri=channel.uri,
                is_proved=channel.is_proved,
                counts=not reason,
                reason=reason,
                created_at=now(),
            )
    except IntegrityError as error:
        raise Conflict(N_("That has been said already.")) from error
