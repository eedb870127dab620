"""What pages, the API and other servers ask about productions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.db.rows import fetch_tuples
from fedirec.errors import NotFound
from fedirec.projects.fitness import Candidate, Flaw, flaws_in, stops
from fedirec.projects.manifests import Manifest, named_now, read_kept
from fedirec.projects.models import DistributionLink, Production, ProductionPart, Project, RoleLine
from fedirec.projects.models import Manifest as ManifestRow
from fedirec.projects.queries.projects import seen
from fedirec.remix.actions.drafts import breaches_among
from fedirec.remix.claims import OPEN
from fedirec.remix.licences import find_licence, licence_of
from fedirec.remix.models import Agreement, ChallengeTerms, Claim, Record, Submission
from fedirec.remix.queries.parts import records_in
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.remix.queries.standing import silent_among
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.uris import origin_of
from fedirec.web.paging import Cursor

MAX_PRODUCTIONS: Final = 100
"""Of one project."""
_NONE: Final = "There is no such production here."
_RELEASED: Final = f"""
    SELECT p.record_id FROM production p JOIN project j ON j.id = p.project_id JOIN actor a ON a.id = j.actor_id
     WHERE p.released_at >= ? AND p.released_at < ? AND p.state = 'released' AND p.record_id IS NOT NULL
       AND NOT a.is_quiet AND {seen("j")}
     ORDER BY p.released_at DESC, p.id DESC LIMIT ?
"""  # noqa: S608  (only constants are spliced in)


async def get_production(project: Project, key: str) -> Production:
    """The production of `project` with that key. Raises NotFound."""
    found = await with_parts(Production.filter(uri=f"{project.actor.uri}/productions/{key}")).first()
    if found is None or found.project_id != project.id:
        raise NotFound(_NONE)
    return found


async def get_production_row(key: int) -> Production:
    """The production in row `key`, ours or not. Raises NotFound."""
    found = await with_parts(Production.filter(id=key)).first()
    if found is None:
        raise NotFound(_NONE)
    return found


async def productions_of(project: Project) -> Sequence[Production]:
    """All productions of `project`, the newest first."""
    found = with_parts(Production.filter(project_id=project.id))
    return await found.order_by("-id").limit(MAX_PRODUCTIONS)


async def released_productions(*, after: Cursor | None = None, limit: int) -> list[Production]:
    """What was released, here and elsewhere as far as it is known here, the newest first, each with its record."""
    found = Production.filter(
        state="released",
        record__deleted_at=None,
        record__visibility="public",
        project__actor__state="active",
    )
    if after is not None:
        earlier = await found.filter(released_at=after.at, id__lt=after.id).order_by("-id").limit(limit)
        rest = found.filter(released_at__lt=after.at).order_by("-released_at", "-id").limit(limit)
        ids = [row.id for row in (*earlier, *await rest)][:limit]
        rows = {row.id: row for row in await with_parts(Production.filter(id__in=ids))}
        return [rows[each] for each in ids]
    return list(await with_parts(found.order_by("-released_at", "-id").limit(limit)))


async def released_in(since: datetime, until: datetime, limit: int) -> Sequence[int]:
    """The rows of the records as which productions were released between the moments, the newest first."""
    return [key for (key,) in await fetch_tuples(_RELEASED, since, until, limit)]


async def releases_of(project: Project, *, after: Cursor | None, limit: int) -> list[tuple[datetime, int, Record]]:
    """What was released from `project` and everybody may see, the newest first, with the moment and the production."""
    found = Production.filter(
        project_id=project.id,
        state="released",
        record__visibility="public",
        record__deleted_at=None,
        record__author__state__in=("active", "deleted"),
    )
    if after is not None:
        found = found.filter(Q(released_at__lt=after.at) | Q(released_at=after.at, id__lt=after.id))
    rows = await found.order_by("-released_at", "-id").limit(limit)
    records = {row.id: row for row in await records_in([row.record_id for row in rows if row.record_id is not None])}
    return [
        (row.released_at, row.id, records[row.record_id])
        for row in rows
        if row.released_at is not None and row.record_id in records
    ]


def with_parts(productions: QuerySet[Production]) -> QuerySet[Production]:
    """Each with its project, the Group of that, its record and the author of that."""
    return productions.select_related("project__actor", "record__author")


async def manifest_of(production: Production) -> tuple[Manifest, str] | None:
    """What was frozen, and its digest; None while nothing is."""
    row = await ManifestRow.get_or_none(production_id=production.id)
    return (read_kept(row.document), row.digest) if row is not None and row.document else None


async def shown_manifest_of(production: Production) -> Manifest | None:
    """What was frozen, without the names of those who since then said that they do not want to be named, or that they
    did not do what is said of them.
    """
    found = await manifest_of(production)
    if found is None:
        return None
    manifest, _digest = found
    unsaid = RoleLine.filter(production_id=production.id, state__in=("declined", "unnamed"))
    lines = await unsaid.select_related("actor")
    return named_now(
        manifest,
        unnamed=await stand_ins_of(
            [record.id for record in manifest.records], remix=production.record.uri if production.record else ""
        ),
        declined={(line.actor.uri, (find_role(line.role) or CONTRIBUTOR).iri) for line in lines if line.actor},
    )


async def roles_of(production: Production) -> Sequence[RoleLine]:
    """The roles of `production` in their order, each with its person."""
    found = RoleLine.filter(production_id=production.id).order_by("position", "role", "name", "id")
    return await found.select_related("actor")


async def links_of(production: Production) -> Sequence[DistributionLink]:
    """Where `production` can be seen, heard, read or bought."""
    return await DistributionLink.filter(production_id=production.id).order_by("id")


async def choices_for(production: Production, *, limit: int = 300) -> Sequence[Submission]:
    """What the challenges of its project have accepted and the production does not use yet, the newest first."""
    used = await ProductionPart.filter(production_id=production.id).values_list("record_id", flat=True)
    found = Submission.filter(
        challenge__part_of_id=production.project.actor_id, state="accepted", record__deleted_at=None
    )
    if used:
        found = found.exclude(record_id__in=list(used))
    return await found.order_by("-id").limit(limit).select_related("record__author", "challenge__actor")


async def licences_promised_in(project: Project, *, to_somebody: bool = False) -> list[str]:
    """Under what the newest terms of its challenges say that the whole will be, what most of them say in front.

    With `to_somebody` only of those challenges to which somebody has offered something.
    """
    terms = ChallengeTerms.filter(challenge__part_of_id=project.actor_id)
    if to_somebody:
        offered = Submission.filter(challenge__part_of_id=project.actor_id).distinct()
        terms = terms.filter(challenge_id__in=[row["challenge_id"] for row in await offered.values("challenge_id")])
    newest = {
        row.challenge_id: find_licence(row.licence)
        async for row in terms.exclude(challenge__state__in=["draft", "cancelled"]).order_by("challenge_id", "version")
    }
    said = Counter(licence.id for licence in newest.values() if licence.is_known)
    return [licence for licence, _times in said.most_common()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A record that is to be used, and what is the matter with it."""

    part: ProductionPart
    """With its record, the author of that, and the submission by which it came."""
    flaws: tuple[Flaw, ...]
    terms: ChallengeTerms | None
    """The terms that bind it."""

    @property
    def stops(self) -> bool:
        return stops(self.flaws)


