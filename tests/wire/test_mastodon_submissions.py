"""Posts of a Mastodon server that answer a challenge: what each is taken for, what its author is told, and what they
agree to.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.models import Actor, Evidence
from fedirec.activitypub.models import Instance as Place
from fedirec.clock import now
from fedirec.remix.actions import submissions as doing
from fedirec.remix.actions.challenges import ChallengeChange, change_challenge
from fedirec.remix.actions.letting_in import show_held_record
from fedirec.remix.actions.news import publish_news
from fedirec.remix.actions.offering import choose_licence
from fedirec.remix.actions.submissions import offers, telling
from fedirec.remix.models import Agreement, Challenge, ChallengeTerms, Record, Submission
from fedirec.remix.terms import Pays, Terms
from fedirec.remix.vocab.tags import OBJECT_LINK
from tests.activitypub.sinks import Sinks
from tests.network import Instance, settle
from tests.peer import PUBLIC
from tests.wire.test_mastodon_life import (
    AGREED,
    MIA,
    OUR_RECORD,
    RAIN,
    REPLY,
    Mastodon,
    _open_rain,
    _post,
)

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def network() -> Sinks:
    return Sinks()


@pytest.fixture
async def mastodon(here: Instance, network: Sinks) -> Mastodon:
    return Mastodon(network, here)


@pytest.fixture
async def rain(here: Instance, mastodon: Mastodon) -> Challenge:
    return await _open_rain(here, await here.join("ana"))


def _drawing(mastodon: Mastodon, challenge: Challenge, number: str = "2", **changes: Any) -> dict[str, Any]:
    """A reply to the prompt with a picture."""
    create = mastodon.sample("create_reply_to_challenge", **{OUR_RECORD: challenge.prompt_uri or ""})
    create = json.loads(json.dumps(create).replace("115580000000000002", f"11558000000000000{number}"))
    create["object"] |= changes
    assert isinstance(create, dict)
    return create


async def _one(here: Instance) -> Submission:
    submission: Submission = await here.run(lambda: Submission.get().select_related("record__author"))
    return submission


def _letters(mastodon: Mastodon) -> list[dict[str, Any]]:
    """What mastodon.test was told for one person alone, in order."""
    return [
        each["object"]
        for each in mastodon.sink.activities
        if each["type"] == "Create" and isinstance(each["object"], dict) and PUBLIC not in each["to"]
    ]


async def _evidence(activity: str) -> Evidence:
    return await Evidence.get(activity_uri=activity)


async def test_whoever_answers_with_a_picture_is_told_once_what_is_missing(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    reply = _drawing(mastodon, rain)
    assert await mastodon.send(reply) == ("handled", None)
    assert (await _one(here)).state == "licence_pending"
    (letter,) = _letters(mastodon)
    assert (letter["attributedTo"], letter["inReplyTo"], letter["to"]) == (RAIN, REPLY, [MIA])
    assert [tag["href"] for tag in letter["tag"]] == [MIA], "Mastodon notifies her"
    assert AGREED in letter["content"]
    assert '"https://creativecommons.org/licenses/by-sa/4.0/"' in letter["content"], "what that means"
    assert "/records/remote/" in letter["content"], "where she can sign in and choose"
    assert "sends this by itself, and only once" in letter["content"]
    await mastodon.send(reply)
    edit = {**_drawing(mastodon, rain), "type": "Update", "id": f"{REPLY}#updates/1"}
    edit["object"] |= {"content": "<p>A better drawing</p>", "updated": "2026-11-21T22:00:00Z"}
    assert await mastodon.send(edit) == ("handled", None)
    assert len(_letters(mastodon)) == 1


async def test_who_writes_german_is_told_in_german_and_may_agree_in_german(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    german: dict[str, Any] = {
        "contentMap": {"de": "<p>Hier ist meine Zeichnung</p>"},
        "content": "<p>Hier ist meine Zeichnung</p>",
    }
    await mastodon.send(_drawing(mastodon, rain, **german))
    assert "Ich veröffentliche das unter CC BY-SA 4.0" in _letters(mastodon)[0]["content"]
    said = _post(mastodon, "3", "@rain Ja, gerne. Ich veröffentliche das unter CC BY-SA 4.0", inReplyTo=REPLY)
    assert await mastodon.send(said) == ("handled", None)
    assert (await _one(here)).state == "pending"


async def test_the_agreed_words_are_kept_as_they_were_written_with_what_was_signed(
    here: Instance, mastodon: Mastodon, rain: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = (
        f"<p>@rain {AGREED}</p>",
        f'<p><span class="h-card"><a href="{RAIN}" class="u-url mention">@<span>rain</span></a></span> {AGREED}.</p>',
        "<p>Sure! I release this under <strong>CC&nbsp;BY-SA 4.0</strong></p>",
        '<p>I release this under <a href="https://creativecommons.org/licenses/by-sa/4.0/">'
        '<span class="invisible">https://</span><span>creativecommons.org/licenses/by-sa/4.0/</span></a></p>',
        "<p>Oui, je publie ceci sous la licence CC BY-SA 4.0</p>",
        "<p>Sí, publico esto bajo CC BY-SA 4.0</p>",
    )
    monkeypatch.setattr(telling, "MAX_ANSWERS", len(ways))
    for number, words in enumerate(ways, 1):
        await mastodon.send(_drawing(mastodon, rain, f"3{number}"))
        asked = _letters(mastodon)[-1]["id"]
        said = _post(mastodon, f"4{number}", "", inReplyTo=asked, content=words, contentMap={"en": words})
        assert await mastodon.send(said) == ("handled", None), words
        submission = (await here.run(lambda: Submission.all().order_by("-id").select_related("record")))[0]
        assert (submission.state, submission.record.licence) == ("pending", "CC-BY-SA-4.0"), words
        agreed = (await here.run(lambda: Agreement.all().order_by("-id")))[0]
        assert (agreed.submission_id, agreed.version, agreed.digest) == (submission.id, 1, submission.terms_digest)
        assert agreed.activity_uri == said["id"]
        assert "CC" in agreed.words or "creativecommons" in agreed.words
        evidence = await here.run(_evidence, said["id"])
        assert json.loads(bytes(evidence.body))["object"]["content"] == words
    assert await here.run(lambda: Submission.filter(state="pending").count()) == len(ways)


async def test_other_words_grant_nothing(here: Instance, mastodon: Mastodon, rain: Challenge) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    asked = _letters(mastodon)[0]["id"]
    other = (
        "Would I release this under CC BY-SA 4.0?",
        "I release this under CC BY-SA 4.0 if you pay me",
        "I will never say: I release this under CC BY-SA 4.0",
        "Ich veröffentliche das unter CC BY-SA 4.0, wenn ich gefragt werde",
        "Je publie ceci sous CC BY-SA 4.0, mais pas maintenant",
        "Publico esto bajo CC BY-SA 4.0 y bajo CC BY 4.0. Publico esto bajo CC BY 4.0",
        "Thanks!",
    )
    for number, words in enumerate(other, 1):
        await mastodon.send(_post(mastodon, f"4{number}", words, inReplyTo=asked))
        assert (await _one(here)).state == "licence_pending", words
    assert await here.run(lambda: Agreement.all().count()) == 0
    assert len(_letters(mastodon)) == 1, "what answers us by itself is not answered"
    await mastodon.send(_post(mastodon, "51", AGREED, inReplyTo=asked))
    assert (await _one(here)).state == "pending", "the agreed words do"


async def test_somebody_else_s_words_grant_nothing(here: Instance, mastodon: Mastodon, rain: Challenge) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    asked = _letters(mastodon)[0]["id"]
    eve = mastodon.peer.actor("eve")
    said = json.loads(json.dumps(_post(mastodon, "3", AGREED, inReplyTo=asked)).replace(MIA, eve))
    await mastodon.send(said)
    assert (await _one(here)).state == "licence_pending"


async def test_a_licence_is_granted_by_signing_in_with_one_s_own_server(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    submission = await _one(here)
    await here.run(choose_licence, submission.record.author, submission.record, "CC-BY-SA-4.0")
    assert (await _one(here)).state == "pending"
    agreed = await here.run(lambda: Agreement.get())
    assert (agreed.activity_uri, agreed.words) == (None, ""), "said here"


SOUND = '<a href="https://sounds.test/7"><span class="invisible">https://</span><span>sounds.test/7</span></a>'
TAG = '<a href="https://mastodon.test/tags/rain" class="mention hashtag" rel="tag">#<span>rain</span></a>'
BY_SA = '<a href="https://creativecommons.org/licenses/by-sa/4.0/">creativecommons.org/licenses/by-sa/4.0/</a>'
PROMPT = '<a href="https://here.test/c/rain/prompt">here.test/c/rain/prompt</a>'


async def test_an_address_that_somebody_typed_is_an_offer_of_what_is_there(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    posts = {
        f"my sound: {SOUND} {TAG}": "licence_pending",
        f"my sound: {SOUND}</p><p>{AGREED}": "pending",
        f"what a fine idea {TAG}": "remark",
        f"is {BY_SA} the one with the same licence?": "remark",
        f"look at {PROMPT}": "remark",
    }
    mention = f'<span class="h-card"><a href="{RAIN}" class="u-url mention">@<span>rain</span></a></span>'
    for number, words in enumerate(posts, 1):
        said = f"<p>{mention} {words}</p>"
        post = _post(mastodon, f"3{number}", "", inReplyTo=rain.prompt_uri, content=said, contentMap={"en": said})
        assert await mastodon.send(post) == ("handled", None)
        states = [row.state for row in await here.run(lambda: Submission.all().order_by("id"))]
        assert states == list(posts.values())[:number], words
        uri = post["object"]["id"]
        answer = _post(mastodon, f"4{number}", "", inReplyTo=uri, content=said, contentMap={"en": said})
        await mastodon.send(answer)
        assert await here.run(lambda: Submission.all().count()) == number, "what answers an answer is talk"


@pytest.mark.parametrize(
    ("rel", "state"),
    [({}, "licence_pending"), ({"rel": "https://misskey-hub.net/ns#_misskey_quote"}, "remark")],
    ids=["linked", "only quoted"],
)
async def test_a_mention_with_a_link_to_a_record_is_an_offer_and_one_that_quotes_it_is_a_remark(
    here: Instance, mastodon: Mastodon, rain: Challenge, rel: dict[str, str], state: str
) -> None:
    words = '<p>@rain my sound: <a href="https://sounds.test/records/7">https://sounds.test/records/7</a></p>'
    post = _post(mastodon, "3", "", inReplyTo=None, content=words, contentMap={"en": words})
    link = {"type": "Link", "mediaType": OBJECT_LINK, "href": "https://sounds.test/records/7"}
    post["object"]["tag"] = [*post["object"]["tag"], {**link, **rel}]
    assert await mastodon.send(post) == ("handled", None)
    assert (await _one(here)).state == state


async def test_words_alone_stand_below_the_challenge_until_its_leader_takes_them_for_an_offer(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    said = _post(mastodon, "3", "@rain A shed, a gutter, a bucket.", inReplyTo=rain.prompt_uri)
    assert await mastodon.send(said) == ("handled", None)
    remark = await _one(here)
    assert (remark.state, remark.record.visibility) == ("remark", "aside")
    assert _letters(mastodon) == []
    assert "a bucket" not in (await here.get("/explore")).text
    assert "a bucket" in (await here.get("/c/rain")).text
    assert "a bucket" not in (await here.get("/c/rain/submissions")).text
    assert await mastodon.notices("submitted") == []

    ana = await here.run(lambda: Actor.get(local_handle="ana"))
    async with here.sign_in("ana") as browser:
        assert "Take it for an offer" in (await browser.get("/c/rain/waiting")).text
        taken = await browser.post(f"/submissions/{remark.id}/decide", data={"do": "take"})
        assert taken.status_code == 303
    await settle(here)
    taken_one = await _one(here)
    assert (taken_one.state, taken_one.record.visibility) == ("licence_pending", "public")
    assert len(_letters(mastodon)) == 1
    await here.run(doing.decline_submission, ana, taken_one, "We look for sounds.")
    await settle(here)
    assert "We look for sounds." in _letters(mastodon)[-1]["content"], "a Mastodon server knows no other answer"


async def test_a_remark_to_which_a_picture_is_added_is_an_offer(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    drawing = _drawing(mastodon, rain)
    words = _drawing(mastodon, rain, attachment=[])
    assert await mastodon.send(words) == ("handled", None)
    assert (await _one(here)).state == "remark"
    update = {**drawing, "type": "Update", "id": f"{REPLY}#updates/1"}
    update["object"] |= {"updated": "2026-11-21T22:00:00Z"}
    assert await mastodon.send(update) == ("handled", None)
    submission = await _one(here)
    assert (submission.state, submission.record.visibility, submission.record.kind) == (
        "licence_pending",
        "public",
        "image",
    )
    assert len(_letters(mastodon)) == 1
    delete = mastodon.sample(
        "delete_note", **{f"{MIA}/statuses/115580000000000001".replace("mastodon.test", "social.example"): REPLY}
    )
    assert await mastodon.send(delete) == ("handled", None)
    async with here.sign_in("ana") as browser:
        assert "better drawing" not in (await browser.get("/c/rain/waiting")).text
        assert "Nobody is waiting" in (await browser.get("/c/rain/waiting")).text


async def test_a_reply_to_news_of_the_challenge_is_an_offer_too(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    async def say() -> str:
        group = await rain.actor
        return (await publish_news(group, kind="update", title="", text="It pours!", author=None)).uri

    news = await here.run(say)
    reply = _drawing(mastodon, rain, inReplyTo=news, tag=[], cc=[])
    reply["cc"] = []
    assert await mastodon.send(reply) == ("handled", None)
    assert (await _one(here)).state == "licence_pending"


async def test_a_stranger_waits_for_a_moderator_where_the_place_says_so(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await here.run(lambda: Place.all().update(holds_strangers=True))
    assert await mastodon.send(_drawing(mastodon, rain)) == ("handled", None)
    held = await _one(here)
    assert held.record.visibility == "held"
    assert _letters(mastodon) == []
    assert await mastodon.notices("submitted") == []
    async with here.sign_in("ana") as browser:
        assert "Nobody is waiting" in (await browser.get("/c/rain/waiting")).text
    await here.run(show_held_record, held.record)
    await settle(here)
    assert await mastodon.notices("submitted") == [("ana", "Rain")]
    assert len(_letters(mastodon)) == 1
    assert (await here.run(lambda: Record.get())).visibility == "public"


async def test_what_comes_too_late_or_too_often_is_refused_and_the_reason_kept(
    here: Instance, mastodon: Mastodon, rain: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "MAX_OFFERED_TO_ONE", 1)
    assert await mastodon.send(_drawing(mastodon, rain)) == ("handled", None)
    state, reason = await mastodon.send(_drawing(mastodon, rain, "3"))
    assert state == "refused"
    assert "within a day" in str(reason)
    monkeypatch.setattr(offers, "MAX_OFFERED_TO_ONE", 9)
    yesterday = now() - timedelta(days=1)
    await here.run(lambda: Challenge.all().update(deadline_at=yesterday))
    state, reason = await mastodon.send(_drawing(mastodon, rain, "4"))
    assert (state, reason) == ("refused", "the challenge takes no more submissions")
    await here.run(lambda: Challenge.all().update(deadline_at=now() - timedelta(minutes=5)))
    assert await mastodon.send(_drawing(mastodon, rain, "5")) == ("handled", None), "servers may have been down"
    late = await here.run(lambda: Submission.filter(is_late=True).count())
    assert late == 1


NOT_ANSWERED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a bot": ({"type": "Service"}, {}),
    "an application": ({"type": "Application"}, {}),
    "a group that passes on what it hears": ({"type": "Group"}, {}),
    "an answer to what we send by ourselves": ({}, {"inReplyTo": f"{RAIN}/asked/1"}),
    "an answer to what its leaders decided": ({}, {"inReplyTo": f"{RAIN}/words/1"}),
    "a post for followers alone": ({}, {"to": [f"{MIA}/followers"], "cc": [RAIN]}),
    "a letter": ({}, {"to": [RAIN], "cc": []}),
}


@pytest.mark.parametrize("name", NOT_ANSWERED)
async def test_programs_do_not_talk_with_each_other_without_an_end(
    here: Instance, mastodon: Mastodon, rain: Challenge, name: str
) -> None:
    actor, post = NOT_ANSWERED[name]
    described = {**json.loads(mastodon.peer.network.answers[MIA].content), **actor}
    mastodon.peer.serve(MIA, described)
    reply = _drawing(mastodon, rain, **post)
    state, reason = await mastodon.send(reply)
    assert state == "refused", reason
    assert reason
    assert await here.run(lambda: Submission.all().count()) == 0
    assert mastodon.sink.activities == []


async def test_who_answers_often_is_told_only_a_few_times(here: Instance, mastodon: Mastodon, rain: Challenge) -> None:
    for number in "23456":
        assert await mastodon.send(_drawing(mastodon, rain, number)) == ("handled", None)
    assert len(_letters(mastodon)) == 3


async def test_nobody_makes_us_write_to_one_server_without_an_end(
    here: Instance, mastodon: Mastodon, rain: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MAX_ANSWERS_TO_HOST", 1)
    assert await mastodon.send(_drawing(mastodon, rain)) == ("handled", None)
    eve = mastodon.peer.actor("eve")
    other = json.loads(json.dumps(_drawing(mastodon, rain, "3")).replace(MIA, eve))
    assert await mastodon.send(other) == ("handled", None)
    assert await here.run(lambda: Submission.filter(state="licence_pending").count()) == 2
    assert len(_letters(mastodon)) == 1


async def test_a_boost_of_what_we_say_is_answered_by_nothing(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    before = len(mastodon.sink.activities)
    boost = mastodon.sample("announce", **{OUR_RECORD: rain.prompt_uri or ""})
    await mastodon.send(boost)
    await mastodon.send({**boost, "id": f"{MIA}/boost/2", "object": _letters(mastodon)[0]["id"]})
    assert len(mastodon.sink.activities) == before
    assert await here.run(lambda: Submission.all().count()) == 1


RICHER = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=5_000, currency="EUR", rule="In equal parts.")


async def _change_terms(here: Instance, terms: Terms = RICHER) -> None:
    async def change() -> None:
        challenge = await Challenge.get().select_related("actor", "leader")
        why = ChallengeChange(terms=terms, reason="Somebody gave us money.")
        await change_challenge(await Actor.get(local_handle="ana"), challenge, why)

    await here.run(change)
    await settle(here)


async def _bound(here: Instance) -> list[tuple[int | None, list[int]]]:
    """By offer: the version of the terms that binds, and those to which its author agreed."""
    rows = await here.run(lambda: Submission.all().order_by("id"))
    agreed = await here.run(lambda: Agreement.all().order_by("id"))
    return [(row.terms_version, [each.version for each in agreed if each.submission_id == row.id]) for row in rows]


async def test_new_terms_are_agreed_to_in_words_which_are_on_record_with_what_was_signed(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await mastodon.send(_drawing(mastodon, rain, "2", content=f"<p>Drops. {AGREED}</p>", contentMap={}))
    await mastodon.send(_drawing(mastodon, rain, "3"))
    await _change_terms(here)
    letter = _letters(mastodon)[-1]
    assert "Somebody gave us money." in letter["content"]
    assert "version 2" in letter["content"]
    assert "50.00 EUR" in letter["content"], "what she would agree to"
    assert "I agree to version 2 of the terms" in letter["content"]
    assert [tag["href"] for tag in letter["tag"]] == [MIA]
    assert await _bound(here) == [(1, [1]), (1, [])], "nothing holds that she did not say"

    words = "<p>@rain Sure, I agree to version 2 of the terms.</p>"
    said = _post(mastodon, "6", "", inReplyTo=letter["id"], content=words, contentMap={}, to=[RAIN], cc=[])
    assert await mastodon.send(said) == ("handled", None), "a letter is enough"
    assert await _bound(here) == [(2, [1, 2]), (2, [2])], "that holds for all of hers"
    agreed = (await here.run(lambda: Agreement.filter(version=2)))[0]
    newest = await here.run(lambda: ChallengeTerms.get(version=2))
    assert (agreed.digest, agreed.activity_uri) == (newest.digest, said["id"])
    assert agreed.words == "@rain Sure, I agree to version 2 of the terms."
    evidence = await here.run(lambda: Evidence.get(activity_uri=said["id"]))
    assert json.loads(bytes(evidence.body))["object"]["content"] == words


async def test_who_says_nothing_stays_under_the_terms_that_they_know_and_can_be_chosen_so(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await mastodon.send(_drawing(mastodon, rain, "2", content=f"<p>Drops. {AGREED}</p>", contentMap={}))
    await _change_terms(here)
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/c/rain/waiting")).text
        assert "Offered under version 1 of the terms" in page
        assert "has not agreed to version 2" in page
    ana = await here.run(lambda: Actor.get(local_handle="ana"))
    await here.run(doing.accept_submission, ana, await _one(here), "It is just right.")
    assert await _bound(here) == [(1, [1])]
    said = _post(mastodon, "6", "@rain I agree to version 2 of the terms", inReplyTo=REPLY)
    assert await mastodon.send(said) == ("handled", None), "an answer to her own post will do"
    async with here.sign_in("ana") as browser:
        assert "has not agreed" not in (await browser.get("/c/rain/waiting")).text


async def test_only_the_agreed_words_agree_to_terms(here: Instance, mastodon: Mastodon, rain: Challenge) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    await _change_terms(here)
    asked = _letters(mastodon)[-1]["id"]
    other = (
        "I agree to version 3 of the terms",
        "I agree to version 2 of the terms if you pay me",
        "I agree to version 2 of the terms?",
        "They say: I agree to version 2 of the terms",
        "I agree to version 1 of the terms. I agree to version 2 of the terms",
        "I agree to the terms",
    )
    for number, words in enumerate(other, 1):
        await mastodon.send(_post(mastodon, f"3{number}", words, inReplyTo=asked))
        assert await _bound(here) == [(1, [])], words
    assert len(_letters(mastodon)) == 2, "what answers us by itself is not answered"
    agreed = (
        "Ich stimme Version 2 der Bedingungen zu",
        "J'accepte la version 3 des conditions",
        "Acepto la versión 4 de las condiciones",
    )
    for version, words in enumerate(agreed, 2):
        await mastodon.send(_post(mastodon, f"4{version}", words, inReplyTo=_letters(mastodon)[-1]["id"]))
        assert await _bound(here) == [(version, list(range(2, version + 1)))], words
        await _change_terms(here, replace(RICHER, amount=5_000 + version))


async def test_nobody_agrees_for_another_and_nobody_to_what_is_over_or_does_not_fit(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await mastodon.send(_drawing(mastodon, rain, "2", content=f"<p>Drops. {AGREED}</p>", contentMap={}))
    await _change_terms(here)
    letter = _letters(mastodon)[-1]["id"]
    said = _post(mastodon, "6", "I agree to version 2 of the terms", inReplyTo=letter)
    eve = json.loads(json.dumps(said).replace(MIA, mastodon.peer.actor("eve")))
    assert (await mastodon.send(eve))[0] == "refused"
    await _change_terms(here, Terms(version=1, licence="CC0-1.0"))
    unfit = _post(mastodon, "7", "I agree to version 3 of the terms", inReplyTo=_letters(mastodon)[-1]["id"])
    assert "does not fit" in str((await mastodon.send(unfit))[1])
    await here.run(lambda: Challenge.all().update(state="concluded"))
    assert "It is over" in str((await mastodon.send(said))[1])
    assert await _bound(here) == [(1, [1])]


POEM = "Drip. Drop. The gutter sings."
WORDS: dict[str, tuple[tuple[str, ...], dict[str, Any], str, bool]] = {
    # what is asked for, what is posted, what becomes of it, whether its author is asked
    "a poem where text is asked for": (("text",), {"content": POEM}, "remark", True),
    "a question where text is asked for": (("text",), {"content": "When does it close?"}, "remark", True),
    "a poem where anything is welcome": ((), {"content": POEM}, "remark", True),
    "a poem where a sound is asked for": (("audio",), {"content": POEM}, "remark", False),
    "a poem that is mentioned to it": (("text",), {"content": POEM, "inReplyTo": None}, "remark", True),
    "a poem with the agreed words": (("text",), {"content": f"{POEM} {AGREED}."}, "pending", False),
    "the same where a sound is asked for": (("audio",), {"content": f"{POEM} {AGREED}."}, "", False),
    "the agreed words about nothing": (("text",), {"content": f"@rain {AGREED}!"}, "", False),
}


@pytest.mark.parametrize("name", WORDS)
async def test_words_alone_are_an_offer_only_if_their_author_says_so(
    here: Instance, mastodon: Mastodon, rain: Challenge, name: str
) -> None:
    kinds, post, state, is_asked = WORDS[name]
    await here.run(lambda: Challenge.all().update(kinds=list(kinds)))
    said = _post(mastodon, "3", "", **{"inReplyTo": rain.prompt_uri, "contentMap": {}, **post})
    found, reason = await mastodon.send(said)
    rows = await here.run(lambda: Submission.all())
    assert [row.state for row in rows] == ([state] if state else [])
    assert found == ("handled" if state else "refused"), reason
    letters = _letters(mastodon)
    assert bool(letters) is is_asked
    if not is_asked:
        return
    assert "Is that your contribution?" in letters[0]["content"]
    assert AGREED in letters[0]["content"]
    assert POEM not in (await here.get("/c/rain/submissions")).text
    yes = _post(mastodon, "4", f"Yes! {AGREED}", inReplyTo=letters[0]["id"], to=[RAIN], cc=[])
    assert await mastodon.send(yes) == ("handled", None)
    offered = await here.run(lambda: Submission.get().select_related("record"))
    assert (offered.state, offered.record.visibility) == ("pending", "public")
    assert await _bound(here) == [(1, [1])]
    assert len(_letters(mastodon)) == 1
    assert await mastodon.notices("submitted") == [("ana", "Rain")]


async def test_words_that_came_in_time_may_be_called_an_offer_later_but_not_when_it_is_over(
    here: Instance, mastodon: Mastodon, rain: Challenge
) -> None:
    await here.run(lambda: Challenge.all().update(kinds=["text"]))
    for number in "34":
        await mastodon.send(_post(mastodon, number, POEM, inReplyTo=rain.prompt_uri))
    first, second = (letter["id"] for letter in _letters(mastodon))
    await here.run(lambda: Challenge.all().update(state="closed", closed_at=now()))
    await mastodon.send(_post(mastodon, "5", POEM, inReplyTo=rain.prompt_uri))
    too_late = _letters(mastodon)[2]["id"]
    assert await mastodon.send(_post(mastodon, "6", AGREED, inReplyTo=first)) == ("handled", None)
    assert await mastodon.send(_post(mastodon, "7", AGREED, inReplyTo=too_late)) == ("handled", None)
    await here.run(lambda: Challenge.all().update(state="concluded"))
    assert await mastodon.send(_post(mastodon, "8", AGREED, inReplyTo=second)) == ("handled", None)
    rows = await here.run(lambda: Submission.all().order_by("id").select_related("record"))
    assert [row.state for row in rows] == ["pending", "remark", "remark"]
    assert {row.record.licence for row in rows} == {"CC-BY-SA-4.0"}, "what she granted is granted"
