"""Opening, following, answering and leading challenges in a browser."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.models import Challenge, ChallengeTerms, Submission
from fedirec.remix.queries.challenges import submitted
from fedirec.remix.terms import Terms
from tests.network import Instance, settle
from tests.remix.forms import fields_of, picture, send

pytestmark = pytest.mark.one_database

ACTIVITY = "application/activity+json"
NEW = "/challenges/new"
TERMS = Terms(version=1, licence="CC-BY-SA-4.0")


async def ask(instance: Instance, leader: Actor, slug: str = "stars", **fields: Any) -> Challenge:
    draft = ChallengeDraft(**{"title": "First stars", "slug": slug, "text": "Look up.", "terms": TERMS, **fields})
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft)


async def answer_with(instance: Instance, author: Actor, challenge: Challenge, title: str = "Mine") -> Submission:
    draft = RecordDraft(title=title, text="la", licence="CC-BY-SA-4.0", challenge=challenge)
    record = await instance.run(publish_record, author, draft)
    return await instance.run(lambda: Submission.get(record_id=record.id))


def titles(page: httpx.Response) -> list[str]:
    return re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)<', page.text)


async def test_a_challenge_is_opened_from_the_form_with_everything_it_promises(here: Instance) -> None:
    await here.join("ana")
    soon = (now() + timedelta(days=20)).strftime("%Y-%m-%dT18:00")
    async with here.sign_in("ana") as ana:
        files = [("files", ("sky.png", picture(), "image/png"))]
        answer = await send(
            ana,
            await ana.get(NEW),
            NEW,
            files=files,
            do="publish",
            title="First stars I see tonight",
            text="Look **up**.",
            kinds=["text", "image"],
            deadline=soon,
            timezone="Europe/Berlin",
            grace_minutes="15",
            pays="pot",
            amount="120,50",
            currency="EUR",
            rule="We share equally.",
            method="I listen to all of it.",
        )
        assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/c/first_stars_i_see_tonight"
    page = await here.get(answer.headers["location"])
    for words in (
        "Look <strong>up</strong>",
        "€120.50 will be shared.",
        "From other servers 15 minutes longer",
        'href="/c/first_stars_i_see_tonight/feed"',
        'data-there="Europe/Berlin"',
        "CC BY-SA 4.0",
        "We share equally.",
        "I listen to all of it.",
        "Contribute",
        "version 1",
    ):
        assert words in page.text, words
    for path in ("/u/ana", "/tags/stars"):
        assert f'href="{path}/feed"' in (await here.get(path)).text, "where programs find it is no secret"
    assert "@first_stars_i_see_tonight@here.test" in page.text
    assert "/media/" in page.text
    challenge = await here.run(lambda: Challenge.get())
    assert challenge.deadline_at is not None
    assert challenge.deadline_at.hour == 17 or challenge.deadline_at.hour == 16  # 18:00 in Berlin
    assert "First stars" in (await here.get("/challenges")).text
    assert "First stars" in (await here.get("/")).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"text": ""}, "Please fill this in."),
        ({"deadline": "2001-01-01T00:00"}, "still to come"),
        ({"pays": "pot", "amount": "a lot"}, "how much is in the pot"),
        ({"title": "", "pays": "pot", "amount": "a lot"}, "how the pot is shared"),
        ({"slug": "admin"}, "reserved"),
        ({"slug": "ana"}, "taken"),
        ({"slug": "Stars & More"}, "letters from a to z"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
async def test_a_mistake_stands_beside_its_field_and_the_rest_is_kept(
    here: Instance, changes: dict[str, str], said: str
) -> None:
    await here.join("ana")
    typed: dict[str, Any] = {"title": "Stars", "text": "Look up.", "terms": "Be kind.", **changes}
    async with here.sign_in("ana") as ana:
        answer = await send(ana, await ana.get(NEW), NEW, do="publish", kinds=["audio"], **typed)
    assert answer.status_code == 422
    assert said in answer.text
    kept = fields_of(answer, NEW)
    assert kept["kinds"] == ["audio"]
    for name, value in typed.items():
        assert kept[name] == [value], name
    assert not await here.run(lambda: Challenge.exists())


async def test_somebody_elsewhere_follows_answers_and_is_taken_up(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    await there.join("bo")
    challenge = await ask(here, ana)
    async with there.sign_in("bo") as bo:
        followed = await send(bo, await bo.get("/follow?uri=@stars@here.test"), "/follow", who="@stars@here.test")
        assert followed.status_code == 303
        page = await bo.get(followed.headers["location"])
        assert "First stars" in page.text
        assert "From here.test" in page.text
        await settle(there, here)
        form = await bo.get("/records/new?" + page.text.partition("/records/new?")[2].partition('"')[0])
        assert "An answer to" in form.text
        sent = await send(bo, form, "/records/new", do="publish", title="Venus", text="It was Venus.")
        assert sent.status_code == 303, sent.text
    await settle(there, here)
    assert await here.run(lambda: Follow.filter(target_id=challenge.actor_id).count()) == 1

    async with here.sign_in("ana") as browser:
        waiting = await browser.get("/c/stars/waiting")
        assert "Venus" in waiting.text
        submission = await here.run(lambda: Submission.get())
        decide = f"/submissions/{submission.id}/decide"
        assert (await send(browser, waiting, decide, reason=" ")).status_code == 400
        answer = await send(browser, waiting, decide, reason="It is a star.")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/c/stars/waiting"
    await settle(here, there)
    assert "Venus" in (await here.get("/c/stars/submissions")).text
    assert "Venus" in (await here.get("/c/stars")).text
    document = (await here.get("/c/stars/submissions", accept=ACTIVITY)).json()
    page = (await here.get(document["first"].removeprefix(here.origin), accept=ACTIVITY)).json()
    assert len(page["orderedItems"]) == 1
    told = await there.run(lambda: Notification.all())
    assert [notification.kind for notification in told] == ["submission_accepted"]
    async with there.sign_in("bo") as bo:
        feed = await bo.get("/")
        assert "Venus" in feed.text
        page = await bo.get(followed.headers["location"])
        assert "part of it" in page.text


async def test_a_refusal_needs_a_reason_and_the_author_reads_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    submission = await answer_with(here, bo, challenge)
    decide = f"/submissions/{submission.id}/decide"
    async with here.sign_in("ana") as browser:
        empty = await browser.post(decide, data={"do": "decline", "reason": " "})
        assert empty.status_code == 400
        assert "Please say why" in empty.text
        long = await browser.post(decide, data={"do": "decline", "reason": "x" * 501})
        assert "under 500 characters" in long.text
        assert "x" * 501 in long.text
        answer = await browser.post(decide, data={"do": "decline", "reason": "Too bright for this one."})
        assert answer.status_code == 303
    async with here.sign_in("bo") as browser:
        page = await browser.get("/c/stars")
        assert "Too bright for this one." in page.text
    assert "Too bright for this one." in (await here.get("/c/stars/log")).text
    assert "Too bright" not in (await here.get("/c/stars")).text


async def test_only_the_leader_decides_and_changes(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    submission = await answer_with(here, bo, challenge)
    async with here.sign_in("bo") as browser:
        for path in ("/c/stars/waiting", "/c/stars/edit", "/c/stars/close"):
            assert (await browser.get(path)).status_code == 403, path
        assert (
            await browser.post(f"/submissions/{submission.id}/decide", data={"do": "accept", "reason": "x"})
        ).status_code == 403
        assert (await browser.post("/c/stars/close", data={"x": "y"})).status_code == 403
    assert (await here.run(lambda: Submission.get(id=submission.id))).state == "pending"
    assert (await here.run(lambda: Challenge.get(id=challenge.id))).state == "open"


async def test_a_decision_can_be_thought_over(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    submission = await answer_with(here, bo, await ask(here, ana))
    await here.run(accept_submission, ana, submission, "It fits.")
    async with here.sign_in("ana") as browser:
        page = await browser.get("/c/stars/waiting")
        assert "Think again" in page.text
        await browser.post(
            f"/submissions/{submission.id}/decide", data={"do": "reconsider", "reason": "It is too bright."}
        )
        assert "Think again" not in (await browser.get("/c/stars/waiting")).text
    assert (await here.run(lambda: Submission.get(id=submission.id))).state == "pending"


async def test_new_terms_are_a_new_version_beside_the_old_one(here: Instance) -> None:
    ana = await here.join("ana")
    await ask(here, ana)
    async with here.sign_in("ana") as browser:
        form = await browser.get("/c/stars/edit")
        answer = await send(browser, form, "/c/stars/edit", pays="perhaps", text="Look up, or down.")
        assert answer.status_code == 303, answer.text
    page = await here.get("/c/stars")
    assert "It may pay later." in page.text
    assert "Earlier terms" in page.text
    assert "Nobody is paid." in page.text
    assert "Look up, or down." in page.text
    assert await here.run(lambda: ChallengeTerms.all().count()) == 2


async def test_a_closed_challenge_shows_what_was_made_and_takes_nothing_more(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    await here.run(accept_submission, ana, await answer_with(here, bo, challenge, "Vega"), "It fits.")
    async with here.sign_in("ana") as browser:
        asked = await browser.get("/c/stars/close")
        assert (await send(browser, asked, "/c/stars/close")).status_code == 303
    page = await here.get("/c/stars")
    assert "What was made" in page.text
    assert "Everybody who took part made it what it is" in page.text
    assert "Vega" in page.text
    assert "Contribute" not in page.text
    assert "First stars" not in (await here.get("/challenges")).text
    assert "First stars" in (await here.get("/challenges?which=closed")).text
    async with here.sign_in("bo") as browser:
        form = await browser.get(f"/records/new?challenge={challenge.id}")
        late = await send(
            browser, form, "/records/new", do="publish", title="Late", text="x", challenge=str(challenge.id)
        )
        assert late.status_code == 422
        assert "closed" in late.text


async def test_submissions_stand_in_an_order_that_is_random_but_the_same_all_day(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    names = [f"Star {number}" for number in range(12)]
    for name in names:
        await here.run(accept_submission, ana, await answer_with(here, bo, challenge, name), "It fits.")

    async def order(day: date) -> list[int]:
        found = await here.run(lambda: submitted(challenge, states=("accepted",), day=day, after=None, limit=20))
        return [submission.id for submission in found.submissions]

    today = date(2026, 5, 1)
    assert await order(today) == await order(today)
    days = {tuple(await order(today + timedelta(days=number))) for number in range(5)}
    assert len(days) == 5
    assert {len(day) for day in days} == {12}

    first = await here.run(lambda: submitted(challenge, states=("accepted",), day=today, after=None, limit=5))
    rest = await here.run(lambda: submitted(challenge, states=("accepted",), day=today, after=first.next, limit=20))
    pieces = [submission.id for submission in [*first.submissions, *rest.submissions]]
    assert pieces == await order(today)

    newest = titles(await here.get("/c/stars/submissions?sort=new"))
    assert newest == list(reversed(names))
    assert sorted(titles(await here.get("/c/stars/submissions"))) == sorted(names)


async def test_an_existing_record_can_be_offered_and_taken_back(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    draft = RecordDraft(title="Old song", text="la", licence="CC-BY-SA-4.0")
    record = await here.run(publish_record, bo, draft)
    path = record.uri.removeprefix(here.origin)
    async with here.sign_in("bo") as browser:
        offered = await send(browser, await browser.get(path), f"{path}/offer", challenge=str(challenge.id))
        assert offered.status_code == 303
        page = await browser.get(path)
        assert "waiting for an answer" in page.text
        submission = await here.run(lambda: Submission.get())
        taken = await send(browser, page, f"/submissions/{submission.id}/withdraw")
        assert taken.status_code == 303
    assert (await here.run(lambda: Submission.get())).state == "withdrawn"


async def test_an_answer_starts_under_the_licence_of_its_challenge_and_another_one_has_to_fit(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    challenge = await ask(here, ana, terms=Terms(version=1, licence="CC0-1.0"))
    page = f"/records/new?challenge={challenge.id}"
    async with here.sign_in("bo") as bo:
        form = await bo.get(page)
        assert fields_of(form, "/records/new")["licence"] == ["CC0-1.0"]
        refused = await send(bo, form, "/records/new", do="publish", title="Rain", text="la", licence="CC-BY-SA-4.0")
        assert refused.status_code == 422
        assert "CC BY-SA 4.0 does not fit that" in refused.text
        assert fields_of(refused, "/records/new")["title"] == ["Rain"]
        answer = await send(bo, refused, "/records/new", do="publish", licence="CC0-1.0")
        assert answer.status_code == 303
    assert (await here.run(lambda: Submission.get())).state == "pending"


async def test_a_record_is_offered_only_where_it_is_not_offered_yet(here: Instance) -> None:
    ana, _bo = await here.join("ana"), await here.join("bo")
    stars = await ask(here, ana)
    await ask(here, ana, "moon", title="A new moon")
    submission = await answer_with(here, ana, stars)
    record = await here.run(lambda: submission.record)
    async with here.sign_in("ana") as browser:
        page = await browser.get(record.uri.removeprefix(here.origin))
    offered = page.text.partition("Offer it to a challenge")[2].partition("</select>")[0]
    assert "A new moon" in offered
    assert "First stars" not in offered


async def test_the_group_its_prompt_and_what_it_pins_are_documents(here: Instance) -> None:
    await ask(here, await here.join("ana"))
    group = (await here.get("/c/stars", accept=ACTIVITY)).json()
    assert (group["type"], group["kind"], group["state"]) == ("Group", "challenge", "open")
    prompt = (await here.get("/c/stars/prompt", accept=ACTIVITY)).json()
    assert prompt["type"] == "Note"
    pinned = (await here.get("/c/stars/featured", accept=ACTIVITY)).json()
    assert pinned["orderedItems"][0]["id"] == prompt["id"]
