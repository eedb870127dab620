"""What was said to a proposal of another instance, as its home tells it: it is shown with the copy, and counts nowhere.

Whoever said it is a person elsewhere or here; what our own people said by a signed activity is found again by that, and
their words stay as they signed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from fedirec.accounts.actions.persons import own_person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.credits.actions.proposals.commenting import MAX_COMMENT
from fedirec.credits.models import (
    Objection,
    PayProposal,
    ProposalAppeal,
    ProposalComment,
    ProposalDecision,
    ProposalRevision,
)
from fedirec.credits.vocab import ObjectionObject, ProposalObject
from fedirec.credits.vocab.hearing import AppealSaid, CommentSaid, DecisionObject, read_reply
from fedirec.errors import FedirecError
from fedirec.html import clean, excerpt, plain
from fedirec.remix.actions.visiting import Visit
from fedirec.uris import new_key

MAX_PAGES: Final = 60
MAX_REPLIES: Final = 1_000
"""Objections to one proposal of which a copy is kept, decisions on it, and comments: as many of each, for good."""
MAX_MET: Final = 10
"""People whom nobody here knew who are asked for at one visit; the others are at the next."""
_AT_ONCE: Final = 500
News: TypeAlias = tuple[Notice, Objection, str]
"""What became of an objection of one of ours, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """What a home tells, with those who said it, as far as they can be known here."""

    objections: Sequence[ObjectionObject] = ()
    decisions: Sequence[DecisionObject] = ()
    comments: Sequence[CommentSaid] = ()
    actors: Mapping[str, Actor] = field(default_factory=dict)
    is_whole: bool = False
    """Whether it was read to the end."""


async def read_replies(remote: Remote, described: ProposalObject) -> Replies:
    """What is said to a proposal where it lives; what does not come, or is nothing that can be read, is left out."""
    if described.replies is None:
        return Replies()
    visit = Visit(remote=remote, origin=described.id, max_pages=MAX_PAGES, max_items=MAX_REPLIES)
    await visit.collection(described.replies)
    found = {each.id: each for entry in visit.entries if (each := read_reply(entry, to=described.id)) is not None}
    objections = [each for each in found.values() if isinstance(each, ObjectionObject)]
    decisions = [each for each in found.values() if isinstance(each, DecisionObject)]
    comments = [each for each in found.values() if isinstance(each, CommentSaid)]
    answers = [said for each in objections for said in (each.answer, each.appeal and each.appeal.answer) if said]
    people = [
        *(each.author for each in objections),
        *(each.author for each in decisions),
        *(each.author for each in comments),
        *(each.author for each in answers),
    ]
    return Replies(
        objections=objections,
        decisions=decisions,
        comments=comments,
        actors=await _meet(remote, filter(None, people)),
        is_whole=not visit.is_broken and not visit.is_limited,
    )


async def keep_replies(copy: PayProposal, said: Replies) -> list[News]:
    """The copy has what its home told; part of the caller's transaction, which holds it. Returns what is news to our
    people.
    """
    news = await _keep_objections(copy, said)
    await _keep_decisions(copy, said)
    await _keep_comments(copy, said)
    return news


async def _meet(remote: Remote, uris: Iterable[str]) -> dict[str, Actor]:
    """Those at `uris` whom we know, or can ask for now."""
    wanted = list(dict.fromkeys(uris))
    known: dict[str, Actor] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = await Actor.filter(uri__in=wanted[start : start + _AT_ONCE], state="active")
        known |= {actor.uri: actor for actor in rows}
    for uri in [each for each in wanted if each not in known][:MAX_MET]:
        try:
            actor = await remote.find_actor(uri)
        except FedirecError:
            continue
        if actor.state == "active":
            known[uri] = actor
    return known


