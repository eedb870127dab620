"""What somebody is credited for, as a copy for them has it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fedirec.accounts.actions.persons import person_of
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.crediting.describing import credit_uri
from fedirec.credits.models import MonetizationGrant, ProductionCredit
from fedirec.credits.queries.standing import same_people

_AT_ONCE = 500


async def production_credit_entries(actor: Actor) -> AsyncIterator[dict[str, object]]:
    """The lines of credit lists about the person who `actor` is, named or not, and what they said of each."""
    people, after = await same_people((await person_of(actor)).id), 0
    while (
        rows := await ProductionCredit.filter(person_id__in=people, id__gt=after)
        .order_by("id")
        .limit(_AT_ONCE)
        .select_related("production__project__actor")
    ):
        for line in rows:
            yield {
                "credit": credit_uri(line.production, line),
                "production": line.production.uri,
                "title": line.production.title,
                "role": line.role,
                "role_label": line.role_label,
                "work": line.work_uri or None,
                "generation": line.generation,
                "came_later": line.came_later,
                "state": line.state,
                "since": line.state_at,
                "reason": line.reason,
                "proof": line.proof_uri,
            }
        after = rows[-1].id


async def grant_entries(actor: Actor) -> AsyncIterator[dict[str, object]]:
    """The grants that `actor` gave, word for word."""
    async for grant in MonetizationGrant.filter(author_id=actor.id).order_by("id").select_related("record"):
        yield {
            "record": grant.record.uri,
            "scope": grant.scope,
            "scope_uri": grant.scope_uri,
            "version": grant.version,
            "words": grant.words,
            "digest": grant.digest,
            "proof": grant.proof_uri,
            "granted_at": grant.granted_at,
        }
