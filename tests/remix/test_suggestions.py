"""Suggesting a change to the author of a record, here and between instances."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.models import Account, Notification
from fedirec.activitypub.models import Actor, Received
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Ref, Undo
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Forbidden, Invalid, TooMany
from fedirec.media.actions import keep_file
from fedirec.remix.actions.drafts import FileDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.actions.suggestions import (
    adopt_suggestion,
    bring_files,
    decline_suggestion,
    find_merge,
    offering,
    suggest_change,
    withdraw_suggestion,
)
from fedirec.remix.actions.suggestions.forgetting import forget_suggestions
from fedirec.remix.models import Attachment, Contributor, Record, RemixRequest, Source, Suggestion
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.records import contributors_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.vocab import SuggestedChange
from tests.conftest import Pass
from tests.media.files import exchange
from tests.network import Instance, settle
from tests.remix.forms import fields_of


async def publish_work(at: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": title, "licence": "CC-BY-SA-4.0", **fields})
    return await at.run(publish_record, author, draft)


async def record_at(at: Instance, uri: str) -> Record:
    return await at.run(lambda: Record.get(uri=uri).select_related("author"))


async def the_suggestion(at: Instance) -> Suggestion:
    rows = await at.run(lambda: Suggestion.all().order_by("-id").limit(1).select_related("owner", "proposer"))
    return rows[0]


async def notices(at: Instance, name: str) -> list[str]:
    async def found() -> list[str]:
        account = await Account.get(actor__local_handle=name)
        return [str(kind) for kind in await Notification.filter(account_id=account.id).values_list("kind", flat=True)]

    return await at.run(found)


async def suggested(here: Instance, there: Instance, **fields: Any) -> tuple[Actor, Actor, Record, Record]:
    """ana's record here, and what bo made from it there and suggests to her."""
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish_work(here, ana, "Night", text="The night is long.")
    found = await there.find_record(song.uri)
    remix = await publish_work(there, bo, "Night, longer", sources=[SourceDraft(record=found)], **fields)
    await settle(here, there)
    mine, theirs = await record_at(there, remix.uri), await record_at(there, song.uri)
    await there.run(lambda: suggest_change(bo, mine, theirs, words="It scans better."))
    await settle(here, there)
    return ana, bo, song, remix


async def test_a_change_from_another_server_is_taken_up_with_its_maker_s_name_and_stamp(
    here: Instance, there: Instance
) -> None:
    ana, bo, song, remix = await suggested(here, there, text="The night was long.")
    offered = await the_suggestion(here)
    assert (offered.state, offered.words, offered.owner_id) == ("waiting", "It scans better.", ana.id)
    assert "suggested" in await notices(here, "ana")

    variation = await record_at(here, remix.uri)
    await here.run(
        lambda: adopt_suggestion(ana, offered, words="Thank you.", digest=variation.digest, revision=1),
    )
    await settle(here, there)

    mine = await record_at(here, song.uri)
    assert (mine.text, mine.title, mine.revision) == ("The night was long.", "Night", 2)
    assert mine.author_id == ana.id
    parts = {part.actor_uri for part in await here.run(contributors_of, mine)}
    assert parts == {ana.uri, bo.uri}
    step = await here.run(lambda: Source.get(record_id=mine.id, uri=remix.uri))
    assert (step.in_graph, step.problem, step.snapshot_id is not None) == (False, None, True)
    assert step.acknowledgement in ("automatic", "acknowledged")
    asked = await here.run(lambda: RemixRequest.get(source_uri=remix.uri, remix_uri=song.uri))
    assert asked.state == "approved"
    assert str(asked.stamp_uri).startswith(there.origin)

    away = await the_suggestion(there)
    assert (away.state, away.answer) == ("adopted", "Thank you.")
    assert "suggestion_adopted" in await notices(there, "bo")
    seen = await record_at(there, song.uri)
    assert (seen.text, seen.digest) == (mine.text, mine.digest)
    lines, _names = await there.run(lambda: _credits(song.uri))
    assert bo.uri in lines

    # The author goes on with it as with every other record of theirs.
    again = RecordDraft(
        title="Night", text="The night was very long.", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=variation)]
    )
    await here.run(edit_record, ana, mine, again)
    assert (await record_at(here, song.uri)).revision == 3


