"""What a record was made from, what was made from it, and who is credited for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.api.shapes.basis import Asked, PieceQuery
from fedirec.api.shapes.lineage import (
    Completeness,
    Credit,
    Credits,
    Derivation,
    Lineage,
    LineageRecord,
    MissingSource,
    QuestionAsked,
    UntoldRecord,
)
from fedirec.api.shapes.records import Records, show_records
from fedirec.remix.actions.completing import COST, ask_again_about
from fedirec.remix.kinds import Kind as KindRule
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Relation
from fedirec.remix.pseudonyms import has_no_account
from fedirec.remix.queries.completeness import Completeness as Known
from fedirec.remix.queries.completeness import completeness_of
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.people import with_changed_keys
from fedirec.remix.queries.records import pages_of
from fedirec.remix.queries.standing import UNJUDGED, remixes_of, standings_among, unheard_remixes_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.roles import find_role
from fedirec.remix.spreading import Gap

Direction = Literal["all", "up", "down"]
_GAPS: Final[Mapping[Gap, Literal["silent", "limited"] | None]] = {
    Gap.NONE: None,
    Gap.SILENT: "silent",
    Gap.LIMITED: "limited",
}


class LineageQuery(PieceQuery):
    direction: Direction = "all"


class RemixesQuery(Asked):
    of: Literal["agreed", "unheard"] = Field(
        "agreed",
        description="What the author of the record knows of and stands by, or what says that it was made from it and "
        "its author has not said anything about.",
    )


async def show_lineage(call: Call) -> Lineage:
    record = await get_visible_record(call)
    direction = call.asked(LineageQuery).direction
    trail = await trail_of(record.uri)
    standings = await standings_among(trail.edges)
    places = {record.uri: 0}
    if direction in ("all", "up"):
        places |= {uri: -generation for uri, generation in trail.up.items()}
    if direction in ("all", "down"):
        places |= dict(trail.down)
    rows = await pages_of(places)
    waypoints = trail.waypoints
    known = [
        waypoints[uri] for uri in places if uri in waypoints and (uri == record.uri or not waypoints[uri].is_hidden)
    ]
    changed = {actor.uri: since for actor, since in await with_changed_keys([each.author_uri for each in known])}
    return Lineage(
        record=record.uri,
        records=[
            LineageRecord(
                record=rows.get(each.uri),
                uri=each.uri,
                title=each.title,
                kind=KindRule(each.kind).value,
                author=each.author_uri,
                licence=find_licence(each.licence).id,
                generation=places[each.uri],
                is_remembered=each.is_gone,
                author_keys_changed_at=changed.get(each.author_uri),
            )
            for each in known
        ],
        derivations=[
            Derivation(
                record=edge.record,
                source=edge.source,
                relation=Relation(edge.relation).value,
                permission=standing.clearance.value,
                acknowledgement=standing.acknowledgement.value,
            )
            for edge in trail.edges
            for standing in [standings.get((edge.record, edge.source), UNJUDGED)]
            if edge.record in places and edge.source in places
        ],
        completeness=_completeness(await completeness_of(trail)),
    )


def _completeness(found: Known) -> Completeness:
    return Completeness(
        is_whole=found.is_whole,
        goes_on=found.is_cut,
        asked_at=found.asked_at,
        missing=[
            MissingSource(source=each.uri, problem=each.problem or None, asked_at=each.asked_at)
            for each in found.missing
        ],
        untold=[
            UntoldRecord(
                record=each.uri,
                gap=_GAPS[each.gap],
                is_partial=each.is_partial,
                asked_at=each.asked_at,
            )
            for each in found.untold
        ],
    )


async def ask_about_lineage(call: Call) -> QuestionAsked:
    record = await get_visible_record(call)
    call.request.state["attempts"].check(f"ask again {call.viewer.account.id}", cost=COST)
    return QuestionAsked(is_asked=await ask_again_about(call.actor, record))


async def list_remixes(call: Call) -> Records:
    record = await get_visible_record(call)
    rows = await (unheard_remixes_of if call.asked(RemixesQuery).of == "unheard" else remixes_of)(record)
    return Records(items=await show_records(call, rows), next=None)


async def show_credits(call: Call) -> Credits:
    trail = await trail_of((await get_visible_record(call)).uri)
    lines, names, notes = await credits_of(trail, call.request.state["further_credits"])
    return Credits(
        items=[
            Credit(
                person="" if has_no_account(line.person) else line.person,
                name=names.get(line.person, ""),
                generation=line.generation,
                roles=[_code(role) for role in line.roles],
                uncertain=[_code(role) for role in line.roles if (line.person, role) in notes],
                records=[work.record for work in line.works],
            )
            for line in lines
        ]
    )


def _code(named: str) -> str:
    return role.code if (role := find_role(named)) else named


ENDPOINTS = (
    Endpoint(
        name="show_lineage",
        method="GET",
        path="/records/{id:int}/lineage",
        permission=Permission.READ_OWN,
        says="What a record was made from and what was made from it, at whatever remove.",
        run=show_lineage,
        query=LineageQuery,
        answer=Lineage,
        is_open=True,
    ),
    Endpoint(
        name="ask_about_lineage",
        method="POST",
        path="/records/{id:int}/lineage/question",
        permission=Permission.FOLLOW,
        says="Those who have not said all that they know of a lineage are asked once more.",
        run=ask_about_lineage,
        answer=QuestionAsked,
        pages=("/records/{key}/lineage/ask", "/records/remote/{id:int}/lineage/ask"),
    ),
    Endpoint(
        name="list_remixes",
        method="GET",
        path="/records/{id:int}/remixes",
        permission=Permission.READ_OWN,
        says="What was made from a record directly, the newest first.",
        run=list_remixes,
        query=RemixesQuery,
        answer=Records,
        is_open=True,
    ),
    Endpoint(
        name="show_credits",
        method="GET",
        path="/records/{id:int}/credits",
        permission=Permission.READ_OWN,
        says="Everybody who is credited for a record, over all generations.",
        run=show_credits,
        answer=Credits,
        is_open=True,
    ),
)
