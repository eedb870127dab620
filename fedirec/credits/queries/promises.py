"""What contributors to the productions of a proposal were promised, and which works nobody may make money with."""

from __future__ import annotations

from collections.abc import Iterable

from fedirec.credits.departures import Promise, Source
from fedirec.credits.grants import covers
from fedirec.credits.models import MonetizationGrant, PayProposal, ProposalProduction, TakenUp
from fedirec.credits.proposals import BINDING
from fedirec.credits.queries.grants import unsellable_works
from fedirec.db.rows import fetch_tuples
from fedirec.projects.models import Production, ProductionPart
from fedirec.remix.actions.prompts import terms_of
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Agreement, ChallengeTerms
from fedirec.remix.queries.waypoints import Waypoint, waypoints_of
from fedirec.uris import host_of, origin_of

_PEOPLE = """
    SELECT i.actor_id, COALESCE(p.joined_id, p.id) FROM identity i JOIN person p ON p.id = i.person_id
     WHERE i.actor_id IN (SELECT r.author_id FROM production_part t
                            JOIN record r ON r.id = t.record_id
                            JOIN proposal_production o ON o.production_id = t.production_id WHERE o.proposal_id = ?)
"""
_KEPT = f"""
    SELECT DISTINCT s.challenge_id FROM production_part t
      JOIN submission s ON s.id = t.submission_id
      JOIN proposal_production o ON o.production_id = t.production_id
      JOIN pay_proposal q ON q.id = o.proposal_id
     WHERE q.id <> ? AND q.pool_id = ? AND q.state IN ({", ".join(f"'{state}'" for state in sorted(BINDING))})
"""  # noqa: S608  (only constants are spliced in)


async def promises_of(proposal: PayProposal) -> list[Promise]:
    """The money terms that the authors of what is used saw last: at what they agreed to, else when they offered it."""
    of = [row.production_id for row in await ProposalProduction.filter(proposal_id=proposal.id)]
    if not of:
        return []
    found = ProductionPart.filter(production_id__in=of, submission_id__not_isnull=True)
    parts = await found.select_related("record", "submission__challenge__actor")
    if not parts:
        return []
    submissions = {part.submission.id: part.submission for part in parts if part.submission}
    seen = {key: submission.terms_version or 0 for key, submission in submissions.items()}
    for row in await Agreement.filter(submission_id__in=list(submissions)).order_by("version"):
        seen[row.submission_id] = max(seen[row.submission_id], row.version)
    challenges = {submission.challenge_id for submission in submissions.values()}
    said = {
        (row.challenge_id, row.version): row for row in await ChallengeTerms.filter(challenge_id__in=list(challenges))
    }
    people = {int(row[0]): int(row[1]) for row in await fetch_tuples(_PEOPLE, proposal.id)}
    kept = {int(row[0]) for row in await fetch_tuples(_KEPT, proposal.id, proposal.pool_id)}
    promises = []
    for part in parts:
        assert part.submission is not None
        terms = said.get((part.submission.challenge_id, seen[part.submission.id]))
        if terms is not None and part.record.author_id in people:
            promises.append(
                Promise(
                    person=people[part.record.author_id],
                    challenge=part.submission.challenge.actor.uri,
                    terms=terms_of(terms),
                    is_kept=part.submission.challenge_id in kept,
                )
            )
    return promises


async def sources_of(proposal: PayProposal) -> list[Source]:
    """Every work with which nobody may make money by its licence alone, and whether its author granted it.

    A grant has to come from the author of the work, and cover each production of the proposal in which that is.
    """
    of = ProposalProduction.filter(proposal_id=proposal.id).select_related("production__project__actor")
    productions = {row.production_id: row.production for row in await of}
    used: dict[str, set[int]] = {}
    works: dict[str, TakenUp] = {}
    for work in await unsellable_works(list(productions)):
        works[work.uri] = work
        used.setdefault(work.uri, set()).add(work.production_id)
    authors = {work.record.id: work.record.author_id for work in works.values() if work.record}
    given = await MonetizationGrant.filter(record_id__in=list(authors)) if authors else []
    scopes: dict[int | None, list[str]] = {}
    for grant in given:
        if grant.author_id == authors[grant.record_id]:
            scopes.setdefault(grant.record_id, []).append(grant.scope_uri)
    places = await waypoints_of([uri for uri, work in works.items() if work.record is None])
    return [
        _source(
            work,
            places.get(uri),
            is_granted=all(_is_covered(productions[each], scopes.get(work.record_id, ())) for each in used[uri]),
        )
        for uri, work in works.items()
    ]


def _source(work: TakenUp, remembered: Waypoint | None, *, is_granted: bool) -> Source:
    """`work` by name: as it is known here, else as it is remembered, else by its address alone."""
    record, author, name, title = work.record, None, host_of(work.uri), work.uri
    if record is not None:
        author, name = record.author.uri, record.author.name or record.author.handle
        title = record.title if record.visibility in ("public", "hidden") else ""
    elif remembered is not None and not remembered.is_hidden:
        author, name, title = remembered.author_uri, remembered.author_name, remembered.title
    return Source(
        record=record.uri if record else work.uri,
        title=title,
        author=author,
        author_name=name,
        licence=find_licence(work.licence),
        is_granted=is_granted,
    )


def _is_covered(production: Production, scopes: Iterable[str]) -> bool:
    group = production.project.actor.uri
    return any(covers(uri, production=production.uri, project=group, origin=origin_of(group)) for uri in scopes)
