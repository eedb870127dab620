"""With which works of productions nobody may make money by their licence, and whose authors granted it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, Vocabulary
from fedirec.credits.departures import Source
from fedirec.credits.grants import GrantScope, covers
from fedirec.credits.models import MonetizationGrant, PayProposal, TakenUp
from fedirec.credits.queries.belonging import covered_by
from fedirec.credits.queries.credits import MAX_LINES
from fedirec.credits.vocab import GrantObject
from fedirec.db.rows import rows_in
from fedirec.errors import NotFound
from fedirec.projects.models import Production
from fedirec.remix.licences import Licence, find_licence
from fedirec.remix.models import Record
from fedirec.remix.queries.waypoints import Waypoint, waypoints_of
from fedirec.uris import host_of, origin_of
from fedirec.web.language import gettext as _

_BY_AUTHOR: Final = "EXISTS (SELECT 1 FROM record r WHERE r.id = x.record_id AND r.author_id = x.author_id)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A work of a production with whose licence nobody may make money."""

    work: TakenUp
    """With its record and the author of that, if it is known here."""
    production: Production
    grant: MonetizationGrant | None
    """Its author's, if they gave one that covers it."""

    @property
    def record(self) -> Record:
        """It, where it is known here."""
        assert self.work.record is not None
        return self.work.record

    @property
    def licence(self) -> Licence:
        """Under which it was taken up."""
        return find_licence(self.work.licence)


async def unsellable_works(productions: Collection[int]) -> list[TakenUp]:
    """The works in the trails of the productions in these rows with which nobody may make money by the licence under
    which they were taken up, each with its record and the author of that, if it is known here.
    """
    rows = TakenUp.filter(production_id__in=list(productions), came_later=False).order_by("id")
    found = await rows.select_related("record__author")
    return [row for row in found if not find_licence(row.licence).may_sell]


async def needed_in(productions: Sequence[Production]) -> list[Needed]:
    """Every work in the trails of `productions` with which nobody may make money by its licence alone, once for each of
    those in which it is. They come with their projects and the Groups of these. Two queries.
    """
    places = {production.id: production for production in productions}
    works = await unsellable_works(list(places))
    records = {work.uri: work.record_id for work in works if work.record_id is not None}
    given = await _given_for(records.values())
    return [
        Needed(work=work, production=production, grant=_covering(given.get(records.get(work.uri, 0), ()), production))
        for work in works
        for production in [places[work.production_id]]
    ]


async def needed_grants(production: Production) -> list[Needed]:
    """Those in the trail of `production` that are known here."""
    return [each for each in await needed_in([production]) if each.work.record is not None][:MAX_LINES]


async def blocking_works(productions: Sequence[Production]) -> dict[int, list[Needed]]:
    """Those in each of `productions`, by row, that are known here and that their author has not granted."""
    found: dict[int, list[Needed]] = {}
    for each in await needed_in(productions):
        if each.work.record is not None and each.grant is None:
            found.setdefault(each.production.id, []).append(each)
    return found


async def sources_of(proposal: PayProposal) -> list[Source]:
    """Every work with which nobody may make money by its licence alone, and whether its author granted it.

    A grant has to come from the author of the work, and cover each production in which that is of those that the
    proposal covers.
    """
    of = Production.filter(id__in=await covered_by(proposal)).select_related("project__actor")
    works: dict[str, list[Needed]] = {}
    for each in await needed_in(await of):
        works.setdefault(each.work.uri, []).append(each)
    places = await waypoints_of([uri for uri, uses in works.items() if uses[-1].work.record is None])
    return [
        _source(uses[-1].work, places.get(uri), is_granted=all(each.grant is not None for each in uses))
        for uri, uses in works.items()
    ]


async def grants_for(records: Collection[int], production: Production) -> dict[int, MonetizationGrant]:
    """The grants of their authors for the records in these rows that cover `production`, which comes with its project
    and the Group of that; by the row of the record, the oldest first to count.
    """
    found = {record: _covering(given, production) for record, given in (await _given_for(records)).items()}
    return {record: grant for record, grant in found.items() if grant is not None}


async def work_to_grant(production: Production, row: int) -> Record:
    """The work of `production` in that row whose author may be asked. Raises NotFound for what is none."""
    for each in await needed_grants(production):
        if each.record.id == row:
            return each.record
    raise NotFound(_("Nobody needs to allow anything for that."))


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


async def _given_for(records: Iterable[int]) -> dict[int, list[MonetizationGrant]]:
    """What their authors granted of the records in these rows, by those, the oldest first."""
    found: dict[int, list[MonetizationGrant]] = {}
    for grant in await rows_in(MonetizationGrant, set(records), of="record_id", where=_BY_AUTHOR, order="x.id"):
        found.setdefault(grant.record_id, []).append(grant)
    return found


def _covering(given: Iterable[MonetizationGrant], production: Production) -> MonetizationGrant | None:
    group = production.project.actor.uri
    where = {"production": production.uri, "project": group, "origin": origin_of(group)}
    return next((grant for grant in given if covers(grant.scope_uri, **where)), None)
