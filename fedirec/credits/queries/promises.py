"""What contributors to the productions of a proposal were promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from tortoise.expressions import Q

from fedirec.credits.departures import Promise
from fedirec.credits.models import PayProposal, TakenUp
from fedirec.credits.proposals import BINDING
from fedirec.credits.queries.belonging import covered_by
from fedirec.db.rows import fetch_tuples, json_numbers, numbers, rows_in
from fedirec.projects.models import Production
from fedirec.remix.actions.prompts import terms_of
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Agreement, Challenge, ChallengeTerms, GroupLeader, LogEntry, Submission

_WITHIN: Final = timedelta(seconds=1)
"""When something was frozen is kept in whole seconds."""
_STATES: Final = ", ".join(f"'{state}'" for state in sorted(BINDING))
_PEOPLE = """
    SELECT DISTINCT c.record_id, COALESCE(p.joined_id, p.id) FROM {numbers} AS w
     CROSS JOIN production_credit c JOIN person p ON p.id = c.person_id
     WHERE c.production_id = w.id AND c.record_id IS NOT NULL AND c.uri IS NULL AND NOT c.came_later
       AND c.state NOT IN ('proposed', 'declined')
"""
_KEPT = f"""
    SELECT DISTINCT s.challenge_id FROM {{numbers}} AS w
     CROSS JOIN proposal_production o JOIN pay_proposal q ON q.id = o.proposal_id
      JOIN taken_up t ON t.production_id = o.production_id JOIN submission s ON s.record_id = t.record_id
     WHERE o.production_id = w.id AND q.id <> ? AND q.state IN ({_STATES})
"""  # noqa: S608  (only constants are spliced in)
_SERVED = f"""
    SELECT DISTINCT COALESCE(p.joined_id, p.id) FROM {{numbers}} AS w
     CROSS JOIN proposal_production o JOIN pay_proposal q ON q.id = o.proposal_id
      JOIN proposal_revision r ON r.proposal_id = q.id AND r.number = q.number
      JOIN share s ON s.revision_id = r.id JOIN person p ON p.id = s.person_id
     WHERE o.production_id = w.id AND q.id <> ? AND q.state IN ({_STATES}) AND (s.ppm > 0 OR s.is_given_back)
"""  # noqa: S608


async def promises_of(proposal: PayProposal) -> list[Promise]:
    """The money terms that people saw last who are credited for a work in the trail of what `proposal` covers: at what
    was agreed to for the work, else when it was offered.

    They count for works that were offered, before the production was frozen, to a challenge of the pool, of its project
    or led by those who lead that or froze something in it; and for everybody who said of themselves, or published, that
    they had a part in the work.
    """
    of = await covered_by(proposal)
    submissions = await _submissions_to(proposal, of)
    if not submissions:
        return []
    seen = {submission.id: submission.terms_version or 0 for submission, _challenge in submissions}
    for row in await Agreement.filter(submission_id__in=list(seen)).order_by("version"):
        seen[row.submission_id] = max(seen[row.submission_id], row.version)
    challenges = {submission.challenge_id for submission, _challenge in submissions}
    said = {
        (row.challenge_id, row.version): row for row in await ChallengeTerms.filter(challenge_id__in=list(challenges))
    }
    people: dict[int, list[int]] = {}
    for record, person in await _ask(_PEOPLE, of):
        people.setdefault(record, []).append(person)
    kept = {row[0] for row in await _ask(_KEPT, of, proposal.id)}
    served = {row[0] for row in await _ask(_SERVED, of, proposal.id)}
    return [
        Promise(
            person=person,
            challenge=challenge,
            terms=terms_of(terms),
            is_kept=submission.challenge_id in kept,
            got_share=submission.challenge_id in kept and person in served,
        )
        for submission, challenge in submissions
        for terms in [said.get((submission.challenge_id, seen[submission.id]))]
        if terms is not None
        for person in sorted(people.get(submission.record_id, ()))
    ]


async def _submissions_to(proposal: PayProposal, productions: Sequence[int]) -> list[tuple[Submission, str]]:
    """What of the trails of these productions was offered, and to the challenge at which address whose word binds."""
    assert proposal.pool is not None
    works = TakenUp.filter(production_id__in=list(productions), came_later=False, record_id__not_isnull=True)
    frozen: dict[int, datetime] = {}
    for record, at in await works.values_list("record_id", "production__frozen_at"):
        frozen[record] = max(at, frozen.get(record, at))
    if not frozen:
        return []
    offered = await rows_in(Submission, frozen, of="record_id", where="x.state <> 'withdrawn'", order="x.id")
    if not offered:
        return []
    projects = Production.filter(id__in=list(productions)).values_list("project__actor_id", flat=True)
    groups = {proposal.group_id, proposal.pool.group_id, *(int(str(row)) for row in await projects)}
    leaders = {row.actor_id for row in await GroupLeader.filter(group_id__in=list(groups))}
    froze = LogEntry.filter(group_id__in=list(groups), kind=Happening.FROZEN.value, by_id__not_isnull=True)
    leaders |= {int(str(row)) for row in await froze.distinct().values_list("by_id", flat=True)}
    bound = Q(actor_id__in=list(groups)) | Q(part_of_id__in=list(groups)) | Q(leader_id__in=list(leaders))
    found = Challenge.filter(bound, id__in=list({row.challenge_id for row in offered}), actor__is_local=True)
    challenges = {row.id: row for row in await found.select_related("actor")}
    return [
        (row, challenges[row.challenge_id].actor.uri)
        for row in offered
        if row.challenge_id in challenges and row.created_at < frozen[row.record_id] + _WITHIN
    ]


async def _ask(query: str, productions: Sequence[int], *values: int) -> list[tuple[int, ...]]:
    found = await fetch_tuples(query.format(numbers=numbers()), json_numbers(productions), *values)
    return [tuple(int(each) for each in row) for row in found]