async def checked_parts(production: Production) -> list[Checked]:
    """The records that `production` uses in their order, and what is the matter with each: some eight queries."""
    found = ProductionPart.filter(production_id=production.id).order_by("position", "record__uri")
    parts = await found.select_related("record__author", "submission__challenge__actor")
    if not parts:
        return []
    records = [part.record for part in parts]
    terms = await _terms_of(parts)
    claimed = await Claim.filter(record_id__in=[each.id for each in records], state__in=[str(each) for each in OPEN])
    disputed = {claim.record_id for claim in claimed}
    silent = await silent_among({origin_of(record.uri) for record in records if not record.author.is_local})
    breached = await breaches_among(production.project.actor, records)
    licence = find_licence(production.licence)
    return [
        Checked(
            part=part,
            terms=terms.get(part.id),
            flaws=flaws_in(
                Candidate(
                    licence=licence_of(part.record),
                    is_deleted=part.record.deleted_at is not None,
                    is_public=part.record.visibility == "public",
                    is_breach=part.record.uri in breached,
                    is_claimed=part.record_id in disputed,
                    is_unreachable=part.record.author.state == "suspended" or origin_of(part.record.uri) in silent,
                    submission=part.submission.state if part.submission else None,
                    promised=find_licence(bound.licence) if (bound := terms.get(part.id)) else None,
                ),
                licence=licence,
            ),
        )
        for part in parts
    ]


async def _terms_of(parts: Collection[ProductionPart]) -> dict[int, ChallengeTerms]:
    """The terms that bind each of `parts`, by its row: the newest that its author agreed to, else those of then."""
    bound = {part.id: part.submission for part in parts if part.submission is not None}
    if not bound:
        return {}
    agreed: dict[int, int] = {}
    ids = [submission.id for submission in bound.values()]
    for row in await Agreement.filter(submission_id__in=ids).order_by("version"):
        agreed[row.submission_id] = row.version
    challenges = {submission.challenge_id for submission in bound.values()}
    said = {
        (row.challenge_id, row.version): row for row in await ChallengeTerms.filter(challenge_id__in=list(challenges))
    }
    found = {
        key: said.get((submission.challenge_id, max(agreed.get(submission.id, 0), submission.terms_version or 0)))
        for key, submission in bound.items()
    }
    return {key: terms for key, terms in found.items() if terms is not None}
