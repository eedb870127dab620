"""Selection without a back room: each decision has a reason in the public log, and everybody concerned is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Received
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Ref, Reject, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from fedirec.remix.actions import submissions as doing
from fedirec.remix.actions.challenges import ChallengeDraft, cancel_challenge, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.offering import offer_from_home
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.actions.submissions import offers
from fedirec.remix.models import Agreement, Challenge, Comment, GroupLeader, LogEntry, Record, Submission
from fedirec.remix.submissions import Outcome, SubmissionState
from fedirec.remix.terms import Terms
from fedirec.remix.vocab import SubmissionObject
from tests.network import Instance, settle
from tests.remix.forms import send
from tests.remix.test_pages_challenges import answer_with, ask

pytestmark = pytest.mark.one_database


async def _log(here: Instance) -> list[tuple[str, str]]:
    rows = await here.run(lambda: LogEntry.all().order_by("id"))
    return [(row.kind, row.reason) for row in rows if row.kind != "opened"]


async def _told(instance: Instance, name: str) -> list[str]:
    rows = await instance.run(lambda: Notification.filter(account__actor__local_handle=name).order_by("id"))
    return [row.kind for row in rows]


async def _whole(here: Instance, submission: Submission) -> Record:
    record: Record = await here.run(lambda: Record.get(id=submission.record_id).select_related("author"))
    return record


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
async def test_each_decision_stands_in_the_log_with_its_reason_and_its_author_hears(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    submission = await answer_with(here, bo, await ask(here, ana))
    await here.run(doing.ask_for_change, ana, submission, "Could it be longer?")
    await here.run(doing.decline_submission, ana, submission, "Too short.")
    await here.run(doing.reconsider_submission, ana, submission, "I listened again.")
    await here.run(doing.accept_submission, ana, submission, "It is just right.")
    await here.run(doing.redo_work, ana, submission, "The tape is damaged.", by=bo)
    await here.run(doing.withdraw_submission, bo, submission)
    assert await _log(here) == [
        ("change_asked", "Could it be longer?"),
        ("declined", "Too short."),
        ("reconsidered", "I listened again."),
        ("chosen", "It is just right."),
        ("redone", "The tape is damaged."),
        ("withdrawn", ""),
    ]
    assert await _told(here, "bo") == [
        "change_asked",
        "submission_declined",
        "submission_reconsidered",
        "submission_accepted",
        "work_redone",
    ]


@pytest.mark.parametrize(
    "act",
    [
        doing.accept_submission,
        doing.ask_for_change,
        doing.decline_submission,
        doing.reconsider_submission,
        doing.redo_work,
    ],
)
async def test_nothing_is_decided_without_a_reason_or_by_somebody_else(here: Instance, act: Callable[..., Any]) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    submission = await answer_with(here, bo, await ask(here, ana))
    for reason in ("", "x" * 501):
        with pytest.raises(Invalid):
            await here.run(act, ana, submission, reason)
    with pytest.raises(Forbidden):
        await here.run(act, bo, submission, "It is mine.")
    assert await _log(here) == []
    assert (await here.run(lambda: Submission.get())).state == "pending"


async def test_those_who_lead_the_project_of_a_challenge_decide_too(here: Instance) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    challenge = await ask(here, ana)
    submission = await answer_with(here, bo, challenge)
    with pytest.raises(Forbidden):
        await here.run(doing.accept_submission, cy, submission, "Yes.")
    await here.run(lambda: Challenge.filter(id=challenge.id).update(part_of_id=ana.id))
    await here.run(lambda: GroupLeader.create(group_id=ana.id, actor_id=cy.id))
    await here.run(doing.accept_submission, cy, submission, "Yes.")
    assert (await here.run(lambda: LogEntry.get(kind="chosen"))).by_id == cy.id


async def test_a_change_that_was_asked_for_is_told_when_it_is_made(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    submission = await answer_with(here, bo, await ask(here, ana))
    await here.run(doing.ask_for_change, ana, submission, "A title, please.")
    record = await _whole(here, submission)
    draft = RecordDraft(title="Vega at last", text="la", licence="CC-BY-SA-4.0")
    await here.run(edit_record, bo, record, draft)
    assert (await here.run(lambda: Submission.get())).change_wanted == ""
    assert "submission_changed" in await _told(here, "ana")


async def test_each_decision_is_told_and_none_is_thought_over_once_it_is_over(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    chosen, waiting = await answer_with(here, bo, challenge, "Vega"), await answer_with(here, bo, challenge, "Deneb")
    for wish in ("Longer, please.", "And louder."):
        await here.run(doing.ask_for_change, ana, chosen, wish)
    for reason in ("Too quiet.", "Still too quiet."):
        await here.run(doing.decline_submission, ana, chosen, reason)
        await here.run(doing.reconsider_submission, ana, chosen, "I listened again.")
    told = ["change_asked"] * 2 + ["submission_declined", "submission_reconsidered"] * 2
    assert await _told(here, "bo") == told
    await here.run(doing.accept_submission, ana, chosen, "Good.")
    await here.run(cancel_challenge, ana, challenge, reason="No money.")
    for act, about in ((doing.reconsider_submission, chosen), (doing.decline_submission, waiting)):
        with pytest.raises(Conflict, match="It is over"):
            await here.run(act, ana, about, "On second thoughts.")
    states = await here.run(lambda: Submission.all().order_by("id"))
    assert [row.state for row in states] == ["accepted", "pending"]


async def test_who_built_on_what_is_made_anew_is_told_too(here: Instance, there: Instance) -> None:
    ana, bo, cy, di = [await here.join(name) for name in ("ana", "bo", "cy", "di")]
    eve = await there.join("eve")
    challenge = await ask(here, ana)
    drum = await answer_with(here, bo, challenge, "Drum")
    record = await _whole(here, drum)

    async def build(author: Actor, *, offered: bool) -> None:
        sources = [SourceDraft(record=record)]
        draft = RecordDraft(
            title="On it", text="la", licence="CC-BY-SA-4.0", sources=sources, challenge=challenge if offered else None
        )
        await here.run(publish_record, author, draft)

    await build(cy, offered=True)
    await build(di, offered=False)
    stars = await there.run(there.state["remote"].find_by_handle, "@stars@here.test")
    assert stars.uri == "https://here.test/c/stars"
    with pytest.raises(Conflict):
        await here.run(doing.redo_work, ana, drum, "It is not in yet.")
    await here.run(doing.accept_submission, ana, drum, "Good.")
    await here.run(doing.redo_work, ana, drum, "We need it slower.", by=await here.meet(eve.uri))
    assert "work_redone" in await _told(here, "bo")
    assert "work_redone" in await _told(here, "cy")
    assert "work_redone" not in await _told(here, "di"), "theirs is not part of this"
    page = (await here.get("/c/stars/log")).text
    assert "is made anew by" in page
    assert "We need it slower." in page


async def test_an_author_on_another_instance_reads_what_is_decided(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await ask(here, ana)
    async with there.sign_in("bo") as browser:
        await send(browser, await browser.get("/follow?uri=@stars@here.test"), "/follow", who="@stars@here.test")
    await settle(there, here)
    challenge = await there.run(lambda: Challenge.get())
    record = await there.run(publish_record, bo, RecordDraft(title="Vega", text="la", licence="CC-BY-SA-4.0"))
    await there.run(doing.submit_record, bo, record, await there.run(lambda: Challenge.get(id=challenge.id)))
    await settle(there, here)
    submission = await here.run(lambda: Submission.get())
    agreed = await here.run(lambda: Agreement.get())
    assert (agreed.submission_id, agreed.version) == (submission.id, 1)
    assert agreed.activity_uri is not None
    assert agreed.activity_uri.startswith("https://there.test/")

    await here.run(doing.ask_for_change, ana, submission, "Could it be longer?")
    await settle(here, there)
    assert await _stands(there) == ("pending", "", "Could it be longer?")
    edited = RecordDraft(title="Vega, longer", text="lala", licence="CC-BY-SA-4.0")
    await there.run(edit_record, bo, await there.run(lambda: Record.get(id=record.id).select_related("author")), edited)
    await settle(there, here)
    assert await _stands(there) == ("pending", "", ""), "what was asked for is done"
    await here.run(doing.decline_submission, ana, submission, "Too short.")
    await settle(here, there)
    assert await _stands(there) == ("declined", "Too short.", "")
    async with there.sign_in("bo") as browser:
        page = (await browser.get(f"/challenges/remote/{challenge.id}")).text
        assert "Too short." in page
        assert "not taken up" in page
    await here.run(doing.reconsider_submission, ana, submission, "I listened again.")
    await settle(here, there)
    assert await _stands(there) == ("pending", "", "")
    await here.run(doing.accept_submission, ana, submission, "Yes.")
    await settle(here, there)
    assert await _stands(there) == ("accepted", "Yes.", "")
    kinds = ["change_asked", "submission_declined", "submission_reconsidered", "submission_accepted"]
    assert await _told(there, "bo") == kinds, "each once"
    again = await there.run(lambda: Notification.get(kind="submission_reconsidered"))
    assert again.details["reason"] == "I listened again."
    assert await there.run(lambda: Comment.all().count()) == 0, "and not by a letter as well"
    asked = await there.run(lambda: Notification.get(kind="change_asked"))
    assert asked.url == f"{record.uri}/edit", "it leads to where it is changed"


async def _stands(instance: Instance) -> tuple[str, str, str]:
    row = await instance.run(lambda: Submission.get())
    return row.state, row.reason, row.change_wanted


async def test_only_its_own_challenge_says_how_something_stands_and_its_newest_word_holds(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    stars = (await ask(here, ana)).actor
    moon = (await open_challenge_called(here, ana, "moon")).actor
    record = await _offered_from(there, here, bo, stars)
    eve = await here.join("eve")
    at = now()

    async def say(speaker: Actor, **changes: Any) -> str:
        """What becomes at the other end of what `speaker` says."""
        fields = {"id": f"{speaker.uri}/submissions/1", "attributed_to": speaker.uri, "record": record.uri}
        standing = SubmissionObject(**{**fields, "state": SubmissionState.DECLINED, "updated": at, **changes})
        update = Update(id=new_activity_uri(speaker), actor=speaker.uri, object=standing, to=(bo.uri,))

        async def send_it() -> None:
            async with transaction():
                await publish(speaker, update, to=[await Actor.get(uri=bo.uri)])

        await here.run(send_it)
        await settle(here, there)
        return (await there.run(lambda: Received.get(activity_uri=update.id))).state

    assert await say(moon) == "refused", "nothing was offered to that one"
    assert await say(moon, attributed_to=stars.uri, id=f"{stars.uri}/submissions/1") == "refused"
    assert await say(eve) == "refused"
    assert await say(eve, attributed_to=stars.uri) == "refused"
    assert await _stands(there) == ("pending", "", "")

    assert await say(stars, state=SubmissionState.ACCEPTED, outcome=Outcome.USED, thanks="What a voice!") == "handled"
    early = at - timedelta(seconds=5)
    assert await say(stars, updated=early, reason="No.") == "refused", "that was overtaken"
    assert await say(stars, reason="Not again.") == "refused", "so was that, of the same moment"
    late = Reject(id=new_activity_uri(stars), actor=stars.uri, object=Ref(record.uri), content="No.", published=early)

    async def send_late() -> None:
        async with transaction():
            await publish(stars, late, to=[await Actor.get(uri=bo.uri)])

    await here.run(send_late)
    await settle(here, there)
    assert await _stands(there) == ("accepted", "", "")
    kept = await there.run(lambda: Submission.get())
    assert (kept.outcome, kept.thanks) == ("used", "What a voice!")
    async with there.sign_in("bo") as browser:
        page = (await browser.get(f"/challenges/remote/{kept.challenge_id}")).text
        assert "What a voice!" in page
        assert "used" in (await browser.get(record.uri)).text
    assert await say(stars, updated=now(), state=SubmissionState.PENDING) == "handled"
    assert await say(stars, updated=at + timedelta(days=30), state=SubmissionState.ACCEPTED) == "handled"
    assert await there.run(lambda: Submission.filter(state="accepted", decided_at__lte=now()).exists())
    await there.run(doing.withdraw_submission, bo, kept)
    assert await say(stars, updated=now()) == "refused", "who took it back is not overruled"


async def open_challenge_called(here: Instance, leader: Actor, slug: str) -> Challenge:
    draft = ChallengeDraft(title=slug, slug=slug, text="Look.", terms=Terms(version=1, licence="CC-BY-SA-4.0"))
    challenge: Challenge = await here.run(open_challenge, leader, here.state["keyring"], draft)
    return challenge


async def _offered_from(there: Instance, here: Instance, author: Actor, group: Actor) -> Record:
    """A record of `author`'s that is offered from there to the challenge of `group` here."""
    challenge = await there.find_challenge(group.uri)
    record: Record = await there.run(
        publish_record, author, RecordDraft(title="Vega", text="la", licence="CC-BY-SA-4.0", challenge=challenge)
    )
    await settle(there, here)
    return record


