"""Several people who hold the pen of one record, here and between instances."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.models import Account, Notification
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Json, Ref
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, TooMany
from fedirec.media.actions import keep_file
from fedirec.remix.actions.drafts import FileDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.pens import (
    Changes,
    KeptFile,
    accept_pen,
    decline_pen,
    giving,
    lay_down_pen,
    present_version,
    share_pen,
    take_back_pen,
    write_version,
)
from fedirec.remix.actions.pens.forgetting import forget_pens
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Attachment, Contributor, Pen, Pseudonym, Record, RecordRevision, Source, Writing
from fedirec.remix.pseudonyms import UNNAMED
from fedirec.remix.queries.edits import proved_edits
from fedirec.remix.queries.histories import EventKind, history_of
from fedirec.remix.queries.pens import editors_of
from fedirec.remix.vocab.pens import OfferedVersion
from fedirec.uris import new_key
from tests.conftest import Pass
from tests.media.files import exchange
from tests.network import Instance, settle


async def publish_work(at: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": title, "licence": "CC-BY-SA-4.0", **fields})
    return await at.run(publish_record, author, draft)


async def record_at(at: Instance, uri: str) -> Record:
    return await at.run(lambda: Record.get(uri=uri).select_related("author"))


async def pen_at(at: Instance, uri: str) -> Pen:
    return await at.run(lambda: Pen.get(record_uri=uri))


async def notices(at: Instance, name: str) -> list[str]:
    async def found() -> list[str]:
        account = await Account.get(actor__local_handle=name)
        return [str(kind) for kind in await Notification.filter(account_id=account.id).values_list("kind", flat=True)]

    return await at.run(found)


async def editors(at: Instance, uri: str) -> list[str | None]:
    """Who made each version of it, as far as it is not its author."""
    rows = await at.run(lambda: RecordRevision.filter(record__uri=uri).order_by("number").limit(9))
    return [row.editor_uri for row in rows]


async def write(at: Instance, holder: Actor, pen: Pen, **fields: Any) -> Writing | None:
    """`holder` opens the present version, changes it, and hands it in."""
    present = await at.run(present_version, at.state["remote"], pen)
    changes = Changes(**{"title": present.name, "text": present.markdown or "", **fields})
    return await at.run(
        lambda: write_version(
            at.state["store"],
            at.state["media_cache"],
            holder,
            pen,
            changes,
            present=present,
            settings=at.state["settings"],
            keyring=at.state["keyring"],
        )
    )


async def shared(here: Instance, there: Instance, **fields: Any) -> tuple[Actor, Actor, Record]:
    """ana's record here, whose pen bo holds there."""
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish_work(here, ana, "Night", text="The night is long.", **fields)
    other = await here.meet(bo.uri)
    await here.run(lambda: share_pen(ana, song, other, words="Shall we?"))
    await settle(here, there)
    await there.run(accept_pen, bo, await pen_at(there, song.uri))
    await settle(here, there)
    return ana, bo, song


