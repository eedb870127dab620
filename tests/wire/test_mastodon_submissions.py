"""Posts of a Mastodon server that answer a challenge: what each is taken for, what its author is told, and what they
agree to.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.models import Actor, Evidence
from fedirec.activitypub.models import Instance as Place
from fedirec.clock import now
from fedirec.remix.actions import submissions as doing
from fedirec.remix.actions.letting_in import show_held_record
from fedirec.remix.actions.news import publish_news
from fedirec.remix.actions.offering import choose_licence
from fedirec.remix.actions.submissions import offers
from fedirec.remix.models import Agreement, Challenge, Record, Submission
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


@pytest.mark.parametrize(
    "words",
    [
        f"<p>@rain {AGREED}</p>",
        f'<p><span class="h-card"><a href="{RAIN}" class="u-url mention">@<span>rain</span></a></span> {AGREED}.</p>',
        "<p>Sure! I release this under <strong>CC&nbsp;BY-SA 4.0</strong></p>",
        '<p>I release this under <a href="https://creativecommons.org/licenses/by-sa/4.0/">'
        '<span class="invisible">https://</span><span>creativecommons.org/licenses/by-sa/4.0/</span></a></p>',
        "<p>Oui, je publie ceci sous la licence CC BY-SA 4.0</p>",
        "<p>Sí, publico esto bajo CC BY-SA 4.0</p>",
    ],
)
async def test_the_agreed_words_are_kept_as_they_were_written_with_what_was_signed(
    here: Instance, mastodon: Mastodon, rain: Challenge, words: str
) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    asked = _letters(mastodon)[0]["id"]
    said = _post(mastodon, "3", "", inReplyTo=asked, content=words, contentMap={"en": words})
    assert await mastodon.send(said) == ("handled", None)
    submission = await _one(here)
    assert (submission.state, submission.record.licence) == ("pending", "CC-BY-SA-4.0")
    agreed = await here.run(lambda: Agreement.get())
    assert (agreed.submission_id, agreed.version, agreed.digest) == (submission.id, 1, submission.terms_digest)
    assert agreed.activity_uri == said["id"]
    assert "CC" in agreed.words or "creativecommons" in agreed.words
    evidence = await here.run(lambda: Evidence.get(activity_uri=said["id"]))
    assert json.loads(bytes(evidence.body))["object"]["content"] == words


@pytest.mark.parametrize(
    "words",
    [
        "Would I release this under CC BY-SA 4.0?",
        "I release this under CC BY-SA 4.0 if you pay me",
        "I will never say: I release this under CC BY-SA 4.0",
        "Ich veröffentliche das unter CC BY-SA 4.0, wenn ich gefragt werde",
        "Je publie ceci sous CC BY-SA 4.0, mais pas maintenant",
        "Publico esto bajo CC BY-SA 4.0 y bajo CC BY 4.0. Publico esto bajo CC BY 4.0",
        "Thanks!",
    ],
)
async def test_other_words_grant_nothing(here: Instance, mastodon: Mastodon, rain: Challenge, words: str) -> None:
    await mastodon.send(_drawing(mastodon, rain))
    await mastodon.send(_post(mastodon, "3", words, inReplyTo=_letters(mastodon)[0]["id"]))
    assert (await _one(here)).state == "licence_pending"
    assert await here.run(lambda: Agreement.all().count()) == 0
    assert len(_letters(mastodon)) == 1, "what answers us by itself is not answered"


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