async def _keep_objections(copy: PayProposal, said: Replies) -> list[News]:
    rows = await Objection.filter(proposal_id=copy.id)
    by_uri = {row.uri: row for row in rows if row.uri}
    by_activity = {row.activity_uri: row for row in rows if row.activity_uri and not row.uri}
    appeals = {row.objection_id: row for row in await ProposalAppeal.filter(proposal_id=copy.id)}
    news: list[News] = []
    for each in said.objections:
        author = said.actors.get(each.author or "")
        if author is None or each.kind is None or each.published is None:
            continue
        row = by_uri.get(each.id) or by_activity.get(each.evidence or "")
        if row is None and len(rows) >= MAX_REPLIES:
            continue  # a home that says other things each time fills nothing
        if row is None:
            row = Objection(
                key=new_key(),
                proposal=copy,
                person_id=await own_person(author),
                author=author,
                created_at=each.published,
            )
            rows.append(row)
        elif row.author_id != author.id:
            continue  # nobody becomes the author of what somebody else said
        before = row.answered_at
        _write(row, each, said.actors)
        await row.save()
        if author.is_local and row.answered_at and before != row.answered_at:
            news.append((Notice.OBJECTION_ANSWERED, row, row.answer))
        if each.appeal is not None:
            known = appeals.get(row.id)
            decided_before = known.decided_at if known is not None else None
            appeal = await _keep_appeal(copy, row, known, each.appeal, said.actors)
            if author.is_local and appeal.decided_at and decided_before != appeal.decided_at:
                news.append((Notice.OBJECTION_DECIDED, row, appeal.reason))
    return news


def _write(row: Objection, each: ObjectionObject, actors: Mapping[str, Actor]) -> None:
    row.uri, row.number, row.kind, row.line_key = each.id, each.revision, str(each.kind), each.line
    if row.activity_uri is None:
        row.words, row.remedy, row.wanted_ppm = each.words, each.remedy, each.wanted
    row.state, row.resolution = each.state.value, (each.resolution or "")
    row.answer = each.answer.words if each.answer else ""
    row.answered_at = each.answer.published if each.answer else None
    row.answered_by = actors.get(each.answer.author or "") if each.answer else None


async def _keep_appeal(
    copy: PayProposal,
    objection: Objection,
    known: ProposalAppeal | None,
    appeal: AppealSaid,
    actors: Mapping[str, Actor],
) -> ProposalAppeal:
    row = known or ProposalAppeal(objection=objection, proposal=copy, created_at=appeal.published)
    row.words, row.state = appeal.words, appeal.state.value
    row.reason = appeal.answer.words if appeal.answer else ""
    row.decided_at = appeal.answer.published if appeal.answer else None
    row.decided_by = actors.get(appeal.answer.author or "") if appeal.answer else None
    await row.save()
    return row


async def _keep_decisions(copy: PayProposal, said: Replies) -> None:
    """Decisions are never changed: one about a revision that we have is kept as it was told first."""
    known = {row.created_at for row in await ProposalDecision.filter(proposal_id=copy.id)}
    numbers = {each.revision for each in said.decisions}
    rows = ProposalRevision.filter(proposal_id=copy.id, number__in=list(numbers)).only("id", "number", "digest")
    revisions = {row.number: row for row in await rows} if numbers else {}
    for each in sorted(said.decisions, key=lambda one: one.published):
        revision = revisions.get(each.revision)
        if revision is None or revision.digest != each.digest or each.published in known or len(known) >= MAX_REPLIES:
            continue
        known.add(each.published)
        await ProposalDecision.create(
            proposal=copy,
            revision_id=revision.id,
            rule=each.rule.value,
            outcome=each.outcome.value,
            reason=each.reason,
            decided_by=said.actors.get(each.author or ""),
            created_at=each.published,
        )


async def _keep_comments(copy: PayProposal, said: Replies) -> None:
    rows = {row.uri: row for row in await ProposalComment.filter(proposal_id=copy.id)}
    told = {each.id for each in said.comments}
    for each in said.comments:
        author, content = said.actors.get(each.author), clean(each.content)
        if len(plain(content)) > MAX_COMMENT:
            content = f"<p>{excerpt(content, MAX_COMMENT)}</p>"
        row = rows.get(each.id)
        if author is None or not plain(content).strip() or (row is not None and row.author_id != author.id):
            continue
        if row is None and len(rows) < MAX_REPLIES:
            facts: dict[str, Any] = {"uri": each.id, "content": content, "created_at": each.published}
            rows[each.id] = await ProposalComment.create(proposal=copy, author=author, **facts)
        elif row is not None and (row.content != content or row.deleted_at is not None):
            row.content, row.deleted_at = content, None
            await row.save(update_fields=["content", "deleted_at"])
    if said.is_whole:  # what its home shows no more is not shown here either
        gone = [row.id for uri, row in rows.items() if uri not in told and row.deleted_at is None]
        if gone:
            await ProposalComment.filter(id__in=gone).update(content="", deleted_at=now())