async def test_somebody_elsewhere_writes_with_the_author_and_a_third_instance_sees_who_made_which_version(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, song = await shared(here, there)
    await elsewhere.find_record(song.uri)
    assert "pen_offered" in await notices(there, "bo")
    assert "pen_accepted" in await notices(here, "ana")
    assert ((await pen_at(here, song.uri)).state, (await pen_at(there, song.uri)).words) == ("held", "Shall we?")

    used = await publish_work(there, bo, "Moon")
    used = await record_at(there, used.uri)
    more: dict[str, Any] = {"tags": ["moon"], "language": "en", "sources": [SourceDraft(record=used)]}
    await write(there, bo, await pen_at(there, song.uri), text="The night was long.", **more)
    await settle(here, there, elsewhere)

    mine = await record_at(here, song.uri)
    assert (mine.text, mine.revision, mine.author_id, mine.licence) == ("The night was long.", 2, ana.id, song.licence)
    assert await here.run(lambda: Source.exists(record_id=mine.id, uri=used.uri, in_graph=True))
    assert await editors(here, song.uri) == [None, bo.uri]
    assert "pen_written" in await notices(here, "ana")
    sent = await there.run(lambda: Writing.get(pen__record_uri=song.uri))
    assert (sent.state, sent.document) == ("applied", {})
    assert (await record_at(there, song.uri)).text == mine.text
    parts = await here.run(lambda: Contributor.filter(record_id=mine.id).limit(9))
    assert {part.actor_uri for part in parts} == {ana.uri, bo.uri}

    # The author goes on; every instance knows whose which version is.
    await here.run(lambda: edit_record(ana, mine, RecordDraft(title="Night", text="So long.", licence="CC-BY-SA-4.0")))
    await settle(here, there, elsewhere)
    assert await editors(here, song.uri) == [None, bo.uri, None]
    document = (await here.get(song.uri, accept="application/activity+json")).json()
    assert document["attributedTo"] == ana.uri
    assert "editor" not in document


@pytest.mark.one_database
async def test_a_version_that_came_from_its_home_names_who_made_it(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, song = await shared(here, there)
    await write(there, bo, await pen_at(there, song.uri), title="Nights")
    await settle(here, there)
    document = (await here.get(song.uri, accept="application/activity+json")).json()
    assert (document["attributedTo"], document["editor"]) == (ana.uri, bo.uri)
    assert "proof" in document

    await elsewhere.find_record(song.uri)
    await settle(here, elsewhere)
    assert await editors(elsewhere, song.uri) == [bo.uri]
    seen = await record_at(elsewhere, song.uri)
    events, _more = await elsewhere.run(lambda: history_of(seen, viewer=None))
    assert [event.who_uri for event in events if event.kind is EventKind.VERSION] == [bo.uri]


@pytest.mark.one_database
async def test_that_somebody_made_a_version_is_proved_to_others_and_else_only_claimed_by_its_home(
    here: Instance, there: Instance, elsewhere: Instance, tmp_path: Path
) -> None:
    ana, bo, song = await shared(here, there)
    path = tmp_path / "orange.png"
    Image.new("RGB", (320, 200), "orange").save(path)
    kept = await there.run(
        keep_file, there.state["store"], bo, file_name=path.name, source=path, settings=there.state["settings"]
    )
    files = [FileDraft(media=kept, description="orange")]
    pen = await pen_at(there, song.uri)
    await write(there, bo, pen, text="Ours.", tags=["moon"], language="en", warning="Dark", files=files)
    await settle(here, there)
    await elsewhere.find_record(song.uri)
    await settle(here, there, elsewhere)
    seen = await record_at(elsewhere, song.uri)
    versions = await elsewhere.run(lambda: RecordRevision.filter(record_id=seen.id).order_by("number"))
    assert await elsewhere.run(proved_edits, versions) == {versions[0].id}
    assert [who.uri for who in await elsewhere.run(editors_of, seen)] == [bo.uri]
    told = versions[0].document

    # Its home lies: what bo signed stands on other words, and on somebody else's.
    lies: list[Json] = [{"name": "Other words"}, {"tag": []}, {"summary": "None"}, {"editor": ana.uri}]
    lies += [{"id": f"{song.uri}0"}, {"attachment": []}]
    wrong: list[Json] = [{"attributedTo": ana.uri}, {"proofValue": "z1"}, {"proofValue": 1}, {"published": "2026"}]
    lies += [
        {"editStatement": told["editStatement"] | each, "editor": each.get("attributedTo", bo.uri)} for each in wrong
    ]
    for lie in lies:
        forged = versions[0].clone(pk=versions[0].id)
        forged.document = told | lie
        forged.editor_uri = str(forged.document["editor"])
        assert await elsewhere.run(proved_edits, [forged]) == set(), lie
    lied = {name: value for name, value in told.items() if name != "editStatement"}
    events, _more = await elsewhere.run(lambda: history_of(seen, viewer=None))
    assert [event.is_claimed for event in events if event.kind is EventKind.VERSION] == [False]
    bare = await elsewhere.run(
        lambda: RecordRevision.create(record_id=seen.id, number=2, document=lied, editor_uri=bo.uri)
    )
    events, _more = await elsewhere.run(lambda: history_of(seen, viewer=None))
    assert [event.is_claimed for event in events if event.number == bare.number] == [True]


@pytest.mark.one_database
async def test_two_of_one_instance_write_together_with_their_files(here: Instance, tmp_path: Path) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    files = {}
    for owner, colour in ((ana, "navy"), (bo, "orange")):
        path = tmp_path / f"{colour}.png"
        Image.new("RGB", (320, 200), colour).save(path)
        kept = await here.run(
            keep_file, here.state["store"], owner, file_name=path.name, source=path, settings=here.state["settings"]
        )
        files[colour] = FileDraft(media=kept, description=colour)
    song = await publish_work(here, ana, "Night", files=[files["navy"]])
    pen = await here.run(lambda: share_pen(ana, song, bo))
    with pytest.raises(Forbidden):
        await write(here, bo, pen)
    await here.run(accept_pen, bo, pen)
    pen = await pen_at(here, song.uri)
    first = await here.run(lambda: Attachment.get(record_id=song.id))
    assert await write(here, bo, pen, files=[files["orange"], KeptFile(url=first.url, description="dark")]) is None
    rows = await here.run(
        lambda: Attachment.filter(record_id=song.id).order_by("position").limit(9).select_related("media")
    )
    assert [(row.description, row.media.owner_id) for row in rows if row.media] == [
        ("orange", ana.id),
        ("dark", ana.id),
    ]
    assert await editors(here, song.uri) == [None, bo.uri]


@pytest.mark.one_database
async def test_files_come_along_from_another_instance(here: Instance, there: Instance, tmp_path: Path) -> None:
    ana, bo, song = await shared(here, there)
    path = tmp_path / "orange.png"
    Image.new("RGB", (320, 200), "orange").save(path)
    kept = await there.run(
        keep_file, there.state["store"], bo, file_name=path.name, source=path, settings=there.state["settings"]
    )
    await write(there, bo, await pen_at(there, song.uri), files=[FileDraft(media=kept, description="orange")])
    await settle(here, there)
    sent = await there.run(lambda: Writing.get(pen__record_uri=song.uri))
    assert (sent.state, sent.answer) == ("applied", "")
    row = await here.run(lambda: Attachment.get(record__uri=song.uri).select_related("media"))
    assert row.media is not None
    assert (row.description, row.media.owner_id, row.url.startswith(here.origin)) == ("orange", ana.id, True)


@pytest.mark.one_database
async def test_a_file_that_is_another_one_by_the_time_it_is_fetched_is_refused(
    here: Instance, there: Instance, tmp_path: Path
) -> None:
    _ana, bo, song = await shared(here, there)
    path = tmp_path / "orange.png"
    Image.new("RGB", (320, 200), "orange").save(path)
    kept = await there.run(
        keep_file, there.state["store"], bo, file_name=path.name, source=path, settings=there.state["settings"]
    )
    await write(there, bo, await pen_at(there, song.uri), files=[FileDraft(media=kept, description="orange")])
    Image.new("RGB", (320, 200), "navy").save(path)
    await exchange(there.state["store"], str(kept.path), path.read_bytes())
    await settle(here, there)
    sent = await there.run(lambda: Writing.get(pen__record_uri=song.uri))
    assert sent.state == "refused"
    assert "Another file is at that address" in sent.answer
    assert (await record_at(here, song.uri)).revision == 1


async def test_what_was_written_over_an_older_version_is_refused_and_not_lost(here: Instance, there: Instance) -> None:
    ana, bo, song = await shared(here, there)
    pen = await pen_at(there, song.uri)
    old = await there.run(present_version, there.state["remote"], pen)
    mine = await record_at(here, song.uri)
    await here.run(lambda: edit_record(ana, mine, RecordDraft(title="Night", text="Short.", licence="CC-BY-SA-4.0")))
    await there.run(
        lambda: write_version(
            there.state["store"],
            there.state["media_cache"],
            bo,
            pen,
            Changes(title="Night", text="Longer still."),
            present=old,
            settings=there.state["settings"],
            keyring=there.state["keyring"],
        )
    )
    await settle(here, there)
    sent = await there.run(lambda: Writing.get(pen_id=pen.id))
    assert (sent.state, sent.document["source"]["content"]) == ("refused", "Longer still.")
    assert "changed in the meantime" in sent.answer
    assert "pen_refused" in await notices(there, "bo")
    assert (await record_at(here, song.uri)).text == "Short."
    await write(there, bo, pen, text="Longer still.")
    await settle(here, there)
    assert (await record_at(here, song.uri)).text == "Longer still."
    assert (await there.run(lambda: Writing.get(pen_id=pen.id))).state == "applied"


Wrong = dict[str, Any]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"digest": "zQmOld"}, "changed in the meantime"),
        ({"updated": "2026-01-01T00:00:00Z"}, "changed in the meantime"),
        ({"id": "https://here.example/records/another"}, "not a version of this record"),
        ({"attributedTo": "https://there.example/u/bo"}, "not a version of this record"),
        ({"license": "https://creativecommons.org/publicdomain/zero/1.0/"}, "changes its licence"),
        ({"attachment": [{"type": "Document", "mediaType": "image/png", "url": "https://x.test/a.png"}]}, "Files come"),
        ({"name": ""}, "title"),
        ({"source": {"content": "x" * 30_000, "mediaType": "text/markdown"}}, "too long"),
    ],
    ids=["digest", "date", "id", "author", "licence", "file of another", "no title", "too long"],
)
async def test_what_is_no_next_version_is_refused_with_a_reason(
    here: Instance, there: Instance, wrong: Wrong, says: str
) -> None:
    _ana, bo, song = await shared(here, there)
    await forge(there, bo, song, wrong)
    await settle(here, there)
    assert (await record_at(here, song.uri)).revision == 1
    sent = await there.run(lambda: Writing.get(pen__record_uri=song.uri))
    assert sent.state == "refused"
    assert says in sent.answer


