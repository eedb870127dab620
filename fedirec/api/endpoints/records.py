"""Records: finding, reading, publishing, changing and deleting them; their versions, lineage and credits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import (
    drafted_files,
    get_challenge_row,
    get_standing_record,
    get_visible_record,
)
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import Listed, PieceQuery, Shape, Text
from fedirec.api.shapes.challenges import ChallengeCard, Offers, show_challenge_card, show_submissions
from fedirec.api.shapes.people import Person, show_person
from fedirec.api.shapes.records import (
    Credit,
    Credits,
    Derivation,
    Kind,
    Lineage,
    LineageRecord,
    NewRecord,
    Record,
    RecordCard,
    Records,
    RecordSent,
    Revisions,
    WholeRevision,
    dressed_files,
    show_card,
    show_record,
    show_records,
    show_revision,
)
from fedirec.errors import Changed, Forbidden, Gone, Invalid, NotFound
from fedirec.remix.actions.drafts import PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.kinds import Kind as KindRule
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.queries.feeds import followed_feed
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import (
    Wish,
    explore,
    get_revision,
    pages_of,
    records_in_order,
    remixes_of,
    revisions_of,
    submissions_of,
)
from fedirec.remix.queries.trails import credits_of, trail_of
from fedirec.remix.roles import find_role
from fedirec.remix.visibility import may_see_version
from fedirec.remix.vocab import hashtag_key
from fedirec.web.paging import Cursor


class RecordsQuery(PieceQuery):
    """Which records are wanted."""

    q: Text = Field("", max_length=200, description="Words of the record, or of its author's name.")
    kind: Kind | None = None
    tag: Text = Field("", max_length=100)
    remixable: bool = Field(False, description="Only what may be remixed.")
    sellable: bool = Field(False, description="Only what money may be earned with.")
    never_remixed: bool = False
    here: bool = Field(False, description="Only records of people of this instance.")
    host: Text = Field("", max_length=300, description="Only records of people of that instance.")
    language: Text = Field("", max_length=35)


class FeedItem(Shape):
    """A record or a challenge, and who passed it on."""

    record: RecordCard | None
    challenge: ChallengeCard | None
    passed_on_by: Person | None


class Feed(Listed):
    items: list[FeedItem]


Direction = Literal["all", "up", "down"]


class LineageQuery(PieceQuery):
    direction: Direction = "all"


def place_of(row: RecordRow) -> Cursor:
    return Cursor(at=row.published_at, id=row.id)


async def list_records(call: Call) -> Records:
    asked = call.asked(RecordsQuery)
    wish = Wish(
        kind=asked.kind or "",
        words=asked.q,
        tag=hashtag_key(asked.tag),
        remixable=asked.remixable,
        sellable=asked.sellable,
        never_remixed=asked.never_remixed,
        is_local=asked.here,
        host=asked.host.lower(),
        language=asked.language.lower(),
    )
    return await list_of_records(call, await explore(wish, after=read_place(call), limit=size_of(call) + 1))


async def list_of_records(call: Call, rows: list[RecordRow]) -> Records:
    """The piece that was asked for, of records in the order of time."""
    dressed = await dressed_files(rows)
    return piece_of(call, Records, rows, show=lambda row: show_card(call, row, dressed), place=place_of)


async def show_feed(call: Call) -> Feed:
    items = await followed_feed(call.actor, after=read_place(call), limit=size_of(call) + 1)
    dressed = await dressed_files([item.record for item in items if item.record])
    return piece_of(
        call,
        Feed,
        items,
        show=lambda item: FeedItem(
            record=show_card(call, item.record, dressed) if item.record else None,
            challenge=show_challenge_card(call, item.challenge) if item.challenge else None,
            passed_on_by=show_person(call, item.passed_on_by) if item.passed_on_by else None,
        ),
        place=lambda item: item.place,
    )


async def show_one_record(call: Call) -> Record:
    return await _whole(call, await get_visible_record(call))


async def publish(call: Call) -> Record:
    wanted = call.sent(NewRecord)
    draft = await _draft(call, wanted, challenge=wanted.challenge)
    made = await publish_record(call.actor, draft)
    call.headers["Location"] = f"/api/records/{made.id}"
    return await _whole(call, await _again(call, made))


async def edit(call: Call) -> Record:
    record = await get_own_record(call)
    expected = call.request.headers.get("if-match", "").strip()
    tags = [tag.strip() for tag in expected.split(",")]
    if expected and expected != "*" and etag_of(record) not in tags:
        raise Changed
    draft = await _draft(call, call.sent(RecordSent), of=record)
    revision = record.revision if expected and expected != "*" else None
    made = await edit_record(call.actor, record, draft, revision=revision)
    return await _whole(call, await _again(call, made))


async def delete(call: Call) -> None:
    await delete_record(call.actor, await get_own_record(call))


async def list_revisions(call: Call) -> Revisions:
    record = await get_standing_record(call)
    shown = [each for each in await revisions_of(record) if await may_see_version(record, each, call.looker)]
    return Revisions(items=[show_revision(record, each) for each in shown])


async def show_one_revision(call: Call) -> WholeRevision:
    record = await get_standing_record(call)
    number = call.row("number")
    revision = await get_revision(record, number if number < 2**31 else 0)
    if not await may_see_version(record, revision, call.looker):
        raise NotFound("There is no such version.")
    return WholeRevision(**show_revision(record, revision).model_dump(), document=revision.document)


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


async def list_offers(call: Call) -> Offers:
    record = await get_visible_record(call)
    rows = await submissions_of(record)
    is_author = call.looker is not None and call.looker.id == record.author_id
    shown = [row for row in rows if is_author or row.state == "accepted"]
    for row in shown:
        row.record = record
    return Offers(items=await show_submissions(call, shown))


async def say_liked(call: Call) -> None:
    await recommend(call.actor, await get_visible_record(call))


async def unsay_liked(call: Call) -> None:
    await take_back_recommendation(call.actor, await get_visible_record(call))


async def get_own_record(call: Call) -> RecordRow:
    """The record in the path, by whoever asks. Raises NotFound, Gone or Forbidden."""
    record = await get_visible_record(call)
    if record.author_id != call.actor.id:
        raise Forbidden("Only its author can change a record.")
    if record.deleted_at:
        raise Gone
    return record


def etag_of(record: RecordRow) -> str:
    """What stands for this version of a record."""
    return f'"{record.id}-{record.revision}"'


async def _whole(call: Call, record: RecordRow) -> Record:
    if record.deleted_at:
        raise Gone("This was deleted.")
    call.headers["ETag"] = etag_of(record)
    return await show_record(call, record)


async def _again(call: Call, record: RecordRow) -> RecordRow:
    [whole] = await records_in_order([record.id], maker=call.actor)
    return whole


async def _draft(
    call: Call, wanted: RecordSent, *, of: RecordRow | None = None, challenge: int | None = None
) -> RecordDraft:
    """What was sent, with the rows that it names. Raises Invalid for those that are not there."""
    sources = {
        row.id: row for row in await records_in_order([each.record for each in wanted.sources], maker=call.actor)
    }
    people = await actors_in_order([each.person for each in wanted.parts])
    for each in wanted.sources:
        if each.record not in sources:
            raise Invalid("There is no such record here.", field="sources")
    for part in wanted.parts:
        if part.person not in people:
            raise Invalid("Nobody with that id is known here.", field="parts")
    return RecordDraft(
        title=wanted.title,
        text=wanted.text,
        licence=wanted.licence,
        language=wanted.language,
        warning=wanted.warning,
        tags=list(dict.fromkeys(tag.lstrip("#") for tag in wanted.tags)),
        visibility=wanted.visibility,
        files=await drafted_files(call, wanted.files, of=of),
        sources=list(
            {
                each.record: SourceDraft(record=sources[each.record], relation=Relation(each.relation))
                for each in wanted.sources
            }.values()
        ),
        parts=[PartDraft(actor=people[each.person], role=each.role) for each in wanted.parts],
        own_role=wanted.own_role,
        challenge=await get_challenge_row(challenge, field="challenge") if challenge is not None else None,
    )


ENDPOINTS = (
    Endpoint(
        name="list_records",
        method="GET",
        path="/records",
        permission=Permission.READ_OWN,
        says="The public records that are known here, the newest first, as far as they fit what is asked for.",
        run=list_records,
        query=RecordsQuery,
        answer=Records,
        is_open=True,
    ),
    Endpoint(
        name="publish_record",
        method="POST",
        path="/records",
        permission=Permission.PUBLISH,
        says="There is a new record of yours, and the world hears of it.",
        run=publish,
        body=NewRecord,
        answer=Record,
        status=201,
        has_etag=True,
        pages=("/records/new",),
    ),
    Endpoint(
        name="show_record",
        method="GET",
        path="/records/{id:int}",
        permission=Permission.READ_OWN,
        says="A record with everything that its page shows.",
        run=show_one_record,
        answer=Record,
        is_open=True,
        has_etag=True,
    ),
    Endpoint(
        name="edit_record",
        method="PUT",
        path="/records/{id:int}",
        permission=Permission.PUBLISH,
        says="Your record has a new version, with If-Match only if it was not changed since; the one before is kept.",
        run=edit,
        body=RecordSent,
        answer=Record,
        has_etag=True,
        pages=("/records/{key}/edit",),
    ),
    Endpoint(
        name="delete_record",
        method="DELETE",
        path="/records/{id:int}",
        permission=Permission.PUBLISH,
        says="Your record is gone; that it was there stays where others built on it.",
        run=delete,
        status=204,
        pages=("/records/{key}/delete",),
    ),
    Endpoint(
        name="list_revisions",
        method="GET",
        path="/records/{id:int}/revisions",
        permission=Permission.READ_OWN,
        says="The versions of a record, the newest first.",
        run=list_revisions,
        answer=Revisions,
        is_open=True,
    ),
    Endpoint(
        name="show_revision",
        method="GET",
        path="/records/{id:int}/revisions/{number:int}",
        permission=Permission.READ_OWN,
        says="A record as it was in one of its versions.",
        run=show_one_revision,
        answer=WholeRevision,
        is_open=True,
    ),
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
    Endpoint(
        name="list_offers",
        method="GET",
        path="/records/{id:int}/submissions",
        permission=Permission.READ_OWN,
        says="The challenges that a record is part of; its author also sees what became of other offers.",
        run=list_offers,
        answer=Offers,
        is_open=True,
    ),
    Endpoint(
        name="recommend_record",
        method="PUT",
        path="/records/{id:int}/recommendation",
        permission=Permission.FOLLOW,
        says="The author hears that you like it. Nobody else does.",
        run=say_liked,
        status=204,
        pages=("/records/{key}/recommend", "/records/remote/{id:int}/recommend"),
    ),
    Endpoint(
        name="take_back_recommendation",
        method="DELETE",
        path="/records/{id:int}/recommendation",
        permission=Permission.FOLLOW,
        says="You say nothing about it any more.",
        run=unsay_liked,
        status=204,
        pages=("/records/{key}/recommend", "/records/remote/{id:int}/recommend"),
    ),
    Endpoint(
        name="show_feed",
        method="GET",
        path="/feed",
        permission=Permission.READ_OWN,
        says="What you, and those whom you follow, made or passed on, the newest first.",
        run=show_feed,
        query=PieceQuery,
        answer=Feed,
    ),
)