async def _credits(uri: str) -> tuple[set[str], Any]:
    lines, names, _notes = await credits_of(await trail_of(uri))
    return {line.person for line in lines}, names


@pytest.mark.one_database
async def test_files_come_along_and_those_that_are_there_already_are_not_copied(
    here: Instance, there: Instance, tmp_path: Path
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    files = {}
    for at, owner, colour in ((here, ana, "navy"), (there, bo, "orange")):
        path = tmp_path / f"{colour}.png"
        Image.new("RGB", (320, 200), colour).save(path)
        kept = await at.run(
            keep_file, at.state["store"], owner, file_name=path.name, source=path, settings=at.state["settings"]
        )
        files[colour] = FileDraft(media=kept, description=colour)
    song = await publish_work(here, ana, "Night", files=[files["navy"]])
    found = await there.find_record(song.uri)
    remix = await publish_work(there, bo, "Dawn", files=[files["orange"]], sources=[SourceDraft(record=found)])
    await settle(here, there)
    mine, theirs = await record_at(there, remix.uri), await record_at(there, song.uri)
    await there.run(lambda: suggest_change(bo, mine, theirs))
    await settle(here, there)

    offered = await the_suggestion(here)

    async def bring() -> list[FileDraft]:
        parts = here.state
        return await bring_files(parts["store"], parts["media_cache"], ana, offered, settings=parts["settings"])

    # Another file lies at that address than the one that the remix names, and nobody here has seen it.
    store, named = there.state["store"], str(files["orange"].media.path)
    meant = b"".join([piece async for piece in store.read(named)])
    await exchange(store, named, (tmp_path / "navy.png").read_bytes())
    with pytest.raises(Changed):
        await here.run(bring)
    await exchange(store, named, meant)
    brought = await here.run(bring)
    await here.run(lambda: adopt_suggestion(ana, offered, files=brought))
    kept_files = await here.run(lambda: Attachment.filter(record__uri=song.uri).select_related("media"))
    assert [(file.description, file.media.owner_id) for file in kept_files if file.media] == [("orange", ana.id)]
    assert str(kept_files[0].url).startswith(here.origin)


@pytest.mark.one_database
async def test_an_author_keeps_their_own_change_beside_what_was_suggested(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    words = "One.\n\nTwo.\n\nThree."
    song = await record_at(here, (await publish_work(here, ana, "Night", text=words)).uri)
    remix = await publish_work(here, bo, "Dawn", text=words.replace("One.", "Uno."), sources=[SourceDraft(record=song)])
    offered = await here.run(suggest_change, bo, await record_at(here, remix.uri), song)
    assert await here.run(find_merge, offered) is None
    mine = RecordDraft(title="Night", text=words.replace("Three.", "Tres."), licence="CC-BY-SA-4.0")
    await here.run(edit_record, ana, song, mine)
    async with here.sign_in("ana") as browser:
        page = await browser.get(f"/suggestions/{offered.id}")
        assert "Uno.\n\nTwo.\n\nTres." in page.text
        fields = fields_of(page, f"/suggestions/{offered.id}/answer")
        late = {**fields, "do": "adopt_both", "revision": ["1"]}
        await browser.post(f"/suggestions/{offered.id}/answer", data=late)
        assert (await record_at(here, song.uri)).revision == 2
        await browser.post(f"/suggestions/{offered.id}/answer", data={**fields, "do": "adopt_both"})
    assert (await record_at(here, song.uri)).text == "Uno.\n\nTwo.\n\nTres."


@pytest.mark.one_database
async def test_an_author_answers_with_words_and_the_remix_stays(here: Instance, there: Instance) -> None:
    ana, bo, song, remix = await suggested(here, there)
    offered = await the_suggestion(here)
    with pytest.raises(Invalid):
        await here.run(lambda: decline_suggestion(ana, offered, words="x" * 2_000))
    await here.run(lambda: decline_suggestion(ana, offered, words="I like it as it is."))
    await settle(here, there)

    assert (await the_suggestion(there)).answer == "I like it as it is."
    assert "suggestion_answered" in await notices(there, "bo")
    assert (await record_at(here, remix.uri)).deleted_at is None
    assert await here.run(lambda: Source.exists(record__uri=remix.uri, uri=song.uri, in_graph=True))
    with pytest.raises(Conflict):
        await here.run(lambda: adopt_suggestion(ana, offered))
    mine, theirs = await record_at(there, remix.uri), await record_at(there, song.uri)
    with pytest.raises(Conflict):
        await there.run(lambda: suggest_change(bo, mine, theirs))


async def test_what_was_suggested_can_be_taken_back_and_suggested_again(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo, song, remix = await suggested(here, there)
    away = await the_suggestion(there)
    await there.run(withdraw_suggestion, bo, away)
    await settle(here, there)
    offered = await the_suggestion(here)
    assert offered.state == "withdrawn"
    with pytest.raises(Conflict):
        await here.run(lambda: adopt_suggestion(ana, offered))
    mine, theirs = await record_at(there, remix.uri), await record_at(there, song.uri)
    time_passes(timedelta(minutes=11))
    await there.run(lambda: suggest_change(bo, mine, theirs, words="Once more."))
    await settle(here, there)
    assert ((await the_suggestion(here)).state, (await the_suggestion(here)).words) == ("waiting", "Once more.")


async def test_nobody_adopts_for_another_or_what_is_not_as_it_was(here: Instance, there: Instance) -> None:
    ana, _bo, _song, remix = await suggested(here, there)
    eve = await here.join("eve")
    offered = await the_suggestion(here)
    for act in (adopt_suggestion, decline_suggestion):
        with pytest.raises(Forbidden):
            await here.run(act, eve, offered)
    with pytest.raises(Forbidden):
        await here.run(withdraw_suggestion, eve, offered)
    with pytest.raises(Changed):
        await here.run(lambda: adopt_suggestion(ana, offered, digest="z1another"))
    with pytest.raises(Changed):
        await here.run(lambda: adopt_suggestion(ana, offered, revision=7))
    assert (await the_suggestion(here)).state == "waiting"
    assert not await here.run(lambda: Source.exists(uri=remix.uri))
    assert not await here.run(lambda: Contributor.exists(actor_uri=eve.uri))


@pytest.mark.one_database
async def test_only_what_is_made_from_it_under_a_fitting_licence_is_suggested(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    free = await publish_work(here, ana, "Free", licence="CC0-1.0")
    other = await publish_work(here, ana, "Other")
    closed = await publish_work(here, bo, "Closed", licence="CC-BY-4.0", sources=[SourceDraft(record=free)])
    works = {record.title: await record_at(here, record.uri) for record in (free, other, closed)}
    with pytest.raises(Conflict, match="licence"):
        await here.run(lambda: suggest_change(bo, works["Closed"], works["Free"]))
    with pytest.raises(Conflict):
        await here.run(lambda: suggest_change(bo, works["Closed"], works["Other"]))
    with pytest.raises(Forbidden):
        await here.run(lambda: suggest_change(bo, works["Other"], works["Free"]))
    with pytest.raises(Conflict):
        await here.run(lambda: suggest_change(ana, works["Other"], works["Free"]))
    fitting = await publish_work(here, bo, "Fitting", licence="CC0-1.0", sources=[SourceDraft(record=works["Free"])])
    variation = await record_at(here, fitting.uri)
    await here.run(block, ana, bo)
    with pytest.raises(Forbidden):
        await here.run(lambda: suggest_change(bo, variation, works["Free"]))


@pytest.mark.one_database
async def test_nobody_suggests_without_end(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MAX_AN_HOUR", 1)
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await record_at(here, (await publish_work(here, ana, "Night")).uri)
    for number, error in enumerate((None, TooMany)):
        remix = await publish_work(here, bo, f"Dawn {number}", sources=[SourceDraft(record=song)])
        variation = await record_at(here, remix.uri)
        if error is None:
            await here.run(suggest_change, bo, variation, song)
        else:
            with pytest.raises(error):
                await here.run(suggest_change, bo, variation, song)
    assert "suggested" in await notices(here, "ana")


async def send(at: Instance, sender: Actor, activity: Any, *to: Actor) -> None:
    async def say() -> None:
        async with transaction():
            await publish(sender, activity, to=to)

    await at.run(say)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "lie", ["another's record", "another's remix", "of another origin", "nothing of theirs", "not made from it"]
)
async def test_what_is_not_theirs_to_suggest_reaches_nobody(here: Instance, there: Instance, lie: str) -> None:
    ana, bo, eve = await here.join("ana"), await there.join("bo"), await there.join("eve")
    song = await publish_work(here, ana, "Night")
    found = await there.find_record(song.uri)
    remix = await publish_work(there, bo, "Dawn", sources=[SourceDraft(record=found)])
    alone = await publish_work(there, eve, "Alone")
    await settle(here, there)
    known = await there.meet(ana)
    variation = {
        "another's record": remix.uri,
        "another's remix": remix.uri,
        "of another origin": song.uri,
        "nothing of theirs": f"{there.origin}/records/nothing",
        "not made from it": alone.uri,
    }[lie]
    about = alone.uri if lie == "another's record" else song.uri
    offer = SuggestedChange(
        id=new_activity_uri(eve), actor=eve.uri, object=Ref(about), instrument=variation, to=(ana.uri,)
    )
    await send(there, eve, offer, known)
    for _ in range(8):
        await settle(here, there)
    assert "suggested" not in await notices(here, "ana")
    assert not await here.run(lambda: Suggestion.filter(state="waiting").exists())


async def test_answers_and_withdrawals_of_others_change_nothing(here: Instance, there: Instance) -> None:
    _ana, _bo, song, remix = await suggested(here, there)
    eve, mallory = await there.join("eve"), await here.join("mallory")
    away, offered = await the_suggestion(there), await the_suggestion(here)
    forged = SuggestedChange(id=away.uri or "", actor=eve.uri, object=Ref(song.uri), instrument=remix.uri)
    undo = Undo(id=new_activity_uri(eve), actor=eve.uri, object=forged, to=(offered.owner.uri,))
    await send(there, eve, undo, await there.run(lambda: Actor.get(uri=offered.owner.uri)))
    accept = Accept(id=new_activity_uri(mallory), actor=mallory.uri, object=Ref(away.uri or ""), to=(remix.uri,))
    await send(here, mallory, accept, await here.run(lambda: Actor.get(uri=offered.proposer.uri)))
    await settle(here, there)
    assert (await the_suggestion(here)).state == "waiting"
    assert (await the_suggestion(there)).state == "waiting"


async def test_the_same_offer_once_more_is_one_suggestion(here: Instance, there: Instance) -> None:
    ana, bo, song, remix = await suggested(here, there)
    known = await there.meet(ana)
    for _ in range(2):
        offer = SuggestedChange(
            id=new_activity_uri(bo), actor=bo.uri, object=Ref(song.uri), instrument=remix.uri, to=(ana.uri,)
        )
        await send(there, bo, offer, known)
    await settle(here, there)
    assert await here.run(lambda: Suggestion.all().count()) == 1
    assert (await notices(here, "ana")).count("suggested") == 1
    assert await here.run(lambda: Received.filter(type="Offer").exists())


@pytest.mark.one_database
async def test_whoever_suggests_a_change_begins_with_the_words_that_are_there(here: Instance) -> None:
    ana, _bo = await here.join("ana"), await here.join("bo")
    song = await publish_work(here, ana, "Night", text="The night is long.")
    async with here.sign_in("bo") as browser:
        page = await browser.get(song.uri)
        assert f"/records/new?source={song.id}&amp;suggest=1" in page.text
        begun = fields_of(await browser.get(f"/records/new?source={song.id}&suggest=1"), "/records/new")
        assert (begun["title"], begun["text"]) == (["Night"], ["The night is long."])
        assert fields_of(await browser.get(f"/records/new?source={song.id}"), "/records/new")["text"] == [""]
    async with here.sign_in("ana") as browser:
        own = fields_of(await browser.get(f"/records/new?source={song.id}&suggest=1"), "/records/new")
        assert own["text"] == [""]


@pytest.mark.one_database
async def test_the_pages_lead_from_the_remix_to_the_new_version(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await publish_work(here, ana, "Night", text="The night is long.")
    remix = await publish_work(
        here, bo, "Longer", text="The night was long.", sources=[SourceDraft(record=await record_at(here, song.uri))]
    )
    source = await here.run(lambda: Source.get(record_id=remix.id))
    page = remix.uri.removeprefix(here.origin)
    assert "Suggest it" not in (await here.get(f"{page}/compare/{source.id}")).text
    async with here.sign_in("bo") as browser:
        assert "Suggest it to ana" in (await browser.get(f"{page}/compare/{source.id}")).text
        sent = await browser.post(f"{page}/suggest", data={"source": source.id, "words": "Past tense."})
        assert sent.status_code == 303
        offered = await the_suggestion(here)
        assert sent.headers["location"].endswith(f"/suggestions/{offered.id}")
        assert "waits for an answer" in (await browser.get("/suggestions?side=made")).text
        assert "You suggested this to ana" in (await browser.get(f"{page}/compare/{source.id}")).text
    async with here.sign_in("ana") as browser:
        assert "Longer" not in (await browser.get("/suggestions?side=made")).text
        shown = await browser.get(f"/suggestions/{offered.id}")
        assert "Past tense." in shown.text
        assert "taken out:" in shown.text
        fields = fields_of(shown, f"/suggestions/{offered.id}/answer")
        answer = await browser.post(f"/suggestions/{offered.id}/answer", data={**fields, "do": "adopt", "words": "Yes"})
        assert answer.headers["location"].endswith("/versions/2/compare")
        assert "bo is credited now" in (await browser.get(answer.headers["location"])).text
        again = await browser.post(f"/suggestions/{offered.id}/answer", data={**fields, "do": "adopt"})
        assert again.headers["location"].endswith(f"/suggestions/{offered.id}")
    async with here.sign_in("olga") as browser:
        assert (await browser.get(f"/suggestions/{offered.id}")).status_code == 404
    assert "ana took up what bo had suggested" in (await here.get(f"{song.uri.removeprefix(here.origin)}/history")).text


async def test_whoever_leaves_is_forgotten_where_nothing_was_decided(here: Instance, there: Instance) -> None:
    ana, bo, song, remix = await suggested(here, there)
    offered = await the_suggestion(here)

    async def leave(person: Actor) -> None:
        async with transaction():
            await forget_suggestions(person)

    await here.run(lambda: adopt_suggestion(ana, offered, words="Thank you."))
    await settle(here, there)
    await here.run(leave, await here.run(lambda: Actor.get(uri=bo.uri)))
    assert ((await the_suggestion(here)).words, (await the_suggestion(here)).answer) == ("", "Thank you.")
    other = await publish_work(there, bo, "Again", sources=[SourceDraft(record=await record_at(there, song.uri))])
    mine, theirs = await record_at(there, other.uri), await record_at(there, song.uri)
    await there.run(lambda: suggest_change(bo, mine, theirs))
    await settle(here, there)
    await here.run(leave, ana)
    assert [row.state for row in await here.run(lambda: Suggestion.all())] == ["adopted"]
    assert (await record_at(here, remix.uri)).deleted_at is None