async def forge(at: Instance, sender: Actor, song: Record, wrong: Wrong) -> None:
    """`sender` offers a version that their own server would not have let them offer."""
    known = await at.find_record(song.uri)
    revision = await at.run(lambda: RecordRevision.get(record_id=known.id, number=1))
    document: Json = {name: value for name, value in revision.document.items() if name not in ("proof", "@context")}
    document |= {"name": "Mine now"} | {name: value for name, value in wrong.items() if name != "digest"}
    pen = await at.run(lambda: Pen.filter(record_uri=song.uri, holder_id=sender.id).first())
    owner = await at.meet(known.author.uri)

    async def offer() -> None:
        async with transaction():
            offered = OfferedVersion(
                id=new_activity_uri(sender),
                actor=sender.uri,
                object=Ref(song.uri),
                instrument=document["id"],
                instrument_document=document,
                digest=wrong.get("digest", revision.digest or ""),
                to=(owner.uri,),
            )
            if pen is not None:
                await Writing.create(uri=offered.id, pen_id=pen.id, state="sent", document=document)
            await publish(sender, offered, to=[owner])

    await at.run(offer)


async def test_only_whoever_holds_the_pen_writes(here: Instance, there: Instance) -> None:
    ana, bo, song = await shared(here, there)
    eve = await there.join("eve")
    await forge(there, eve, song, {})
    await settle(here, there)
    assert (await record_at(here, song.uri)).revision == 1

    await there.run(lay_down_pen, bo, await pen_at(there, song.uri))
    await settle(here, there)
    assert (await pen_at(here, song.uri)).state == "laid_down"
    assert "pen_laid_down" in await notices(here, "ana")
    await forge(there, bo, song, {})
    await settle(here, there)
    assert (await record_at(here, song.uri)).revision == 1
    sent = await there.run(lambda: Writing.get(pen__record_uri=song.uri))
    assert (sent.state, sent.answer) == ("refused", "You are not a co-author of this record.")
    with pytest.raises(Forbidden):
        await write(there, bo, await pen_at(there, song.uri))
    assert ana.uri == (await record_at(here, song.uri)).author.uri


