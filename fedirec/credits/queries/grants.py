"""Whose grants a production has, and whose it needs before money may be made with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, Vocabulary
from fedirec.credits.grants import GrantScope, covers
from fedirec.credits.models import MonetizationGrant, TakenUp
from fedirec.credits.queries.credits import MAX_LINES
from fedirec.credits.vocab import GrantObject
from fedirec.errors import NotFound
from fedirec.projects.models import Production
from fedirec.remix.licences import Licence, find_licence
from fedirec.remix.models import Record
from fedirec.uris import host_of, origin_of
from fedirec.web.language import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A work of a production with whose licence nobody may make money."""

    record: Record
    """With its author."""
    licence: Licence
    """Under which it was taken up."""
    grant: MonetizationGrant | None
    """The author's, if they gave one that covers it."""


async def grants_for(records: Collection[int], production: Production) -> dict[int, MonetizationGrant]:
    """The grants of their authors for the records in these rows that cover `production`, which comes with its project
    and the Group of that; by the row of the record, the oldest first to count.
    """
    if not records:
        return {}
    group = production.project.actor.uri
    found: dict[int, MonetizationGrant] = {}
    given = MonetizationGrant.filter(record_id__in=list(records)).order_by("id").limit(MAX_LINES)
    for grant in await given.select_related("record"):
        is_own = grant.author_id == grant.record.author_id
        if is_own and covers(grant.scope_uri, production=production.uri, project=group, origin=origin_of(group)):
            found.setdefault(grant.record_id, grant)
    return found


async def unsellable_works(productions: Collection[int]) -> list[TakenUp]:
    """The works in the trails of the productions in these rows with which nobody may make money by the licence under
    which they were taken up, each with its record and the author of that, if it is known here.
    """
    rows = TakenUp.filter(production_id__in=list(productions), came_later=False).order_by("id")
    found = await rows.select_related("record__author")
    return [row for row in found if not find_licence(row.licence).may_sell]


async def needed_grants(production: Production) -> list[Needed]:
    """Every work in the trail of `production` that is known here, and with which nobody may make money by its licence
    alone.
    """
    works = [(row.record, row) for row in (await unsellable_works([production.id]))[:MAX_LINES] if row.record]
    given = await grants_for([record.id for record, _row in works], production)
    return [
        Needed(record=record, licence=find_licence(row.licence), grant=given.get(record.id)) for record, row in works
    ]


async def work_to_grant(production: Production, row: int) -> Record:
    """The work of `production` in that row whose author may be asked. Raises NotFound for what is none."""
    for each in await needed_grants(production):
        if each.record.id == row:
            return each.record
    raise NotFound(_("Nobody needs to allow anything for that."))


async def blocking_works(productions: Sequence[Production]) -> dict[int, list[Needed]]:
    """The works in each of `productions`, by row, with which nobody may make money and which their author has not
    granted; each production comes with its project and the Group of that. Two queries.
    """
    works = [row for row in await unsellable_works([each.id for each in productions]) if row.record is not None]
    given = MonetizationGrant.filter(record_id__in=[row.record_id for row in works]).select_related("record")
    covered: dict[int, set[str]] = {}
    for grant in await given.limit(MAX_LINES) if works else []:
        if grant.author_id == grant.record.author_id:
            covered.setdefault(grant.record_id, set()).add(grant.scope_uri)
    found: dict[int, list[Needed]] = {}
    places = {each.id: each for each in productions}
    for row in works:
        production, group = places[row.production_id], places[row.production_id].project.actor.uri
        scopes, where = covered.get(row.record_id or 0, set()), {"project": group, "origin": origin_of(group)}
        if row.record is None or any(covers(uri, production=production.uri, **where) for uri in scopes):
            continue
        needed = Needed(record=row.record, licence=find_licence(row.licence), grant=None)
        found.setdefault(production.id, []).append(needed)
    return found


async def find_question(author: Actor, digest: str) -> tuple[GrantObject, Actor]:
    """What a project elsewhere asked `author` to agree to, and its Group. Raises NotFound."""
    told = Notification.filter(account__actor_id=author.id, kind=Notice.GRANT_ASKED, url=f"/credits/asked/{digest}")
    found = await told.order_by("-id").select_related("actor").first()
    if found is None or found.actor is None or not isinstance(found.details.get("asked"), dict):
        raise NotFound(_("Nobody asks you for that any more."))
    asked = GrantObject.read(Doc(found.details["asked"]), Vocabulary(()))
    if asked.digest != digest or asked.author != author.uri:
        raise NotFound(_("Nobody asks you for that any more."))
    return asked, found.actor


def scope_of(scope: GrantScope, production: Production) -> tuple[str, str]:
    """The address of what a grant for `scope` covers, and what that is called."""
    group = production.project.actor
    origin = origin_of(group.uri)
    return {
        GrantScope.PRODUCTION: (production.uri, production.title),
        GrantScope.PROJECT: (group.uri, production.project.title),
        GrantScope.INSTANCE: (origin, host_of(origin)),
    }[scope]
