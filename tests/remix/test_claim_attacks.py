"""What people try with claims: speaking for others, flooding, looking at what is not theirs, judging what is."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import publish
from fedirec.activitypub.vocab import Accept, ClaimNote, Flag, Ref, Reject, Undo
from fedirec.db import transaction
from fedirec.errors import Forbidden, NotFound, TooMany
from fedirec.remix.actions.claims import (
    ClaimDraft,
    appeal_claim,
    contradict,
    decide_claim,
    open_claim,
    opening,
    take_claim,
)
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.claims import ClaimKind
from fedirec.remix.models import Claim, ClaimEvent, Record
from fedirec.remix.queries.claims import waiting_claims
from tests.network import Instance, settle
from tests.remix.test_claims import again, opened, record_of, sources_of, state_of, told, viewer_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_only_the_instance_itself_says_what_came_of_a_claim_and_says_so_anew_after_an_appeal_there(
    here: Instance, there: Instance
) -> None:
    ana, bo, eve = await here.join("ana"), await there.join("bo"), await there.join("eve")
    await there.join("mo", role=Role.MODERATOR)
    rain, song = await record_of(here, ana, "Rain"), await record_of(there, bo, "Song")
    theirs = await again(here, await here.find_record(song.uri))
    claim = await opened(here, ana, theirs, ClaimKind.MISSING_SOURCE, source=rain.uri)
    flag = (await state_of(here, claim)).activity_uri or ""
    await settle(here, there)
    met = await there.meet(ana)

    async def answer(speaker: Actor, number: int, *, upholds: bool = False) -> None:
        named = Flag(id=flag, actor=ana.uri, object=Ref(bo.uri), claim=ClaimNote(kind="x", record=song.uri))
        kind = Accept if upholds else Reject
        said = kind(id=f"https://there.test/activities/x{number}", actor=speaker.uri, object=named, to=(ana.uri,))
        async with transaction():
            await publish(speaker, said, to=[met])

    for number, speaker in enumerate((eve, bo)):
        await there.run(answer, speaker, number)
    await settle(here, there)
    assert (await state_of(here, claim)).state == "opened", "a neighbour of the author is not the instance"

    at_home = await there.run(lambda: Claim.get(record__uri=song.uri))
    await there.find_record(rain.uri)
    await there.run(decide_claim, await viewer_of(there, "mo"), at_home.key, upholds=True, reason="It is the same.")
    await settle(here, there)
    await there.run(appeal_claim, bo, at_home.key, "It is a folk tune.")
    await there.run(decide_claim, await viewer_of(there, "olga"), at_home.key, upholds=False, reason="A folk tune.")
    await settle(here, there)
    ours = await state_of(here, claim)
    assert (ours.state, ours.outcome, ours.reason) == ("dismissed", "dismissed", "A folk tune.")

    instance = await there.run(lambda: Actor.get(is_local=True, type="Application"))
    for number in range(10, 50):
        await there.run(answer, instance, number, upholds=number % 2 == 0)
    await settle(here, there)
    assert await here.run(lambda: ClaimEvent.filter(claim_id=claim.id).count()) <= 22, "an instance can say it so often"


async def test_a_claim_is_taken_back_by_whoever_made_it_though_a_neighbour_used_its_id(
    here: Instance, there: Instance
) -> None:
    ana, eve, bo = await there.join("ana"), await there.join("eve"), await here.join("bo")
    song = await record_of(here, bo, "Song")
    met = await there.meet(bo)

    def flag(claimant: Actor) -> Flag:
        about = ClaimNote(kind="missing_source", record=song.uri, source=f"https://there.test/{claimant.handle}")
        uri = "https://there.test/activities/same"
        return Flag(id=uri, actor=claimant.uri, object=Ref(bo.uri), to=(bo.uri,), content="It is mine", claim=about)

    await opened_by_flag(here, flag(eve), eve)
    await opened_by_flag(here, flag(ana), ana)

    async def take_back() -> None:
        undo = Undo(id="https://there.test/activities/u", actor=ana.uri, object=flag(ana), to=(bo.uri,))
        async with transaction():
            await publish(ana, undo, to=[met])

    await there.run(take_back)
    await settle(here, there)
    rows = await here.run(lambda: Claim.all().select_related("claimant"))
    assert {row.claimant.handle: row.state for row in rows} == {"eve": "opened", "ana": "withdrawn"}


async def opened_by_flag(instance: Instance, flag: Flag, sender: Actor) -> None:
    await instance.meet(sender)

    async def take() -> None:
        known = await Actor.get(uri=sender.uri)
        async with transaction():
            await take_claim(known, flag)

    await instance.run(take)


async def test_many_accounts_do_not_keep_whom_it_concerns_from_being_heard(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MAX_BY_OTHERS", 4)
    monkeypatch.setattr(opening, "MAX_FROM_ONE_INSTANCE", 2)
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await record_of(here, ana, "Rain")
    song = await record_of(here, bo, "Song", parts=[PartDraft(actor=ana, role="mus")])

    async def stranger(host: str, number: int) -> Actor:
        uri = f"https://{host}/u/{number}"
        return await here.run(lambda: Actor.create(uri=uri, type="Person", handle=f"u{number}", host=host))

    async def claim(claimant: Actor, source: str) -> None:
        draft = ClaimDraft(kind=ClaimKind.MISSING_SOURCE, words="It is so.", source=source)
        await here.run(open_claim, claimant, song, draft)

    many = [await stranger(f"{name}.evil.test", number) for number, name in enumerate(("a", "b", "c"))]
    for number, each in enumerate(many[:2]):
        await claim(each, f"https://evil.test/{number}")
    with pytest.raises(TooMany):
        await claim(many[2], "https://evil.test/3")
    for number in range(2):
        await claim(await stranger(f"other{number}.example", number), f"https://evil.test/1{number}")
    with pytest.raises(TooMany):
        await claim(await stranger("last.example", 9), "https://evil.test/20")
    await claim(ana, rain.uri)
    await opened(here, ana, song, ClaimKind.NOT_MY_WORK)


async def test_nothing_is_fetched_for_a_claim_that_cannot_be_made(here: Instance, there: Instance) -> None:
    ana, bo, eve = await there.join("ana"), await here.join("bo"), await here.join("eve")
    rain, song = await record_of(there, ana, "Rain"), await record_of(here, bo, "Song")
    for number in range(3):
        await opened(here, eve, song, ClaimKind.MISSING_SOURCE, source=f"https://there.test/records/{number}")
    path = song.uri.removeprefix(here.origin)
    claim = await here.run(lambda: Claim.filter(claimant_id=eve.id).first())
    assert claim is not None
    await here.run(lambda: Claim.filter(id=claim.id).update(source_uri=rain.uri))
    async with here.sign_in("eve") as browser:
        sent = {"kind": "missing_source", "source": rain.uri, "words": "It is so."}
        answer = await browser.post(f"{path}/claim", data=sent)
        assert "You have said a lot about this record today" in answer.text
        assert (await browser.post(f"/claims/{claim.key}/answer", data={"answer": "agree"})).status_code in (403, 422)
    assert not await here.run(lambda: Record.exists(uri=rain.uri))


async def test_a_claim_shows_nobody_what_they_may_not_see(here: Instance) -> None:
    ana, bo, eve = await here.join("ana"), await here.join("bo"), await here.join("eve")
    secret = await record_of(here, bo, "Secret", visibility="followers")
    song, draft = await record_of(here, bo, "Song"), "https://there.test/records/1"
    with pytest.raises(NotFound):
        await opened(here, eve, song, ClaimKind.MISSING_SOURCE, source=secret.uri)
    with pytest.raises(NotFound):
        await opened(here, eve, song, ClaimKind.MISSING_SOURCE, source=f"{here.origin}/records/nothing")
    claim = await opened(here, ana, song, ClaimKind.MISSING_SOURCE, source=draft)
    await here.run(lambda: Record.filter(id=song.id).update(visibility="hidden", title="Later words"))
    async with here.sign_in("ana") as browser:
        for path in (f"/claims/{claim.key}", "/claims"):
            page = await browser.get(path)
            assert page.status_code == 200
            assert "Later words" not in page.text
    async with here.sign_in("olga") as browser:
        assert "Later words" in (await browser.get(f"/claims/{claim.key}")).text


async def test_whoever_had_a_part_in_a_record_leaves_the_decision_to_others_where_there_are_others(
    here: Instance,
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    mo = await here.join("mo", role=Role.MODERATOR)
    rain = await record_of(here, ana, "Rain")
    song = await record_of(
        here, bo, "Song", sources=[SourceDraft(record=rain)], parts=[PartDraft(actor=mo, role="mus")]
    )
    claim = await opened(here, ana, song, ClaimKind.NOT_DERIVED, source=rain.uri)
    await here.run(contradict, bo, claim.key, "It is.")
    assert "claim_waits" not in await told(here, "mo")
    with pytest.raises(Forbidden):
        await here.run(decide_claim, await viewer_of(here, "mo"), claim.key, upholds=False, reason="I played it.")
    async with here.sign_in("mo") as browser:
        assert "What do you decide?" not in (await browser.get(f"/claims/{claim.key}")).text
    await here.run(decide_claim, await viewer_of(here, "olga"), claim.key, upholds=True, reason="It is not.")
    assert await sources_of(here, song) == []


async def test_a_claim_that_concerns_everybody_who_could_decide_says_so(here: Instance) -> None:
    ana = await here.join("ana")
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    rain, song = await record_of(here, ana, "Rain"), await record_of(here, olga, "Song")
    claim = await opened(here, ana, song, ClaimKind.MISSING_SOURCE, source=rain.uri)
    await here.run(contradict, olga, claim.key, "No.")
    async with here.sign_in("ana") as browser:
        assert "so nobody can decide" in (await browser.get(f"/claims/{claim.key}")).text


async def test_what_suspended_people_claimed_waits_for_nobody(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await record_of(here, ana, "Rain")
    song: Any = await record_of(here, bo, "Song", sources=[SourceDraft(record=rain)])
    await opened(here, ana, song, ClaimKind.NOT_DERIVED, source=rain.uri)
    await here.run(lambda: Actor.filter(id=ana.id).update(state="suspended"))
    assert await here.run(waiting_claims) == []