async def test_what_was_applied_is_not_applied_again_when_it_comes_once_more(here: Instance, there: Instance) -> None:
    _ana, bo, song = await shared(here, there)
    await forge(there, bo, song, {})
    await settle(here, there)
    assert (await record_at(here, song.uri)).revision == 2
    await forge(there, bo, song, {})
    await settle(here, there)
    assert (await record_at(here, song.uri)).revision == 2
    rows = await here.run(lambda: Writing.filter(pen__record_uri=song.uri).order_by("id").limit(9))
    assert [row.state for row in rows] == ["applied", "refused"]


async def test_an_author_takes_the_pen_back_and_may_share_it_again(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo, song = await shared(here, there)
    await here.run(take_back_pen, ana, await pen_at(here, song.uri))
    await settle(here, there)
    assert (await pen_at(there, song.uri)).state == "taken_back"
    assert "pen_taken_back" in await notices(there, "bo")
    with pytest.raises(Conflict):
        await there.run(accept_pen, bo, await pen_at(there, song.uri))
    time_passes(timedelta(minutes=11))
    other = await here.meet(bo.uri)
    await here.run(lambda: share_pen(ana, song, other))
    await settle(here, there)
    await there.run(decline_pen, bo, await pen_at(there, song.uri))
    await settle(here, there)
    assert (await pen_at(here, song.uri)).state == "declined"
    assert "pen_declined" in await notices(here, "ana")


async def test_nobody_shares_answers_or_uses_what_is_not_theirs(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo, eve = await here.join("ana"), await here.join("bo"), await here.join("eve")
    song = await publish_work(here, ana, "Night")
    quiet = await publish_work(here, ana, "Quiet", visibility="followers")
    with pytest.raises(Forbidden):
        await here.run(lambda: share_pen(eve, song, bo))
    with pytest.raises(Conflict):
        await here.run(lambda: share_pen(ana, quiet, bo))
    with pytest.raises(Invalid):
        await here.run(lambda: share_pen(ana, song, ana))
    pen = await here.run(lambda: share_pen(ana, song, bo))
    with pytest.raises(Conflict):
        await here.run(lambda: share_pen(ana, song, bo))
    for act in (accept_pen, decline_pen, lay_down_pen):
        with pytest.raises(Forbidden):
            await here.run(act, eve, pen)
    for who in (eve, bo):
        with pytest.raises(Forbidden):
            await here.run(take_back_pen, who, pen)
    await here.run(accept_pen, bo, pen)
    pen = await pen_at(here, song.uri)
    with pytest.raises(Forbidden):
        await here.run(lambda: share_pen(bo, song, eve))
    with pytest.raises(Forbidden):
        await here.run(delete_record, bo, song)
    with pytest.raises(Forbidden):
        await here.run(edit_record, bo, song, RecordDraft(title="Mine", text="x", licence="CC0-1.0"))
    with pytest.raises(Forbidden):
        await write(here, eve, pen, text="Mine.")
    monkeypatch.setattr(giving, "MAX_AN_HOUR", 1)
    with pytest.raises(TooMany):
        await here.run(lambda: share_pen(ana, song, eve))
    await here.run(lambda: block(ana, bo))
    with pytest.raises(Forbidden):
        await write(here, bo, pen, text="Still here.")
    await here.run(forget_pens, bo)
    assert not await here.run(lambda: Pen.exists(record_uri=song.uri))


@pytest.mark.one_database
async def test_who_does_not_want_to_be_named_is_named_as_an_editor_no_more(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await publish_work(here, ana, "Night")
    pen = await here.run(lambda: share_pen(ana, song, bo))
    await here.run(accept_pen, bo, pen)
    pen = await pen_at(here, song.uri)
    await write(here, bo, pen, text="Longer.")
    stand_in = f"{UNNAMED}{new_key()}"
    await here.run(lambda: Pseudonym.create(uri=stand_in, actor_uri=bo.uri, record_id=song.id))
    await write(here, bo, pen, text="Longer still.")
    assert await editors(here, song.uri) == [None, bo.uri, stand_in]
    mine = await record_at(here, song.uri)
    events, _more = await here.run(lambda: history_of(mine, viewer=None))
    assert [event.who_uri for event in events if event.kind is EventKind.VERSION] == [ana.uri, "", ""]
