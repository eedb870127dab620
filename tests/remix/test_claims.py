"""Claims about a trail: who may say what, how it goes on, and what it changes, here and between instances."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from fedirec.accounts.models import Account, AuditEvent, Notification
from fedirec.accounts.permissions import Role, may_decide_claim
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor, Outgoing, Received
from fedirec.activitypub.outbox import publish
from fedirec.activitypub.vocab import ClaimNote, Doc, Flag, Ref, Reject, Vocabulary
from fedirec.admin.models import Report
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, NotFound, TooMany
from fedirec.remix.actions.claims import (
    ClaimDraft,
    add_evidence,
    agree,
    appeal_claim,
    contradict,
    decide_claim,
    look_at,
    open_claim,
    withdraw,
)
from fedirec.remix.actions.claims.forgetting import forget_claims
from fedirec.remix.actions.drafts import PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.claims import (
    CLAIM_STEPS,
    ClaimHappening,
    ClaimKind,
    ClaimState,
    Concern,
    advance_claim,
    may_do,
    may_open,
)
from fedirec.remix.models import Claim, ClaimEvent, Contributor, Pseudonym, Record, RecordRevision, Source
from fedirec.remix.queries.claims import disputed_among, get_claim, notes_on, waiting_claims
from tests.network import Instance, settle

AUTHOR, CLAIMANT = Concern(is_author=True), Concern(is_claimant=True)
OF_SOURCE, CREDITED, NOBODY = Concern(made_source=True), Concern(is_credited=True), Concern()


async def viewer_of(instance: Instance, name: str) -> Viewer:
    async def find() -> Viewer:
        account = await Account.get(actor__local_handle=name).select_related("actor")
        return Viewer(account=account, actor=account.actor, seen_at=now())

    return await instance.run(find)


async def record_of(instance: Instance, author: Actor, title: str, **more: Any) -> Record:
    draft = RecordDraft(title=title, text="On the roof.", licence="CC-BY-4.0", **more)
    return await again(instance, await instance.run(publish_record, author, draft))


async def again(instance: Instance, record: Record) -> Record:
    return await instance.run(lambda: Record.get(uri=record.uri).select_related("author"))


async def opened(instance: Instance, claimant: Actor, record: Record, kind: ClaimKind, **more: Any) -> Claim:
    draft = ClaimDraft(kind=kind, words="It is so.", **more)

    made = await instance.run(open_claim, claimant, record, draft)
    return await instance.run(get_claim, made.key)


async def state_of(instance: Instance, claim: Claim) -> Claim:
    return await instance.run(get_claim, claim.key)


async def sources_of(instance: Instance, record: Record) -> list[tuple[str, str]]:
    async def find() -> list[tuple[str, str]]:
        rows = await Source.filter(record__uri=record.uri, withdrawn_at=None).order_by("position")
        return [(row.uri, row.added_by) for row in rows]

    return await instance.run(find)


async def parts_of(instance: Instance, record: Record) -> list[tuple[str, str]]:
    async def find() -> list[tuple[str, str]]:
        rows = await Contributor.filter(record__uri=record.uri).order_by("position")
        return [(row.actor_uri, row.role) for row in rows]

    return await instance.run(find)


async def document_of(instance: Instance, record: Record) -> Any:
    async def find() -> Any:
        row = await RecordRevision.filter(record__uri=record.uri).order_by("-number").first()
        assert row is not None
        return row.document

    return await instance.run(find)


async def told(instance: Instance, name: str) -> list[str]:
    async def find() -> list[str]:
        rows = await Notification.filter(account__actor__local_handle=name).order_by("id")
        return [row.kind for row in rows]

    return await instance.run(find)


# The tables


@pytest.mark.parametrize(("state", "happening"), list(product(ClaimState, ClaimHappening)))
def test_a_claim_goes_on_as_the_table_says_and_nowhere_else(state: ClaimState, happening: ClaimHappening) -> None:
    if (state, happening) in CLAIM_STEPS:
        assert advance_claim(state.value, happening) is CLAIM_STEPS[state, happening]
    else:
        with pytest.raises(Conflict):
            advance_claim(state.value, happening)


def test_whatever_is_over_stays_over_and_an_appeal_is_answered_once() -> None:
    over = {ClaimState.SETTLED, ClaimState.FINAL, ClaimState.WITHDRAWN}
    assert not any(state in over for state, _happening in CLAIM_STEPS)
    assert all(
        following is ClaimState.FINAL
        for (state, happening), following in CLAIM_STEPS.items()
        if state is ClaimState.APPEALED and happening in (ClaimHappening.UPHELD, ClaimHappening.DISMISSED)
    )


@pytest.mark.parametrize(
    ("kind", "may"),
    [
        (ClaimKind.MISSING_SOURCE, {NOBODY, CLAIMANT, OF_SOURCE, CREDITED}),
        (ClaimKind.NOT_DERIVED, {OF_SOURCE}),
        (ClaimKind.WRONG_ROLE, {CREDITED}),
        (ClaimKind.NOT_MY_WORK, {CREDITED}),
        (ClaimKind.NO_CONSENT, {CREDITED}),
    ],
)
def test_only_whom_it_concerns_may_say_so(kind: ClaimKind, may: set[Concern]) -> None:
    everybody = {NOBODY, AUTHOR, CLAIMANT, OF_SOURCE, CREDITED}
    assert {concern for concern in everybody if may_open(kind, concern)} == may
    assert not may_open(kind, Concern(is_author=True, made_source=True, is_credited=True))


@pytest.mark.parametrize(
    ("happening", "outcome", "may"),
    [
        (ClaimHappening.EVIDENCE, None, {AUTHOR, CLAIMANT, OF_SOURCE, CREDITED}),
        (ClaimHappening.AGREED, None, {AUTHOR}),
        (ClaimHappening.CONTRADICTED, None, {AUTHOR}),
        (ClaimHappening.WITHDRAWN, None, {CLAIMANT}),
        (ClaimHappening.APPEALED, None, set()),
        (ClaimHappening.APPEALED, ClaimHappening.UPHELD, {AUTHOR}),
        (ClaimHappening.APPEALED, ClaimHappening.DISMISSED, {CLAIMANT}),
        (ClaimHappening.UPHELD, None, set()),
        (ClaimHappening.DISMISSED, None, set()),
        (ClaimHappening.OPENED, None, set()),
    ],
)
def test_only_whom_it_concerns_may_go_on(
    happening: ClaimHappening, outcome: ClaimHappening | None, may: set[Concern]
) -> None:
    everybody = {NOBODY, AUTHOR, CLAIMANT, OF_SOURCE, CREDITED}
    assert {concern for concern in everybody if may_do(happening, concern, outcome=outcome)} == may


@pytest.mark.parametrize("role", list(Role))
def test_moderators_decide_but_never_about_what_concerns_them(role: Role) -> None:
    assert may_decide_claim(role, is_party=False) == (role in (Role.MODERATOR, Role.ADMIN, Role.OWNER))
    assert not may_decide_claim(role, is_party=True)


def test_a_claim_travels_in_a_flag_and_is_read_as_it_was_written() -> None:
    note = ClaimNote(
        kind="wrong_role",
        record="https://there.test/records/1",
        person="https://here.test/u/ana",
        role="http://id.loc.gov/vocabulary/relators/mus",
        wanted_role="http://id.loc.gov/vocabulary/relators/sng",
        evidence=("https://here.test/a",),
    )
    flag = Flag(
        id="https://here.test/activities/1",
        actor="https://here.test/u/ana",
        object=Ref("https://there.test/u/bo"),
        others=("https://there.test/records/1",),
        content="I sang.",
        claim=note,
    )
    assert Flag.read(Doc(flag.write()), Vocabulary(())) == flag
    assert Flag.read(Doc({**flag.write(), "claim": {"kind": 3}}), Vocabulary(())).claim is None
    assert Flag.read(Doc({**flag.write(), "claim": "nonsense"}), Vocabulary(())).claim is None


# On one instance


async def test_a_missing_source_is_added_as_soon_as_the_author_agrees(here: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    rain, song = await record_of(here, ana, "Rain"), await record_of(here, bo, "Song")
    claim = await opened(here, cy, song, ClaimKind.MISSING_SOURCE, source=rain.uri)
    assert await told(here, "bo") == ["claimed"]
    assert "claim_waits" in await told(here, "olga")
    with pytest.raises(Conflict):
        await opened(here, cy, song, ClaimKind.MISSING_SOURCE, source=rain.uri)
    await here.run(add_evidence, cy, claim.key, "Listen to the second minute.", ["https://example.org/listen"])
    with pytest.raises(Forbidden):
        await here.run(agree, ana, claim.key)
    await here.run(agree, bo, claim.key, "Of course, sorry!")
    assert await sources_of(here, song) == [(rain.uri, "claim")]
    assert (await document_of(here, song))["isBasedOn"] == [rain.uri]
    assert "Rain" in str((await document_of(here, song))["tag"])
    assert "Ana" in (await document_of(here, song))["content"] or "ana" in (await document_of(here, song))["content"]
    assert (await state_of(here, claim)).state == "settled"
    assert "claim_decided" in await told(here, "cy")
    assert "remixed" in await told(here, "ana")
    with pytest.raises(Conflict):
        await here.run(contradict, bo, claim.key, "No, after all")
    [note] = await here.run(notes_on, song)
    assert (note.is_agreed, note.reason) == (True, "Of course, sorry!")


async def test_a_moderator_decides_with_a_reason_and_what_was_decided_survives_the_next_version(
    here: Instance,
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    await here.join("max", role=Role.MODERATOR)
    rain, song = await record_of(here, ana, "Rain"), await record_of(here, bo, "Song")
    claim = await opened(here, ana, song, ClaimKind.MISSING_SOURCE, source=rain.uri)
    mo, max_ = await viewer_of(here, "mo"), await viewer_of(here, "max")
    await here.run(contradict, bo, claim.key, "I wrote every note myself.")
    with pytest.raises(Invalid):
        await here.run(decide_claim, mo, claim.key, upholds=True, reason=" ")
    await here.run(look_at, max_, claim.key)
    with pytest.raises(Conflict):
        await here.run(decide_claim, mo, claim.key, upholds=True, reason="It is the same melody.")
    await here.run(look_at, max_, claim.key, lets_go=True)
    await here.run(decide_claim, mo, claim.key, upholds=True, reason="It is the same melody.")
    assert await sources_of(here, song) == [(rain.uri, "moderator")]
    [event] = await here.run(lambda: AuditEvent.filter(action="uphold_claim"))
    assert (event.subject_uri, event.details["reason"]) == (song.uri, "It is the same melody.")

    await here.run(
        edit_record, bo, await again(here, song), RecordDraft(title="Song 2", text="La", licence="CC-BY-4.0")
    )
    assert await sources_of(here, song) == [(rain.uri, "moderator")]
    assert (await document_of(here, song))["isBasedOn"] == [rain.uri]

    with pytest.raises(Forbidden):
        await here.run(appeal_claim, ana, claim.key, "I won, but still")
    await here.run(appeal_claim, bo, claim.key, "It is a folk tune.")
    with pytest.raises(Forbidden):
        await here.run(decide_claim, mo, claim.key, upholds=False, reason="Fine")
    await here.run(decide_claim, max_, claim.key, upholds=False, reason="Both took it from a folk tune.")
    assert await sources_of(here, song) == []
    assert "isBasedOn" not in await document_of(here, song)
    assert (await state_of(here, claim)).state == "final"
    with pytest.raises((Conflict, Forbidden)):
        await here.run(appeal_claim, ana, claim.key, "And again")
    assert await here.run(notes_on, song) == []


async def test_what_is_disputed_is_known_until_it_is_decided(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await record_of(here, ana, "Rain")
    song = await record_of(here, bo, "Song", sources=[SourceDraft(record=rain)])
    edge = await here.run(lambda: Source.get(record__uri=song.uri))
    assert await here.run(disputed_among, [edge.id]) == set()
    claim = await opened(here, ana, song, ClaimKind.NOT_DERIVED, source=rain.uri)
    assert await here.run(disputed_among, [edge.id, 10**9]) == {edge.id}
    assert [row.key for row in await here.run(waiting_claims)] == [claim.key]
    await here.run(withdraw, ana, claim.key)
    assert await here.run(disputed_among, [edge.id]) == set()
    other = await opened(here, ana, song, ClaimKind.NOT_DERIVED, source=rain.uri)
    await here.run(agree, bo, other.key)
    assert await sources_of(here, song) == []
    assert await here.run(disputed_among, [edge.id]) == set()


@pytest.mark.one_database
@pytest.mark.parametrize("kind", [ClaimKind.WRONG_ROLE, ClaimKind.NOT_MY_WORK, ClaimKind.NO_CONSENT])
async def test_people_say_what_is_wrong_with_their_own_credit(here: Instance, kind: ClaimKind) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    await here.join("mo", role=Role.MODERATOR)
    mo = await viewer_of(here, "mo")
    song = await record_of(here, bo, "Song", parts=[PartDraft(actor=ana, role="mus"), PartDraft(actor=cy, role="ill")])
    more = {"role": "mus", "wanted_role": "sng"} if kind is ClaimKind.WRONG_ROLE else {}
    claim = await opened(here, ana, song, kind, **more)
    await here.run(decide_claim, mo, claim.key, upholds=True, reason="They know best.")

    document = str(await document_of(here, song))
    parts = dict(await parts_of(here, song))
    assert parts[cy.uri] == "ill"
    if kind is ClaimKind.WRONG_ROLE:
        assert parts[ana.uri] == "sng"
        assert "relators/mus" not in document
    else:
        assert ana.uri not in parts
        assert ana.uri not in document
        assert "relators/mus" not in document
    if kind is ClaimKind.NO_CONSENT:
        [pseudonym] = await here.run(Pseudonym.all)
        assert pseudonym.actor_uri == ana.uri
        assert parts[pseudonym.uri] == "mus"

    draft = RecordDraft(title="Song 2", text="La", licence="CC-BY-4.0", parts=[PartDraft(actor=ana, role="mus")])
    await here.run(edit_record, bo, await again(here, song), draft)
    parts = dict(await parts_of(here, song))
    assert parts.get(ana.uri) == ("sng" if kind is ClaimKind.WRONG_ROLE else None)

    await here.run(appeal_claim, bo, claim.key, "But they did!")
    olga = await viewer_of(here, "olga")
    await here.run(decide_claim, olga, claim.key, upholds=False, reason="There is a recording.")
    assert (ana.uri, "mus") in await parts_of(here, song)
    assert "relators/mus" in str(await document_of(here, song))


async def test_nobody_says_it_for_somebody_else_and_nobody_floods(here: Instance) -> None:
    ana, bo, eve = await here.join("ana"), await here.join("bo"), await here.join("eve", role=Role.MODERATOR)
    rain = await record_of(here, ana, "Rain")
    part = PartDraft(actor=ana, role="mus")
    song = await record_of(here, bo, "Song", sources=[SourceDraft(record=rain)], parts=[part])
    secret = await record_of(here, bo, "Secret", visibility="followers")
    refused: list[tuple[Actor, Record, ClaimKind, dict[str, str], type[FedirecError]]] = [
        (eve, song, ClaimKind.NOT_DERIVED, {"source": rain.uri}, Forbidden),
        (eve, song, ClaimKind.NOT_MY_WORK, {}, Forbidden),
        (eve, song, ClaimKind.NO_CONSENT, {}, Forbidden),
        (eve, song, ClaimKind.WRONG_ROLE, {"role": "mus", "wanted_role": "sng"}, Forbidden),
        (bo, song, ClaimKind.MISSING_SOURCE, {"source": secret.uri}, Forbidden),
        (eve, song, ClaimKind.MISSING_SOURCE, {"source": rain.uri}, Conflict),
        (eve, song, ClaimKind.MISSING_SOURCE, {"source": song.uri}, Conflict),
        (eve, song, ClaimKind.MISSING_SOURCE, {"source": ""}, Invalid),
        (eve, song, ClaimKind.MISSING_SOURCE, {"source": "javascript:alert(1)"}, Invalid),
        (eve, secret, ClaimKind.MISSING_SOURCE, {"source": rain.uri}, NotFound),
        (ana, song, ClaimKind.WRONG_ROLE, {"role": "ill", "wanted_role": "sng"}, Conflict),
        (ana, song, ClaimKind.WRONG_ROLE, {"role": "mus", "wanted_role": "nonsense"}, Invalid),
    ]
    for claimant, record, kind, more, error in refused:
        with pytest.raises(error):
            await opened(here, claimant, record, kind, **more)
    mine = await opened(here, ana, song, ClaimKind.NOT_MY_WORK)
    for act in (agree, contradict, appeal_claim, add_evidence):
        with pytest.raises(Forbidden):
            await here.run(act, eve, mine.key, "Mine!")
    with pytest.raises(Forbidden):
        await here.run(withdraw, bo, mine.key)
    with pytest.raises(Forbidden):
        await here.run(decide_claim, await viewer_of(here, "ana"), mine.key, upholds=True, reason="I say so")
    own = await opened(here, eve, song, ClaimKind.MISSING_SOURCE, source="https://there.test/records/1")
    with pytest.raises(Forbidden):
        await here.run(decide_claim, await viewer_of(here, "eve"), own.key, upholds=True, reason="I say so")
    for number in (2, 3):
        await opened(here, eve, song, ClaimKind.MISSING_SOURCE, source=f"https://there.test/records/{number}")
    with pytest.raises(TooMany):
        await opened(here, eve, song, ClaimKind.MISSING_SOURCE, source="https://there.test/records/4")


# Between instances


async def test_a_claim_from_another_instance_is_decided_at_home_and_the_outcome_travels(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.join("mo", role=Role.MODERATOR)
    rain, song = await record_of(here, ana, "Rain"), await record_of(there, bo, "Song")
    theirs = await here.find_record(song.uri)
    claim = await opened(here, ana, await again(here, theirs), ClaimKind.MISSING_SOURCE, source=rain.uri)
    await settle(here, there)

    at_home = await there.run(lambda: Claim.get(record__uri=song.uri).select_related("claimant"))
    assert (at_home.kind, at_home.claimant.uri, at_home.source_uri) == ("missing_source", ana.uri, rain.uri)
    assert await there.run(Report.all) == []
    assert await told(there, "bo") == ["claimed"]
    await there.find_record(rain.uri)
    await there.run(
        decide_claim, await viewer_of(there, "mo"), at_home.key, upholds=True, reason="It is the same melody."
    )
    await settle(here, there)
    ours = await state_of(here, claim)
    assert (ours.state, ours.reason, ours.decided_at_home) == ("upheld", "It is the same melody.", True)
    assert await sources_of(there, song) == [(rain.uri, "moderator")]
    assert await sources_of(here, song) == [(rain.uri, "author")]
    assert await told(here, "ana") == ["claim_decided", "remixed"] or "claim_decided" in await told(here, "ana")


async def test_what_is_decided_here_about_a_record_of_another_instance_is_how_it_is_seen_from_here(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    rain = await record_of(here, ana, "Rain")
    known = await there.find_record(rain.uri)
    part = PartDraft(actor=await there.meet(ana), role="mus")
    song = await record_of(there, bo, "Song", sources=[SourceDraft(record=known)], parts=[part])
    await settle(here, there)
    theirs = await again(here, await here.find_record(song.uri))
    derived = await opened(here, ana, theirs, ClaimKind.NOT_DERIVED, source=rain.uri)
    unnamed = await opened(here, ana, theirs, ClaimKind.NO_CONSENT)
    mo = await viewer_of(here, "mo")
    for claim in (derived, unnamed):
        await here.run(decide_claim, mo, claim.key, upholds=True, reason="It is not.")
    await settle(here, there)
    assert await sources_of(here, song) == []
    assert await sources_of(there, song) == [(rain.uri, "author")]
    assert ana.uri not in dict(await parts_of(here, song))
    at_home = await again(there, song)
    known = await there.find_record(rain.uri)
    draft = RecordDraft(
        title="Song 2", text="La", licence="CC-BY-4.0", sources=[SourceDraft(record=known)], parts=[part]
    )
    await there.run(edit_record, bo, at_home, draft)
    await settle(here, there)
    assert (await again(here, song)).title == "Song 2"
    assert await sources_of(here, song) == []
    assert ana.uri not in dict(await parts_of(here, song))
    assert (await state_of(here, derived)).state == "upheld"


async def test_a_claim_that_is_taken_back_is_taken_back_at_home(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    rain, song = await record_of(here, ana, "Rain"), await record_of(there, bo, "Song")
    theirs = await again(here, await here.find_record(song.uri))
    claim = await opened(here, ana, theirs, ClaimKind.MISSING_SOURCE, source=rain.uri)
    await settle(here, there)
    await here.run(withdraw, ana, claim.key)
    await settle(here, there)
    assert (await there.run(lambda: Claim.get(record__uri=song.uri))).state == "withdrawn"


@pytest.mark.one_database
async def test_a_flag_cannot_claim_in_the_name_of_somebody_else(here: Instance, there: Instance) -> None:
    ana, bo, eve = await there.join("ana"), await here.join("bo"), await there.join("eve")
    rain = await record_of(there, ana, "Rain")
    known = await here.find_record(rain.uri)
    part = PartDraft(actor=await here.meet(ana), role="mus")
    song = await record_of(here, bo, "Song", sources=[SourceDraft(record=known)], parts=[part])
    bo_there = await there.meet(bo)

    async def send(note: ClaimNote, number: int) -> None:
        flag = Flag(
            id=f"https://there.test/activities/{number}",
            actor=eve.uri,
            object=Ref(bo.uri),
            others=(song.uri,),
            to=(bo.uri,),
            content="It is mine",
            claim=note,
        )
        async with transaction():
            await publish(eve, flag, to=[bo_there])

    about = [
        ClaimNote(kind="not_derived", record=song.uri, source=rain.uri, person=ana.uri),
        ClaimNote(kind="not_my_work", record=song.uri, person=ana.uri),
        ClaimNote(kind="no_consent", record=song.uri, person=ana.uri),
        ClaimNote(kind="wrong_role", record=song.uri, person=ana.uri, role="mus", wanted_role="sng"),
        ClaimNote(kind="missing_source", record=rain.uri, source=song.uri),
    ]
    for number, note in enumerate(about):
        await there.run(send, note, number)
    await settle(here, there)
    assert await here.run(Claim.all) == []
    assert await sources_of(here, song) == [(rain.uri, "author")]
    flags = await here.run(lambda: Received.filter(type="Flag"))
    assert [row.state for row in flags] == ["refused"] * len(about)
    await there.run(send, ClaimNote(kind="of another kind", record=song.uri), 99)
    await settle(here, there)
    assert len(await here.run(Report.all)) == 1
    for number in range(5):
        source = f"https://there.test/records/{number}"
        await there.run(send, ClaimNote(kind="missing_source", record=song.uri, source=source), 100 + number)
    await settle(here, there)
    assert len(await here.run(Claim.all)) == 3, "beyond the limit nothing is kept, nor tried again"
    refused = await here.run(lambda: Received.filter(type="Flag", state="refused"))
    assert len(refused) == len(about) + 2


async def test_only_the_home_of_a_record_says_what_came_of_a_claim(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, eve = await here.join("ana"), await there.join("bo"), await elsewhere.join("eve")
    rain, song = await record_of(here, ana, "Rain"), await record_of(there, bo, "Song")
    theirs = await again(here, await here.find_record(song.uri))
    claim = await opened(here, ana, theirs, ClaimKind.MISSING_SOURCE, source=rain.uri)
    flag = (await state_of(here, claim)).activity_uri
    assert flag is not None
    await settle(here, there)

    met = await elsewhere.meet(ana)

    async def lie() -> None:
        made = Flag(id=flag or "", actor=ana.uri, object=Ref(bo.uri), claim=ClaimNote(kind="x", record=song.uri))
        reject = Reject(id="https://elsewhere.test/activities/9", actor=eve.uri, object=made, to=(ana.uri,))
        async with transaction():
            await publish(eve, reject, to=[met])

    await elsewhere.run(lie)
    await settle(here, there, elsewhere)
    assert (await state_of(here, claim)).state == "opened"
    assert await here.run(lambda: ClaimEvent.filter(claim_id=claim.id, happening="dismissed").count()) == 0


async def test_a_film_with_more_sources_than_fit_keeps_all_of_them_when_one_is_added(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    pieces = [await record_of(here, ana, f"Piece {number}") for number in range(34)]
    film = await record_of(here, bo, "Film", sources=[SourceDraft(record=piece) for piece in pieces[:33]])
    claim = await opened(here, ana, film, ClaimKind.MISSING_SOURCE, source=pieces[33].uri)
    await here.run(agree, bo, claim.key)
    assert [uri for uri, _added_by in await sources_of(here, film)] == [piece.uri for piece in pieces]
    assert (await again(here, film)).digest_holds
    listed = (await document_of(here, film))["sources"]
    assert listed["id"] == f"{film.uri}/sources"


async def test_whoever_leaves_takes_their_words_along_and_what_was_decided_stays(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    rain, song = await record_of(here, ana, "Rain"), await record_of(here, bo, "Song")
    decided = await opened(here, ana, song, ClaimKind.MISSING_SOURCE, source=rain.uri)
    await here.run(decide_claim, await viewer_of(here, "mo"), decided.key, upholds=True, reason="It is the same.")
    waiting = await opened(here, ana, song, ClaimKind.MISSING_SOURCE, source="https://there.test/records/1")
    await here.run(forget_claims, ana)
    said = await here.run(lambda: ClaimEvent.filter(actor_id=ana.id).order_by("id"))
    assert [(event.words, event.links) for event in said] == [("", []), ("", [])]
    assert (await state_of(here, waiting)).state == "withdrawn"
    assert (await state_of(here, decided)).state == "upheld"
    assert await sources_of(here, song) == [(rain.uri, "moderator")]


async def test_what_moderators_have_hidden_is_not_sent_to_everybody_by_a_claim(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    rain, song = await record_of(here, ana, "Rain"), await record_of(here, bo, "Song")
    claim = await opened(here, ana, song, ClaimKind.MISSING_SOURCE, source=rain.uri)
    await here.run(lambda: Record.filter(id=song.id).update(visibility="hidden"))
    said = await here.run(lambda: Outgoing.filter(type="Update").count())
    with pytest.raises(Conflict):
        await here.run(decide_claim, await viewer_of(here, "mo"), claim.key, upholds=True, reason="It is the same.")
    assert (await state_of(here, claim)).state == "opened"
    assert await here.run(lambda: Outgoing.filter(type="Update").count()) == said
