"""What of a proposal is contested, who stands against it, and how a vote stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.queryset import QuerySet

from fedirec.accounts.actions.persons import roots_of
from fedirec.accounts.models import Account
from fedirec.clock import now
from fedirec.credits.decisions import VOTES, Ruling, Says, Stake, Tally, Vote, reconciled, tally
from fedirec.credits.models import Objection, PayProposal, ProposalAppeal, ProposalRevision
from fedirec.credits.objections import (
    UNTIL_SILENT,
    AppealState,
    Contest,
    ObjectionKind,
    ObjectionState,
    is_contested,
    is_reached,
)
from fedirec.credits.queries.credits import WHY_HELD
from fedirec.db.rows import fetch_tuples

_VOTES = ", ".join(f"'{each}'" for each in VOTES)
_STAKES = """
    SELECT s.line_key, COALESCE(p.joined_id, p.id), s.ppm, s.income_kind, s.is_given_back
      FROM share s JOIN person p ON p.id = s.person_id WHERE s.revision_id = ? ORDER BY s.id
"""
_CAST = f"""
    SELECT s.id, COALESCE(p.joined_id, p.id), s.says, s.digest
      FROM stance s JOIN person p ON p.id = s.person_id
     WHERE s.proposal_id = ? AND s.says IN ({_VOTES}) AND (s.counts OR s.revision_id IS NULL)
"""  # noqa: S608  (only constants are spliced in)
_CREDITED = """
    SELECT s.line_key, c.id, c.production_id, c.person_id, c.work_uri <> ''
      FROM share s JOIN production_credit c ON c.id = s.credit_id WHERE s.revision_id = ?
"""
_HELD = f"""
    SELECT c.id, c.production_id, c.person_id, c.work_uri <> ''
      FROM production_credit c LEFT JOIN actor a ON a.id = c.actor_id
     WHERE c.uri IS NULL AND c.production_id IN (
           SELECT k.production_id FROM share s JOIN production_credit k ON k.id = s.credit_id WHERE s.revision_id = ?)
       AND (c.state <> 'declined' AND NOT c.came_later OR EXISTS (
           SELECT 1 FROM share s WHERE s.revision_id = ? AND s.credit_id = c.id))
       AND {WHY_HELD} IS NOT NULL
"""  # noqa: S608  (only constants are spliced in)


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One line of a revision, as far as it matters for deciding and locking."""

    key: str
    person: int
    """Who they turned out to be."""
    ppm: int
    income_kind: str
    is_given_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """An objection and its appeal, as far as they hold something back."""

    objection: Objection
    appeal: ProposalAppeal | None

    def is_open(self, at: datetime) -> bool:
        """Whether it has no answer, can be appealed, or its appeal is open."""
        return is_contested(
            self.objection.state,
            self.objection.resolution,
            appeal=self.appeal.state if self.appeal else None,
            answered_at=self.objection.answered_at,
            now=at,
            appealed_at=self.appeal.created_at if self.appeal else None,
        )

    def is_upheld(self, since: datetime | None) -> bool:
        """Whether others found it right, and no revision has come after that."""
        appeal = self.appeal
        return (
            appeal is not None
            and appeal.state == AppealState.UPHELD
            and (since is None or (appeal.decided_at is not None and appeal.decided_at > since))
        )


def contest_of(objection: Objection, person: int, stakes: Sequence[RevisionLine]) -> Contest:
    """What `objection`, by `person`, contests of the lines that there are now."""
    return Contest(
        line=objection.line_key,
        wanted=objection.wanted_ppm,
        kind=ObjectionKind(objection.kind),
        own=frozenset(each.key for each in stakes if each.person == person),
    )


async def lines_in(revision: ProposalRevision) -> list[RevisionLine]:
    """All lines of `revision`, in one query."""
    return [
        RevisionLine(str(key), int(person), int(ppm), str(kind), bool(given_back))
        for key, person, ppm, kind, given_back in await fetch_tuples(_STAKES, revision.id)
    ]


async def gaining_by(revision: ProposalRevision) -> frozenset[int]:
    """The people who get something by `revision`."""
    return frozenset(each.person for each in await lines_in(revision) if each.ppm)


async def disputes_of(proposal: PayProposal) -> list[Dispute]:
    """The objections to `proposal` that stand: not withdrawn, and not by somebody who has long been suspended."""
    rows = await _of_heard(Objection.filter(proposal_id=proposal.id).exclude(state=ObjectionState.WITHDRAWN.value))
    appeals = {row.objection_id: row for row in await ProposalAppeal.filter(proposal_id=proposal.id)}
    return [Dispute(objection=row, appeal=appeals.get(row.id)) for row in rows]


async def _of_heard(wanted: QuerySet[Objection]) -> list[Objection]:
    """Those of `wanted` whose authors are not suspended, or have not been for long (UNTIL_SILENT)."""
    rows = await wanted.order_by("id").select_related("author")
    suspended = {row.author_id: row.author.suspended_at for row in rows if row.author.state == "suspended"}
    for account in await Account.filter(actor_id__in=list(suspended)) if suspended else []:
        suspended[account.actor_id] = suspended[account.actor_id] or account.suspended_at
    since = now() - UNTIL_SILENT
    silent = {author for author, moment in suspended.items() if moment is None or moment <= since}
    return [row for row in rows if row.author_id not in silent]


