"""Clearance and acknowledgement are two questions, each answered by what was seen and by nobody else's word."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.remix.actions.standing import judge_rest, judge_sources
from fedirec.remix.licences import ALL_RIGHTS_RESERVED, BY, BY_ND, BY_SA, CC0, CHOICES, UNKNOWN, Licence, may_carry
from fedirec.remix.models import Record, RecordRevision, RemixRequest, Snapshot, Source
from fedirec.remix.standing import (
    Acknowledgement,
    Clearance,
    acknowledgement_of,
    clearance_of,
    stamp_grants,
)

A = Acknowledgement
ALL: Final = [*CHOICES, UNKNOWN]


@given(some.sampled_from(ALL), some.sampled_from(ALL))
def test_where_the_licence_lets_it_a_refusal_takes_nothing_and_a_stamp_adds_nothing(
    source: Licence, remix: Licence
) -> None:
    with_stamp = clearance_of(source, remix, is_own=False, is_granted=True)
    without = clearance_of(source, remix, is_own=False, is_granted=False)

    assert (without == Clearance.BY_LICENCE) == may_carry(source, remix)
    assert with_stamp == (Clearance.BY_LICENCE if may_carry(source, remix) else Clearance.GRANTED)


@pytest.mark.parametrize(
    ("source", "remix", "expected"),
    [
        (CC0, ALL_RIGHTS_RESERVED, Clearance.BY_LICENCE),
        (BY, BY_ND, Clearance.BY_LICENCE),
        (BY_SA, BY, Clearance.BLOCKED),
        (BY_ND, BY_ND, Clearance.BLOCKED),
        (ALL_RIGHTS_RESERVED, BY, Clearance.BLOCKED),
        (ALL_RIGHTS_RESERVED, UNKNOWN, Clearance.BLOCKED),
        (BY_SA, UNKNOWN, Clearance.UNKNOWN),
        (UNKNOWN, BY, Clearance.UNKNOWN),
        (None, BY, Clearance.UNKNOWN),
    ],
    ids=str,
)
def test_without_a_stamp_the_licences_alone_decide(source: Licence | None, remix: Licence, expected: Clearance) -> None:
    assert clearance_of(source, remix, is_own=False, is_granted=False) == expected
    assert clearance_of(source, remix, is_own=True, is_granted=False) == Clearance.OWN


@pytest.mark.parametrize(
    ("stamped", "grants"),
    [
        (("zRemix", "zSource"), True),
        (("zRemix", "zOlder"), True),
        (("zOther", "zSource"), False),
        (("zRemix", "zOther"), False),
        ((None, "zSource"), False),
        (("zRemix", None), False),
        ((None, None), False),
    ],
    ids=str,
)
def test_a_stamp_over_other_digests_does_not_grant(stamped: tuple[str | None, str | None], grants: bool) -> None:
    sources = {"zSource", "zOlder", None}

    assert stamp_grants(stamped=stamped, remix_digest="zRemix", source_digests=sources) == grants


def test_a_stamp_does_not_grant_what_has_no_digest() -> None:
    assert not stamp_grants(stamped=(None, "zSource"), remix_digest=None, source_digests={"zSource"})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, A.DECLARED),
        ("waiting", A.REQUESTED),
        ("approved", A.ACKNOWLEDGED),
        ("refused", A.REFUSED),
        ("revoked", A.REVOKED),
        ("expired", A.IGNORED),
        ("something new", A.DECLARED),
    ],
)
def test_only_an_approved_request_says_that_the_author_agreed(state: str | None, expected: Acknowledgement) -> None:
    assert acknowledgement_of(state, is_automatic=False) == expected
    assert acknowledgement_of(state, is_automatic=True).is_agreed == expected.is_agreed


async def person(name: str) -> Actor:
    found, _ = await Actor.get_or_create(
        uri=f"https://there.test/u/{name}", defaults={"type": "Person", "handle": name, "host": "there.test"}
    )
    return found


async def work(name: str, *, by: str = "kim", licence: Licence = BY) -> Record:
    record = await Record.create(
        uri=f"https://there.test/records/{name}",
        author=await person(by),
        kind="audio",
        title=name,
        licence=licence.id,
        licence_url=licence.url,
        digest=f"z{name}",
        published_at=now(),
    )
    await RecordRevision.create(record=record, number=1, document={}, digest=record.digest)
    return record


async def made(record: Record, of: Record, **columns: Any) -> Source:
    """`record` was made of the other one as it is now."""
    author = await Actor.get(id=of.author_id)
    snapshot, _ = await Snapshot.get_or_create(
        uri=of.uri,
        document_digest=f"{of.digest} {of.licence}",
        defaults={
            "author_uri": author.uri,
            "author_handle": author.handle,
            "author_name": author.handle,
            "kind": of.kind,
            "title": of.title,
            "licence": of.licence,
            "licence_url": of.licence_url,
            "record_digest": of.digest,
            "published_at": of.published_at,
            "document": {},
            "fetched_at": now(),
        },
    )
    return await Source.create(
        record=record, parent=of, uri=of.uri, relation="adapts", position=0, snapshot=snapshot, **columns
    )


async def asked(remix: Record, source: Record, **columns: Any) -> RemixRequest:
    return await RemixRequest.create(
        **{
            "remix_uri": remix.uri,
            "source_uri": source.uri,
            "asker_id": remix.author_id,
            "owner_id": source.author_id,
            "state": "approved",
            "stamp": {"type": "RemixAuthorization"},
            "remix_digest": remix.digest,
            "source_digest": source.digest,
            **columns,
        }
    )


async def judged(*records: Record) -> list[tuple[str, str]]:
    async with transaction():
        await judge_sources([record.id for record in records])
    return [
        (source.permission, source.acknowledgement)
        for source in await Source.filter(record_id__in=[record.id for record in records]).order_by("id")
    ]


async def test_an_open_licence_needs_nobody_and_a_closed_one_is_a_breach(database: str) -> None:
    song, closed = await work("song"), await work("closed", licence=ALL_RIGHTS_RESERVED)
    cover, theft = await work("cover", by="bo"), await work("theft", by="bo")
    await made(cover, song)
    await made(theft, closed)
    own = await work("own")
    await made(own, closed)

    found = await judged(cover, theft, own)

    assert found == [("by_licence", "declared"), ("blocked", "declared"), ("own", "acknowledged")]


async def test_a_later_licence_of_the_source_changes_nothing_and_one_of_the_remix_does(database: str) -> None:
    song = await work("song", licence=BY_SA)
    cover = await work("cover", by="bo", licence=BY_SA)
    await made(cover, song)
    await Record.filter(id=song.id).update(licence=ALL_RIGHTS_RESERVED.id, licence_url=ALL_RIGHTS_RESERVED.url)

    assert await judged(cover) == [("by_licence", "declared")]

    await Record.filter(id=cover.id).update(licence=BY.id, licence_url=BY.url)
    assert await judged(cover) == [("blocked", "declared")]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, ("granted", "acknowledged")),
        ({"is_automatic": True}, ("granted", "automatic")),
        ({"stamp": None, "key": "01J"}, ("granted", "acknowledged")),
        ({"stamp": None}, ("blocked", "acknowledged")),
        ({"remix_digest": "zOther"}, ("blocked", "acknowledged")),
        ({"source_digest": "zOther"}, ("blocked", "acknowledged")),
        ({"state": "waiting"}, ("blocked", "requested")),
        ({"state": "refused"}, ("blocked", "refused")),
        ({"state": "revoked"}, ("blocked", "revoked")),
        ({"state": "expired"}, ("blocked", "ignored")),
    ],
    ids=str,
)
async def test_only_a_stamp_that_holds_grants(
    database: str, columns: dict[str, Any], expected: tuple[str, str]
) -> None:
    closed, remix = await work("closed", licence=ALL_RIGHTS_RESERVED), await work("remix", by="bo")
    await made(remix, closed)
    await asked(remix, closed, **columns)

    assert await judged(remix) == [expected]


async def test_a_stamp_of_anybody_but_the_author_or_for_anybody_but_the_maker_says_nothing(database: str) -> None:
    closed, remix = await work("closed", licence=ALL_RIGHTS_RESERVED), await work("remix", by="bo")
    eve = await person("eve")
    await made(remix, closed)
    await asked(remix, closed, owner_id=eve.id)
    assert await judged(remix) == [("blocked", "declared")]

    await RemixRequest.all().delete()
    await asked(remix, closed, asker_id=eve.id)
    assert await judged(remix) == [("blocked", "declared")]


async def test_a_stamp_holds_when_the_source_is_edited_and_not_when_the_remix_is(database: str) -> None:
    closed, remix = await work("closed", licence=ALL_RIGHTS_RESERVED), await work("remix", by="bo")
    await made(remix, closed)
    await Record.filter(id=closed.id).update(digest="zNewer", revision=2)
    await RecordRevision.create(record=closed, number=2, document={}, digest="zNewer")
    await asked(remix, closed, source_digest="zNewer")
    assert await judged(remix) == [("granted", "acknowledged")]

    await Record.filter(id=remix.id).update(digest="zEdited")
    assert await judged(remix) == [("blocked", "acknowledged")]


async def test_somebody_who_moved_makes_from_their_own(database: str) -> None:
    closed, remix = await work("closed", licence=ALL_RIGHTS_RESERVED), await work("remix", by="kim2")
    await made(remix, closed)
    await Actor.filter(handle="kim").update(moved_to="https://there.test/u/kim2")

    assert await judged(remix) == [("own", "acknowledged")]


async def test_an_answer_without_a_licence_is_no_breach_until_it_has_one(database: str) -> None:
    closed, answer = await work("closed", licence=BY_ND), await work("answer", by="bo", licence=UNKNOWN)
    await made(answer, closed, added_by="reply")
    assert await judged(answer) == [("unknown", "declared")]

    await Record.filter(id=answer.id).update(licence=BY.id, licence_url=BY.url)
    assert await judged(answer) == [("blocked", "declared")]


async def test_what_was_never_judged_is_judged_once(database: str) -> None:
    song, lost = await work("song"), await work("lost", licence=UNKNOWN)
    for name, source in (("one", song), ("two", song), ("three", lost)):
        await made(await work(name, by="bo"), source)

    assert await judge_rest() == 2
    assert await judge_rest() == 0
    assert await Source.filter(permission="by_licence").count() == 2
