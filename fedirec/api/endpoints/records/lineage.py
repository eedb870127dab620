"""What a record was made from, what was made from it, and who is credited for it."""

from __future__ import annotations

from typing import Literal

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.api.shapes.basis import PieceQuery
from fedirec.api.shapes.lineage import Credit, Credits, Derivation, Lineage, LineageRecord
from fedirec.api.shapes.records import Records, show_records
from fedirec.remix.kinds import Kind as KindRule
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Relation
from fedirec.remix.queries.records import pages_of, remixes_of
from fedirec.remix.queries.trails import credits_of, trail_of
from fedirec.remix.roles import find_role

Direction = Literal["all", "up", "down"]


class LineageQuery(PieceQuery):
    direction: Direction = "all"


async def show_lineage(call: Call) -> Lineage:
    record = await get_visible_record(call)
    direction = call.asked(LineageQuery).direction
    trail = await trail_of(record.uri)
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
            )
            for each in known
        ],
        derivations=[
            Derivation(record=edge.record, source=edge.source, relation=Relation(edge.relation).value)
            for edge in trail.edges
            if edge.record in places and edge.source in places
        ],
    )


async def list_remixes(call: Call) -> Records:
    rows = await remixes_of(await get_visible_record(call))
    return Records(items=await show_records(call, rows), next=None)


async def show_credits(call: Call) -> Credits:
    lines, names = await credits_of(await trail_of((await get_visible_record(call)).uri))
    return Credits(
        items=[
            Credit(
                person=line.person,
                name=names.get(line.person, ""),
                generation=line.generation,
                roles=[role.code if (role := find_role(named)) else named for named in line.roles],
                records=[work.record for work in line.works],
            )
            for line in lines
        ]
    )


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
        name="list_remixes",
        method="GET",
        path="/records/{id:int}/remixes",
        permission=Permission.READ_OWN,
        says="What was made from a record directly, the newest first.",
        run=list_remixes,
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
