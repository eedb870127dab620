"""How a challenge is prepared, opened, extended, chosen from, finished, called off and archived."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.arriving import arriving
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.actions.challenges import (
    MAX_GRACE,
    ChallengeChange,
    ChallengeDraft,
    Said,
    archive_challenge,
    begin_selecting,
    cancel_challenge,
    change_challenge,
    close_challenge,
    close_overdue,
    conclude_challenge,
    discard_draft,
    open_challenge,
    open_draft,
)
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.actions.submissions import (
    accept_submission,
    ask_for_change,
    save_submission,
    submit_record,
    withdraw_submission,
)
from fedirec.remix.actions.terms import agree_to_terms
from fedirec.remix.models import (
    Agreement,
    Attachment,
    Challenge,
    ChallengeTerms,
    GroupLeader,
    LogEntry,
    Record,
    Submission,
)
from fedirec.remix.submissions import Outcome
from fedirec.remix.terms import DecidedBy, Pays, Terms
from tests.network import Instance, settle
from tests.remix.forms import picture, send

pytestmark = pytest.mark.one_database
both = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
"""For the few that ask the databases for everything that the others do."""

ACTIVITY = "application/activity+json"
TERMS = Terms(version=1, licence="CC-BY-SA-4.0")
POT = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=100, currency="EUR", rule="In equal parts.")
WHY = "Many asked for it."


async def ask(instance: Instance, leader: Actor, **fields: Any) -> Challenge:
    draft = ChallengeDraft(**{"title": "First stars", "slug": "stars", "text": "Look up.", "terms": TERMS, **fields})
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft)


async def answer_with(instance: Instance, author: Actor, challenge: Challenge, title: str = "Venus") -> Submission:
    draft = RecordDraft(title=title, text="la", licence="CC-BY-SA-4.0", challenge=challenge)
    record = await instance.run(publish_record, author, draft)
    return await instance.run(lambda: Submission.get(record_id=record.id))


async def fresh(instance: Instance, challenge: Challenge) -> Challenge:
    return await instance.run(lambda: Challenge.get(id=challenge.id).select_related("actor", "leader"))


async def logged(instance: Instance) -> list[tuple[str, str]]:
    return [(row.kind, row.reason) for row in await instance.run(lambda: LogEntry.all().order_by("id"))]


async def _submission(key: int) -> Submission:
    return await Submission.get(id=key)


async def heard(instance: Instance, person: Actor) -> list[str]:
    rows = await instance.run(lambda: Notification.filter(account__actor_id=person.id).order_by("id"))
    return [row.kind for row in rows]


@both
async def test_a_draft_is_for_its_leaders_alone_until_they_open_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    draft = await ask(here, ana, is_draft=True)
    async with here.sign_in("ana") as browser:
        page = await browser.get("/c/stars")
        assert page.status_code == 200
        assert "Only those who lead it see this" in page.text
        assert "First stars" in (await browser.get("/challenges/new")).text
        for path in ("/c/stars", "/c/stars/news", "/c/stars/submissions", "/c/stars/prompt"):
            assert (await here.get(path)).status_code == 404, path
            assert (await here.get(path, accept=ACTIVITY)).status_code == 404, path
        finger = await here.get("/.well-known/webfinger?resource=acct:stars@here.test", accept="application/jrd+json")
        assert finger.status_code == 404
        assert "First stars" not in (await here.get("/challenges?which=all")).text
        assert "First stars" not in (await here.get("/explore?q=stars")).text
        async with here.sign_in("bo") as other:
            assert (await other.get("/c/stars")).status_code == 404
            assert (await other.post("/c/stars/open")).status_code == 404
        with pytest.raises(Forbidden):
            await here.run(open_draft, bo, here.state["keyring"], draft)
        changed = await send(browser, await browser.get("/c/stars/edit"), "/c/stars/edit", title="Last stars")
        assert changed.status_code == 303
        opened = await send(browser, await browser.get("/c/stars"), "/c/stars/open")
        assert opened.status_code == 303
    assert "Last stars" in (await here.get("/c/stars")).text
    assert (await here.get("/c/stars", accept=ACTIVITY)).json()["state"] == "open"
    assert await logged(here) == [("opened", "")]


async def test_a_draft_can_be_discarded_and_what_was_opened_cannot(here: Instance) -> None:
    ana = await here.join("ana")
    draft = await ask(here, ana, is_draft=True)
    await here.run(discard_draft, ana, draft)
    async with here.sign_in("ana") as browser:
        assert (await browser.get("/c/stars")).status_code == 404
    opened = await ask(here, ana, slug="moons")
    with pytest.raises(Conflict, match="call it off"):
        await here.run(discard_draft, ana, opened)


async def test_a_pot_without_a_rule_is_not_promised(here: Instance) -> None:
    ana = await here.join("ana")
    with pytest.raises(Invalid, match="how the pot is shared") as refused:
        await ask(here, ana, terms=Terms(version=1, licence="CC0-1.0", pays=Pays.POT, amount=1, currency="EUR"))
    assert refused.value.field == "rule"


async def test_the_first_post_says_all_that_people_should_know_before_they_work(here: Instance) -> None:
    ana = await here.join("ana")
    until = now().replace(month=7, day=1, hour=16, minute=0) + timedelta(days=365)
    terms = Terms(
        version=1,
        licence="CC-BY-SA-4.0",
        pays=Pays.POT,
        amount=12_050,
        currency="EUR",
        rule="In equal parts <b>.",
        method="We listen together.",
        text="Be kind.",
    )
    await ask(here, ana, deadline_at=until, timezone="Europe/Berlin", kinds=["audio"], terms=terms)
    content = (await here.get("/c/stars/prompt", accept=ACTIVITY)).json()["content"]
    for words in (
        "First stars",
        "Look up.",
        "Wanted: Sound.",
        "18:00 Europe/Berlin",
        "120.50 EUR will be shared",
        "In equal parts &lt;b&gt;.",
        "Its leaders decide what becomes part of it. We listen together.",
        "Be kind.",
        "CC BY-SA 4.0",
    ):
        assert words in content, words


@pytest.mark.parametrize(
    ("pays", "decided_by", "words"),
    [
        (Pays.NOTHING, "community", ("It is unpaid.", "Everybody there decides together")),
        (Pays.PERHAPS, "contributors", ("It may pay later.", "Those who contribute decide together")),
    ],
)
async def test_the_first_post_says_it_too_where_there_is_no_pot(
    here: Instance, pays: Pays, decided_by: str, words: tuple[str, ...]
) -> None:
    ana = await here.join("ana")
    terms = Terms(version=1, licence="CC0-1.0", pays=pays, decided_by=DecidedBy(decided_by))
    challenge = await ask(here, ana, terms=terms)
    content = (await here.get("/c/stars/prompt", accept=ACTIVITY)).json()["content"]
    for each in words:
        assert each in content
    unruled = ChallengeChange(terms=replace(POT, rule=""), reason=WHY)
    with pytest.raises(Invalid, match="how the pot is shared"):
        await here.run(change_challenge, ana, challenge, unruled)


@both
async def test_a_deadline_moves_later_only_and_everybody_can_read_why(here: Instance) -> None:
    ana = await here.join("ana")
    soon = now() + timedelta(days=3)
    challenge = await ask(here, ana, deadline_at=soon)
    later = soon + timedelta(days=3)
    with pytest.raises(Invalid) as refused:
        await here.run(change_challenge, ana, challenge, ChallengeChange(deadline_at=later))
    assert refused.value.field == "reason"
    with pytest.raises(Invalid, match="later one"):
        await here.run(
            change_challenge, ana, challenge, ChallengeChange(deadline_at=soon - timedelta(days=1), reason=WHY)
        )
    challenge = await fresh(here, challenge)
    assert challenge.state == "open"
    await here.run(change_challenge, ana, challenge, ChallengeChange(deadline_at=later, reason=WHY))
    assert (await fresh(here, challenge)).state == "extended"
    await here.run(close_challenge, ana, challenge)
    await here.run(begin_selecting, ana, challenge)
    await here.run(change_challenge, ana, challenge, ChallengeChange(deadline_at=later + timedelta(days=1), reason=WHY))
    assert (await fresh(here, challenge)).state == "extended"
    assert await logged(here) == [
        ("opened", ""),
        ("extended", WHY),
        ("closed", ""),
        ("selecting", ""),
        ("reopened", WHY),
    ]


@both
async def test_terms_are_free_to_change_until_somebody_relies_on_them(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    await here.run(change_challenge, ana, challenge, ChallengeChange(terms=POT))
    submission = await answer_with(here, bo, challenge)
    assert submission.terms_version == 2
    poorer = ChallengeChange(terms=Terms(version=1, licence="CC-BY-SA-4.0"))
    with pytest.raises(Invalid) as refused:
        await here.run(change_challenge, ana, challenge, poorer)
    assert refused.value.field == "reason"
    assert await here.run(lambda: ChallengeTerms.all().count()) == 2
    poorer = ChallengeChange(terms=Terms(version=1, licence="CC-BY-SA-4.0"), reason="The sponsor left.")
    await here.run(change_challenge, ana, challenge, poorer)
    kept = await here.run(lambda: Submission.get(id=submission.id))
    assert (kept.terms_version, kept.terms_digest) == (2, submission.terms_digest)
    assert await heard(here, bo) == ["terms_changed"]
    async with here.sign_in("ana") as browser:
        assert "under version 2 of the terms, and version 3 holds" in (await browser.get("/c/stars/waiting")).text
    with pytest.raises(Forbidden):
        await here.run(agree_to_terms, ana, submission, version=3)
    with pytest.raises(Conflict):
        await here.run(agree_to_terms, bo, submission, version=2)
    async with here.sign_in("bo") as browser:
        page = await browser.get("/c/stars")
        assert "It is under version 2 of the terms" in page.text
        agreed = await send(browser, page, f"/submissions/{submission.id}/agree")
        assert agreed.status_code == 303
        assert "It is under version 2" not in (await browser.get("/c/stars")).text
    kept = await here.run(lambda: Submission.get(id=submission.id))
    assert kept.terms_version == 3
    agreed_to = await here.run(lambda: Agreement.filter(submission_id=submission.id).order_by("id"))
    assert [row.version for row in agreed_to] == [2, 3]


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_offered_is_only_ever_bound_to_terms_that_its_author_knows(here: Instance, seed: int) -> None:
    chance = Random(seed)  # noqa: S311  (the same each time)
    ana = await here.join("ana")
    authors = [await here.join(name) for name in ("bo", "cy")]
    challenge = await ask(here, ana)
    newest = 1
    known: dict[int, tuple[Actor, set[int]]] = {}
    """By submission: its author, and the versions that they saw when they offered it, or agreed to."""
    for step in range(25):
        match chance.choice(("offer", "change", "change", "agree", "agree too late", "for another")):
            case "offer":
                author = chance.choice(authors)
                made = await answer_with(here, author, challenge, f"Number {step}")
                known[made.id] = (author, {newest})
            case "change":
                text = ChallengeChange(terms=replace(TERMS, text=f"Step {step}."), reason=WHY)
                await here.run(change_challenge, ana, challenge, text)
                newest += 1
            case deed if known:
                key = chance.choice(list(known))
                author, versions = known[key]
                row = await here.run(_submission, key)
                if deed == "agree":
                    await here.run(agree_to_terms, author, row, version=newest)
                    versions.add(newest)
                elif deed == "for another":
                    with pytest.raises(Forbidden):
                        await here.run(agree_to_terms, ana, row, version=newest)
                elif newest > 1:
                    with pytest.raises(Conflict):
                        await here.run(agree_to_terms, author, row, version=newest - 1)
        digests = {row.version: row.digest for row in await here.run(lambda: ChallengeTerms.all())}
        for row in await here.run(lambda: Submission.all()):
            assert row.terms_version is not None
            assert row.terms_version == max(known[row.id][1])
            assert row.terms_digest == digests[row.terms_version]


@both
async def test_an_author_elsewhere_agrees_by_an_activity_of_their_own_instance(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    challenge = await ask(here, ana)
    remote = await there.find_challenge(challenge.actor.uri)
    theirs = await answer_with(there, bo, remote)
    await settle(there, here)
    ours = await here.run(lambda: Submission.get())
    change = ChallengeChange(terms=POT, reason="Somebody gave us money.")
    await here.run(change_challenge, ana, challenge, change)
    await settle(here, there)
    assert await heard(there, bo) == ["terms_changed"]
    assert (await here.run(lambda: Submission.get())).terms_version == 1
    theirs = await there.run(lambda: Submission.get(id=theirs.id))
    await there.run(agree_to_terms, bo, theirs, version=2)
    await settle(there, here)
    bound = await here.run(lambda: Submission.get(id=ours.id))
    newest = await here.run(lambda: ChallengeTerms.get(version=2))
    assert (bound.terms_version, bound.terms_digest) == (2, newest.digest)
    agreement = await here.run(lambda: Agreement.get(submission_id=ours.id, version=2))
    assert (agreement.activity_uri or "").startswith(there.origin)
    await there.run(withdraw_submission, bo, theirs)
    await settle(there, here)
    assert (await here.run(_submission, ours.id)).state == "withdrawn"
    assert ("withdrawn", "") in await logged(here)
    again = await there.run(lambda: Record.get(id=theirs.record_id).select_related("author"))
    await there.run(submit_record, bo, again, await there.run(lambda: Challenge.get(id=remote.id)))
    await settle(there, here)
    offered = await here.run(_submission, ours.id)
    assert (offered.state, offered.terms_version) == ("pending", 2), "who offers it again knows the newest terms"


@both
async def test_a_challenge_ends_with_thanks_and_no_winners(here: Instance, there: Instance) -> None:
    ana, bo, dee, cy = [*[await here.join(name) for name in ("ana", "bo", "dee")], await there.join("cy")]
    challenge = await ask(here, ana)
    remote = await there.find_challenge(challenge.actor.uri)
    first = await answer_with(here, bo, challenge, "Venus")
    await answer_with(there, cy, remote, "Mars")
    await settle(there, here)
    second = await here.run(lambda: Submission.exclude(id=first.id).get())
    third, fourth = [await answer_with(here, dee, challenge, title) for title in ("Juno", "Vesta")]
    for submission in (first, second, third, fourth):
        await here.run(accept_submission, ana, submission, "It is lovely.")
    with pytest.raises(Conflict, match="begin to choose"):
        await here.run(conclude_challenge, ana, challenge, text="Done.", said={})
    async with here.sign_in("ana") as browser:
        await browser.post("/c/stars/close")
        await browser.post("/c/stars/select")
        form = await browser.get("/c/stars/conclude")
        said: dict[str, Any] = {f"outcome-{first.id}": "used", f"thanks-{first.id}": "What a voice!"}
        said[f"outcome-{third.id}"] = "built_on"
        missing = await send(browser, form, "/c/stars/conclude", **said)
        assert missing.status_code == 422
        assert "What a voice!" in missing.text
        done = await send(browser, missing, "/c/stars/conclude", text="We made a **film**.", **said)
        assert done.status_code == 303, done.text
    await settle(here, there)
    outcomes = {row.id: (row.outcome, row.thanks) for row in await here.run(lambda: Submission.all())}
    assert outcomes == {
        first.id: ("used", "What a voice!"),
        second.id: ("thanked", ""),
        third.id: ("built_on", ""),
        fourth.id: ("thanked", ""),
    }
    assert (await heard(here, dee))[-2:] == ["submission_built_on", "submission_thanked"]
    assert (await heard(here, bo))[-1] == "submission_used"
    ended = [kind for kind in await heard(there, cy) if kind in ("challenge_concluded", "submission_thanked")]
    assert ended == ["submission_thanked"], "how it ended is told once"
    for instance, name, sentence in (
        (here, "bo", "“Venus” was used in “First stars”."),
        (here, "bo", "What a voice!"),
        (here, "bo", "“Venus” is now part of “First stars”."),
        (here, "bo", "It is lovely."),
        (there, "cy", "“First stars” is finished. Thank you for “Mars”."),
        (there, "cy", "“Mars” is now part of “First stars”."),
        (there, "cy", "It is lovely."),
    ):
        async with instance.sign_in(name) as browser:
            page = await browser.get("/notifications")
        assert sentence in page.text, sentence
    await here.run(lambda: Notification.filter(kind="submission_used").update(details={"title": "Venus"}))
    async with here.sign_in("bo") as browser:
        assert "“Venus” was used in “a challenge”." in (await browser.get("/notifications")).text, "as old ones are"
    assert (await there.run(lambda: Challenge.get())).state == "concluded"
    for instance, path in ((here, "/c/stars"), (there, f"/challenges/remote/{remote.id}")):
        page = await instance.get(path)
        assert "We made a <strong>film</strong>" in page.text, path
        assert "winner" not in page.text.lower()
    await here.run(archive_challenge, ana, await fresh(here, challenge))
    await settle(here, there)
    assert "First stars" not in (await here.get("/challenges?which=all")).text
    assert "First stars" not in (await there.get("/challenges?which=all")).text
    assert "We made a <strong>film</strong>" in (await here.get("/c/stars")).text
    assert [kind for kind, _ in await logged(here)][-4:] == ["closed", "selecting", "concluded", "archived"]


async def test_of_two_who_decide_at_once_one_is_told_to_look_again(here: Instance) -> None:
    ana = await here.join("ana")
    challenge = await ask(here, ana)
    seen_before = await fresh(here, challenge)
    await here.run(close_challenge, ana, challenge)
    with pytest.raises(Conflict, match="just changed"):
        await here.run(cancel_challenge, ana, seen_before, reason="No time.")
    assert (await fresh(here, challenge)).state == "closed"
    assert [kind for kind, _ in await logged(here)] == ["opened", "closed"]


async def test_nobody_is_left_without_an_answer(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    submission = await answer_with(here, bo, challenge)
    await here.run(close_challenge, ana, challenge)
    await here.run(begin_selecting, ana, challenge)
    with pytest.raises(Conflict, match="waits for an answer"):
        await here.run(conclude_challenge, ana, challenge, text="Done.", said={})
    assert (await fresh(here, challenge)).state == "selecting"
    with pytest.raises(Invalid) as refused:
        await here.run(
            conclude_challenge, ana, challenge, text="Done.", said={1: Said(outcome=Outcome.USED, thanks="x" * 501)}
        )
    assert refused.value.field == "thanks-1"
    record = await here.run(lambda: Record.get(id=submission.record_id))
    await here.run(delete_record, bo, record)
    assert (await here.run(_submission, submission.id)).state == "withdrawn"
    assert ("withdrawn", "") in await logged(here)
    await here.run(conclude_challenge, ana, challenge, text="Nothing came.", said={})
    assert (await fresh(here, challenge)).state == "concluded", "what is deleted holds up nobody"


@both
async def test_what_is_called_off_says_why_to_everybody_in_it(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    await answer_with(here, bo, challenge)
    cy = await there.join("cy")
    await answer_with(there, cy, await there.find_challenge(challenge.actor.uri))
    await settle(there, here)
    # As if cy had offered it here, signed in with their own server: that one knows nothing of the offer.
    theirs = await here.run(lambda: Submission.get(record__author__uri=cy.uri))
    await here.run(lambda: Submission.filter(id=theirs.id).update(via="guest"))
    await here.run(ask_for_change, ana, await here.run(lambda: Submission.get(id=theirs.id)), "A little brighter?")
    await settle(here, there)
    assert await heard(there, cy) == ["group_wrote"], "it says what is asked, not that somebody commented"
    wrote = (await there.run(lambda: Notification.get(account__actor_id=cy.id))).details["title"]
    assert ("would like a change: A little brighter? Change it where you published it" in wrote) is True, wrote
    await here.run(lambda: Submission.filter(id=theirs.id).update(via=theirs.via))
    with pytest.raises(Invalid) as refused:
        await here.run(cancel_challenge, ana, challenge, reason=" ")
    assert refused.value.field == "reason"
    async with here.sign_in("ana") as browser:
        asked = await browser.get("/c/stars/cancel")
        done = await send(browser, asked, "/c/stars/cancel", reason="The hall burnt down.")
        assert done.status_code == 303
    assert await heard(here, bo) == ["challenge_cancelled"]
    page = await here.get("/c/stars")
    assert "It was called off" in page.text
    assert "The hall burnt down." in page.text
    document = (await here.get("/c/stars", accept=ACTIVITY)).json()
    assert document["state"] == "cancelled"
    assert datetime.fromisoformat(document["endTime"]) <= now()  # for those who do not know the word
    assert ("cancelled", "The hall burnt down.") in await logged(here)
    await settle(here, there)
    assert await heard(there, cy) == ["group_wrote", "challenge_cancelled"], "who lives elsewhere hears it too, once"
    called_off = await there.run(lambda: Notification.get(kind="challenge_cancelled"))
    assert called_off.details["reason"] == "The hall burnt down."
    remote = await there.run(lambda: Challenge.get(actor__uri=challenge.actor.uri))
    assert remote.state == "cancelled"
    assert "Called off" in (await there.get(f"/challenges/remote/{remote.id}")).text


@both
async def test_what_comes_from_elsewhere_just_after_the_deadline_counts_and_says_so(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    deadline = now() + timedelta(minutes=1)
    challenge = await ask(here, ana, deadline_at=deadline)
    await here.run(change_challenge, ana, challenge, ChallengeChange(grace_minutes=30))
    for wrong in (-1, MAX_GRACE + 1):
        with pytest.raises(Invalid) as refused:
            await here.run(change_challenge, ana, challenge, ChallengeChange(grace_minutes=wrong))
        assert refused.value.field == "grace_minutes"
    made = await there.run(publish_record, bo, RecordDraft(title="Late", text="la", licence="CC-BY-SA-4.0"))
    local = await here.run(publish_record, ana, RecordDraft(title="Mine", text="la", licence="CC-BY-SA-4.0"))
    copy = await here.find_record(made.uri)
    await here.run(lambda: Challenge.filter(id=challenge.id).update(deadline_at=now() - timedelta(minutes=5)))
    await here.run(close_overdue)
    challenge = await fresh(here, challenge)
    assert challenge.state == "closed"

    async def offer(record: Record, *, minutes: int, via: str = "remote") -> Submission:
        assert challenge.deadline_at is not None
        with arriving(challenge.deadline_at + timedelta(minutes=minutes)):
            return await save_submission(challenge, record, via=via)

    with pytest.raises(Conflict):
        await here.run(offer, local, minutes=1, via="local")
    with pytest.raises(Conflict):
        await here.run(offer, copy, minutes=31)
    assert (await here.run(offer, copy, minutes=30)).is_late
    assert [kind for kind, _ in await logged(here)] == ["opened", "closed"]


async def test_leaders_of_its_project_lead_a_challenge_too_and_nobody_else_does(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    guest = await here.meet(await there.join("gil"))
    group = (await ask(here, ana, slug="film")).actor  # stands for the Group of a project
    challenge = await ask(here, ana)
    await here.run(lambda: Challenge.filter(id=challenge.id).update(part_of_id=group.id))
    challenge = await fresh(here, challenge)
    for deed in (close_challenge, begin_selecting, archive_challenge):
        with pytest.raises(Forbidden):
            await here.run(deed, bo, challenge)
    with pytest.raises(Forbidden):
        await here.run(close_challenge, guest, challenge)
    await here.run(lambda: GroupLeader.create(group_id=group.id, actor_id=guest.id))
    await here.run(close_challenge, guest, challenge)
    assert (await fresh(here, challenge)).state == "closed"


async def test_the_files_of_a_draft_are_seen_by_nobody_else(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        kept = await send(
            browser,
            await browser.get("/challenges/new"),
            "/challenges/new",
            files=[("files", ("sky.png", picture(), "image/png"))],
            do="draft",
            title="First stars",
            slug="stars",
            text="Look up.",
        )
        assert kept.status_code == 303, kept.text
        [url] = await here.run(lambda: Attachment.all().values_list("url", flat=True))
        path = str(url).removeprefix(here.origin)
        assert (await browser.get(path)).status_code == 200
        assert (await here.get(path)).status_code == 404
        await send(browser, await browser.get("/c/stars"), "/c/stars/open")
    assert (await here.get(path)).status_code == 200
    assert path in (await here.get("/c/stars/prompt", accept=ACTIVITY)).text