async def contests_of(proposal: PayProposal, revision: ProposalRevision) -> tuple[list[Contest], bool]:
    """Everything by which something of `revision` is held back, and whether any of it is still open.

    An appeal that was upheld holds what it is about for good; a claim about a work, or a credit that its person
    contests, holds the lines by which it is in the proposal. Whoever has accepted `revision` since holds nothing, nor
    does whoever has no part in what is shared, unless others found on appeal that they are right.
    """
    at, found, is_any_open = now(), [], False
    disputes = await disputes_of(proposal)
    roots = await roots_of({dispute.objection.person_id for dispute in disputes})
    stakes = await lines_in(revision) if disputes else []
    listed = {each.person for each in stakes}
    content = reconciled(await _votes_on(proposal), digest=revision.digest) if disputes else frozenset()
    for dispute in disputes:
        if dispute.is_open(at):
            person = roots[dispute.objection.person_id]
            if person in content or not (dispute.objection.has_part or person in listed):
                continue
            is_any_open = True
        elif not dispute.is_upheld(revision.published_at):
            continue
        found.append(contest_of(dispute.objection, roots[dispute.objection.person_id], stakes))
    lines = [Contest(line=key) for key in await _lines_of_held_credits(revision)]
    return [*found, *lines], is_any_open or bool(lines)


async def _lines_of_held_credits(revision: ProposalRevision) -> list[str]:
    """The lines by which credits that are held (`WHY_HELD`) are in `revision`.

    One without a line of its own became part of another one of the same person: leaders make several lines one. That is
    one for a work where the credit is for a work, if there is any.
    """
    lines: dict[tuple[Any, ...], list[str]] = {}
    for key, credit, *whose in await fetch_tuples(_CREDITED, revision.id):
        for by in ((credit,), tuple(whose), tuple(whose[:2])):
            lines.setdefault(by, []).append(str(key))
    held: set[str] = set()
    for credit, *whose in await fetch_tuples(_HELD, revision.id, revision.id):
        held.update(lines.get((credit,)) or lines.get(tuple(whose)) or lines.get(tuple(whose[:2])) or [])
    return sorted(held)


async def was_reached(objection: Objection) -> bool:
    """Whether what `objection` asks for is so in the revision in force (`objections.is_reached`)."""
    rows = await ProposalRevision.filter(
        proposal_id=objection.proposal_id, number__in=[objection.number, objection.proposal.number]
    ).order_by("number")
    person = (await roots_of([objection.person_id]))[objection.person_id]
    had, has = [await _has(objection, person, row) for row in (rows[0], rows[-1])]
    if key := objection.line_key:
        is_changed = has != had or _line_in(rows[0], key) != _line_in(rows[-1], key)
    else:
        since = ProposalRevision.filter(proposal_id=objection.proposal_id, number__gt=objection.number)
        is_changed = await since.filter(is_recusal=False).exists()
    return is_reached(objection.kind, wanted=objection.wanted_ppm, had=had, has=has, is_changed=is_changed)


async def _has(objection: Objection, person: int, row: ProposalRevision) -> int:
    """ppm of the line, or of the person."""
    line = objection.line_key
    return sum(each.ppm for each in await lines_in(row) if (each.key == line if line else each.person == person))


def _line_in(row: ProposalRevision, key: str) -> Any:
    """What is said of that line besides its share; None where there is no such line, or its words were taken out."""
    lines: list[dict[str, Any]] = row.document.get("splits", [])
    found = next((line for line in lines if line.get("key") == key), {})
    return [found.get(name) for name in ("agent", "name", "label", "role", "about", "incomeKind")]


async def unanswered(proposal: PayProposal) -> int:
    """Objections to `proposal` that wait for an answer; whoever has long been suspended waits for none."""
    return len(await _of_heard(Objection.filter(proposal_id=proposal.id, state=ObjectionState.OPEN.value)))


async def tally_of(
    proposal: PayProposal,
    revision: ProposalRevision,
    *,
    ruling: Ruling | None = None,
    stakes: Sequence[RevisionLine] = (),
) -> Tally:
    """How the vote about `revision` stands by the rule of `proposal`."""
    at, disputes = now(), await disputes_of(proposal)
    roots = await roots_of({dispute.objection.person_id for dispute in disputes})
    upheld = [dispute for dispute in disputes if dispute.is_upheld(revision.published_at)]
    stakes = stakes or await lines_in(revision)
    listed = {each.person for each in stakes}
    open_ = [(roots[each.objection.person_id], each.objection) for each in disputes if each.is_open(at)]
    return tally(
        proposal.rule,
        await _votes_on(proposal),
        [Stake(person=each.person, ppm=each.ppm) for each in stakes],
        digest=revision.digest,
        objecting={person for person, objection in open_ if objection.has_part or person in listed},
        upheld={roots[dispute.objection.person_id] for dispute in upheld},
        ruling=ruling,
    )


async def _votes_on(proposal: PayProposal) -> list[Vote]:
    return [
        Vote(number=int(number), person=int(person), accepts=says == Says.ACCEPT, digest=str(digest))
        for number, person, says, digest in await fetch_tuples(_CAST, proposal.id)
    ]