async def test_people_here_and_elsewhere_are_invited_in_the_open_and_once(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    eve = await there.join("eve")
    challenge = await ask(here, ana)
    find = here.state["remote"]
    assert await here.run(doing.find_invited, find, "@bo", host="here.test") == bo
    assert (await here.run(doing.find_invited, find, "eve@there.test", host="here.test")).uri == eve.uri
    for typed, why in (("@", Invalid), ("@nobody", NotFound), ("@stars", (Invalid, NotFound))):
        with pytest.raises(why):
            await here.run(doing.find_invited, find, typed, host="here.test")

    await here.run(doing.invite_to_submit, ana, challenge, bo, "You know the sky.")
    known = await here.run(lambda: Actor.get(uri=eve.uri))
    await here.run(doing.invite_to_submit, ana, challenge, known, "You draw well.")
    await settle(here, there)
    assert await _told(here, "bo") == ["invited_to_submit"]
    with pytest.raises(Conflict):
        await here.run(doing.invite_to_submit, ana, challenge, bo, "Please!")
    with pytest.raises(Forbidden):
        await here.run(doing.invite_to_submit, bo, challenge, known, "Me too.")
    assert await _log(here) == [("invited", "You know the sky."), ("invited", "You draw well.")]

    await answer_with(here, bo, challenge, "Vega")
    async with here.sign_in("ana") as browser:
        assert "invited" in (await browser.get("/c/stars/waiting")).text


async def test_nobody_is_invited_who_keeps_away_and_no_more_than_a_few_a_day(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo, cy, di = [await here.join(name) for name in ("ana", "bo", "cy", "di")]
    challenge = await ask(here, ana)
    await here.run(block, bo, ana)
    with pytest.raises(Forbidden):
        await here.run(doing.invite_to_submit, ana, challenge, bo, "Please.")
    monkeypatch.setattr("fedirec.remix.actions.submissions.inviting.MAX_INVITED", 1)
    await here.run(doing.invite_to_submit, ana, challenge, cy, "Please.")
    with pytest.raises(TooMany):
        await here.run(doing.invite_to_submit, ana, challenge, di, "Please.")


def _wanted(record: Record, reason: str) -> dict[str, Any]:
    return {"for": "work", "address": record.uri, "reason": reason}


async def test_a_work_that_a_leader_found_waits_until_its_author_offers_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    record = await here.run(publish_record, bo, RecordDraft(title="Vega", text="la", licence="CC-BY-SA-4.0"))
    async with here.sign_in("ana") as browser:
        form = await browser.get("/c/stars/invite")
        wrong = await send(browser, form, "/c/stars/invite", **_wanted(record, ""))
        assert wrong.status_code == 422
        assert record.uri in wrong.text, "what was typed stays"
        asked = await send(browser, form, "/c/stars/invite", **_wanted(record, "It shines."))
        assert asked.status_code == 303, asked.text
    submission = await here.run(lambda: Submission.get())
    assert (submission.state, submission.via) == ("proposed", "pasted")
    assert await _told(here, "bo") == ["work_wanted"]
    assert await here.run(lambda: Agreement.all().count()) == 0, "nobody agrees for somebody else"
    for act in (doing.accept_submission, doing.ask_for_change):
        with pytest.raises(Conflict):
            await here.run(act, ana, submission, "Yes.")
    assert "Vega" not in (await here.get("/c/stars/submissions")).text
    whole = await _whole(here, submission)
    async with here.sign_in("bo") as browser:
        page = await browser.get("/c/stars")
        offer = f"{whole.uri.removeprefix(here.origin)}/offer"
        assert (await send(browser, page, offer)).status_code == 303
    submission = await here.run(lambda: Submission.get())
    assert (submission.state, submission.via) == ("pending", "local")
    assert await here.run(lambda: Agreement.all().count()) == 1
    with pytest.raises(Conflict):
        await here.run(doing.propose_record, ana, challenge, whole, "Again.")


async def test_one_author_offers_so_much_a_day_and_reads_why_not_more(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    first, second = await ask(here, ana), await ask(here, ana, slug="moons")
    monkeypatch.setattr(offers, "MAX_OFFERED_TO_ONE", 2)
    monkeypatch.setattr(offers, "MAX_OFFERED_A_DAY", 3)
    await answer_with(here, bo, first, "One")
    await answer_with(here, bo, first, "Two")
    with pytest.raises(TooMany, match="2 works to one challenge"):
        await answer_with(here, bo, first, "Three")
    await answer_with(here, bo, second, "Four")
    with pytest.raises(TooMany, match="3 works to challenges"):
        await answer_with(here, bo, second, "Five")
    async with here.sign_in("bo") as browser:
        form = await browser.get(f"/records/new?challenge={second.id}")
        late = await send(browser, form, "/records/new", do="publish", title="Six", text="x", challenge=str(second.id))
        assert late.status_code in (422, 429)
        assert "within a day" in late.text
        assert "Six" in late.text, "what was typed stays"


async def test_one_work_is_not_offered_and_taken_back_all_day(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    submission = await answer_with(here, bo, challenge)
    record = await _whole(here, submission)
    for _again in range(offers.MAX_TAKEN_BACK - 1):
        await here.run(doing.withdraw_submission, bo, submission)
        submission = await here.run(doing.submit_record, bo, record, challenge)
    await here.run(doing.withdraw_submission, bo, submission)
    with pytest.raises(TooMany):
        await here.run(doing.submit_record, bo, record, challenge)
    assert len(await _log(here)) == offers.MAX_TAKEN_BACK


async def test_each_limit_holds_on_each_way_in(
    here: Instance, there: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo, eve = await here.join("ana"), await here.join("bo"), await there.join("eve")
    words = RecordDraft(title="Vega", text="la", licence="CC-BY-SA-4.0")
    own = await here.run(publish_record, bo, words)
    hers = await here.find_record((await there.run(publish_record, eve, words)).uri)
    guest = await here.meet(eve.uri)

    ways: dict[str, tuple[Actor, Record, Callable[[Challenge], Any]]] = {
        "with a new record": (bo, own, lambda asked: here.run(publish_record, bo, replace(words, challenge=asked))),
        "a record that is there": (bo, own, lambda asked: here.run(doing.submit_record, bo, own, asked)),
        "a guest": (guest, hers, lambda asked: here.run(offer_from_home, guest, hers, asked)),
        "another instance": (guest, hers, lambda asked: here.run(doing.save_submission, asked, hers, via="remote")),
    }
    for found in (False, True):
        for number, (way, (_author, record, offer)) in enumerate(ways.items()):
            asked = await ask(here, ana, slug=f"stars{number}{found}".lower())
            if found:
                await here.run(doing.propose_record, ana, asked, record, "It would fit.")
            monkeypatch.setattr(offers, "MAX_OFFERED_TO_ONE", 0)
            with pytest.raises(TooMany):
                await offer(asked)
            monkeypatch.setattr(offers, "MAX_OFFERED_TO_ONE", 20)
            ago = now() - timedelta(minutes=5 if way != "another instance" else 90)
            with pytest.raises(Conflict):
                await offer(await here.run(_ended, asked, ago))
    open_one = await ask(here, ana, slug="welcome")
    for author in (bo, guest):
        await here.run(block, ana, author)
    for way, (_author, _record, offer) in ways.items():
        with pytest.raises(Forbidden):
            await offer(open_one)
        assert not await here.run(lambda: Submission.exclude(state="proposed").exists()), way


async def _ended(challenge: Challenge, at: datetime) -> Challenge:
    """`challenge`, whose deadline was at that time."""
    await Challenge.filter(id=challenge.id).update(deadline_at=at)
    return await Challenge.get(id=challenge.id).select_related("actor")
