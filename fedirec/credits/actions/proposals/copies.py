"""Proposals of other instances in which people of ours are listed: copies to read, never more than their home says.

A home that says something else under a number that was seen before is caught: the first word stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.actions.persons import people_of
from fedirec.accounts.models import Account, Person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.replies_elsewhere import Replies, keep_replies
from fedirec.credits.actions.proposals.telling import last_day_of
from fedirec.credits.decisions import Outcome as Decided
from fedirec.credits.decisions import Says
from fedirec.credits.models import (
    Objection,
    PayProposal,
    ProductionCredit,
    ProposalDecision,
    ProposalRevision,
    Share,
    Stance,
)
from fedirec.credits.proposals import State
from fedirec.credits.queries.drafts import read_revision
from fedirec.credits.queries.standing import newest_revision
from fedirec.credits.revisions import Revision, refuse_successor
from fedirec.credits.vocab import ProposalObject
from fedirec.db.holding import hold
from fedirec.errors import Forbidden, Invalid, Unsupported
from fedirec.projects.models import ProjectMember
from fedirec.remix.actions.private_notes import door_to
from fedirec.remix.models import Record
from fedirec.translatable import N_
from fedirec.uris import new_key, origin_of

MAX_REVISIONS: Final = 200
"""Of one copy."""
MAX_LINES_OF_HOST: Final = 200_000
"""Lines of all revisions of all proposals of one host that are kept."""
_AT_ONCE: Final = 500
OTHER_WORDS: Final = N_(
    "Its home says something else now under the number of a revision that we have. We keep the first."
)
WENT_BACK: Final = N_("Its home went back to an earlier revision than the one that we have.")
NOT_NEXT: Final = N_("Its home changed what was fixed when it was published, or left out what came before.")


async def keep_copy(group: Actor, described: ProposalObject, revision: Revision, said: Replies) -> PayProposal:
    """The copy of what `group` tells, with what was `said` to it; part of the caller's transaction.

    Raises Forbidden for one that is not its own, and Unsupported where nobody here has to do with it, and for too much.
    """
    known = await PayProposal.filter(uri=described.id).first()
    if known is not None:
        await hold(known)
        if known.pool_id is not None or known.group_id != group.id:
            raise Forbidden("a proposal stays with its Group")
    ours = await listed_here(revision)
    if known is None and not await is_followed_here(group) and not await _have_to_do_with(group, revision, ours):
        raise Unsupported("nobody here is listed in it who has to do with that")
    copy = known or await PayProposal.create(
        key=new_key(),
        uri=described.id,
        group=group,
        title=revision.title,
        currency=revision.currency,
        rule=revision.rule,
    )
    newest = await newest_revision(copy)
    kept = await ProposalRevision.get_or_none(proposal_id=copy.id, number=revision.number)
    copy.fetched_at = now()
    if trouble := _trouble(copy, newest, kept, revision):
        copy.trouble = trouble
        await copy.save(update_fields=["fetched_at", "trouble"])
        return copy
    if kept is None:
        if await ProposalRevision.filter(proposal_id=copy.id).count() >= MAX_REVISIONS:
            raise Unsupported("enough revisions of that proposal are known here")
        lines = Share.filter(revision__proposal__group__host=group.host, revision__proposal__pool_id=None)
        if await lines.count() + len(revision.lines) > MAX_LINES_OF_HOST:
            raise Unsupported("enough lines of proposals of that host are known here")
        kept = await _add(copy, newest, described, revision)
        copy.number = revision.number
    before, copy.state, copy.title = copy.state, described.state, revision.title or copy.title
    copy.published_at, copy.closes_at = described.published, described.closes
    await copy.save()
    decided = await ProposalDecision.filter(proposal_id=copy.id).count()
    answered = await keep_replies(copy, said)
    if newest is None or newest.id != kept.id:
        people = {each.id: each for each in (*ours, *(await _listed_in(newest)))}
        for actor in await _who_said_so(copy, newest, revision):
            people.pop(actor, None)
        kind = Notice.PROPOSAL_PUBLISHED if newest is None else Notice.PROPOSAL_REVISED
        await _tell(copy, kind, group, people.values(), number=kept.number, reason=kept.note)
    newer = await ProposalDecision.filter(proposal_id=copy.id).order_by("-created_at").first()
    has_new = newer is not None and await ProposalDecision.filter(proposal_id=copy.id).count() > decided
    reason = newer.reason if newer is not None and has_new else ""
    if known is not None and before != copy.state and (news := _NEWS.get(State(copy.state))) is not None:
        await _tell(copy, news, group, ours, number=kept.number, reason=reason)
    elif known is not None and has_new and newer is not None and newer.outcome == Decided.REJECTED:
        await _tell(copy, Notice.PROPOSAL_REJECTED, group, ours, number=kept.number, reason=reason)
    listed = {each.id for each in ours}
    for about, objection, why in answered:
        if objection.is_proved or objection.author_id in listed:  # a home can name anybody as its author
            await _tell_author(copy, about, objection, group, why)
    return copy


async def _who_said_so(copy: PayProposal, before: ProposalRevision | None, revision: Revision) -> list[int]:
    """Who of ours gave their share back from here, or took it again, by row, where `revision` says nothing else: they
    need no notice of it. What a home says of them that they did not say they hear.
    """
    if before is None or not before.document:
        return []
    old = read_revision(before)
    if old.giving_back({line.key for line in revision.lines if line.is_given_back}) != revision:
        return []
    lines = zip(old.lines, revision.lines, strict=True)
    changed = [each.person for was, each in lines if was.is_given_back != each.is_given_back and each.person]
    said = Stance.filter(proposal_id=copy.id, digest=before.digest, says__in=[Says.GIVE_BACK, Says.TAKE_BACK])
    found = said.filter(actor__uri__in=changed, actor__is_local=True)
    return [int(str(each)) for each in await found.distinct().values_list("actor_id", flat=True)]


def _trouble(
    copy: PayProposal, newest: ProposalRevision | None, kept: ProposalRevision | None, revision: Revision
) -> str:
    """What its home does that no home may do; empty for nothing."""
    if kept is not None and kept.digest != revision.digest:
        return OTHER_WORDS
    if revision.number < copy.number:
        return WENT_BACK
    if newest is not None and newest.document and revision.number == newest.number + 1:
        try:
            refuse_successor(read_revision(newest), revision)
        except Invalid:
            return NOT_NEXT
    return ""


async def _add(
    copy: PayProposal, before: ProposalRevision | None, described: ProposalObject, revision: Revision
) -> ProposalRevision:
    """The revision, and the share of each line."""
    row = await ProposalRevision.create(
        proposal=copy,
        number=revision.number,
        document=revision.write(),
        digest=revision.digest,
        amount=revision.amount or 0,
        note=described.note[:1_000],
        published_at=described.updated or described.published or now(),
    )
    actors = await _known_actors(revision)
    people = await _people(revision, actors, before)
    amounts = revision.amounts
    shares = [
        Share(
            revision=row,
            line_key=line.key,
            person_id=people[line.who],
            actor_id=actors[line.person].id if line.person in actors else None,
            weight=line.weight,
            ppm=line.ppm,
            amount=amounts.get(line.key, 0),
            income_kind=line.income_kind,
            is_given_back=line.is_given_back,
        )
        for line in revision.lines
    ]
    await Share.bulk_create(shares, batch_size=_AT_ONCE)
    return row


async def _people(revision: Revision, actors: Mapping[str, Actor], before: ProposalRevision | None) -> dict[str, int]:
    """Whom each line is about. All whom nobody knows here are one row for each copy: who they are says the document."""
    whose = {line.who: actors[line.person] for line in revision.lines if line.person and line.person in actors}
    known = await people_of(whose.values())
    people = {who: known[actor.id].id for who, actor in whose.items()}
    strangers = {line.who for line in revision.lines} - people.keys()
    if strangers:
        earlier = await Share.filter(revision_id=before.id, actor_id=None).first() if before is not None else None
        nobody = earlier.person_id if earlier is not None else (await Person.create(name="")).id
        people |= dict.fromkeys(strangers, nobody)
    return people


async def _have_to_do_with(group: Actor, revision: Revision, people: Sequence[Actor]) -> bool:
    """Whether any of these members of ours has a credit of something of `group`, is in that project, or is listed for
    a record of theirs that is at home here: nobody else's name makes a copy here, and a notice to them.
    """
    ids = [actor.id for actor in people]
    if await ProductionCredit.filter(actor_id__in=ids, production__project__actor_id=group.id).exists():
        return True
    if await ProjectMember.filter(actor_id__in=ids, project__actor_id=group.id, joined_at__not_isnull=True).exists():
        return True
    theirs = {actor.uri: actor.id for actor in people}
    listed = {(line.record, theirs[line.person]) for line in revision.lines if line.record and line.person in theirs}
    records = Record.filter(uri__in=[uri for uri, _ in listed], author_id__in=ids)
    return not listed.isdisjoint(await records.values_list("uri", "author_id"))


async def _known_actors(revision: Revision, **wanted: Any) -> dict[str, Actor]:
    """Those of whom it speaks that are known here, by address."""
    uris = sorted({line.person for line in revision.lines if line.person})
    found: dict[str, Actor] = {}
    for start in range(0, len(uris), _AT_ONCE):
        rows = await Actor.filter(uri__in=uris[start : start + _AT_ONCE], **wanted)
        found |= {actor.uri: actor for actor in rows}
    return found


async def listed_here(revision: Revision) -> Sequence[Actor]:
    """Members of ours who are listed in it."""
    return list((await _known_actors(revision, is_local=True, type="Person", state="active")).values())


async def _listed_in(row: ProposalRevision | None) -> Sequence[Actor]:
    """Members of ours who were listed in an earlier revision."""
    return await listed_here(read_revision(row)) if row is not None and row.document else []


async def _tell(
    copy: PayProposal, kind: Notice, group: Actor, people: Iterable[Actor], *, number: int, reason: str
) -> None:
    """Members of ours know it: their instance is told by the proposal alone, and by no letter."""
    accounts = await Account.filter(actor_id__in=[actor.id for actor in people], state="active")
    about = {"title": copy.title, "day": last_day_of(copy), **({"reason": reason} if reason else {})}
    # How they want to be paid they say at its home.
    page = door_to(f"{origin_of(copy.uri)}/money") if kind is Notice.PROPOSAL_LOCKED else f"/pay/{copy.key}"
    await notify_all(accounts, kind, group, f"{copy.uri}#{kind}-{number}", page, about)


async def _tell_author(copy: PayProposal, kind: Notice, objection: Objection, group: Actor, reason: str) -> None:
    accounts = await Account.filter(actor_id=objection.author_id, state="active")
    page = f"/pay/{copy.key}#objection-{objection.key}"
    await notify_all(accounts, kind, group, f"{objection.uri}#{kind}", page, {"title": copy.title, "reason": reason})


_NEWS: Final[Mapping[State, Notice]] = MappingProxyType(
    {
        State.DECIDED: Notice.PROPOSAL_DECIDED,
        State.LOCKED: Notice.PROPOSAL_LOCKED,
        State.CANCELLED: Notice.PROPOSAL_CANCELLED,
    }
)
