"""Watched words, what waits before the doors, and a night of spam."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.actions.joining import sign_up
from fedirec.accounts.actions.profile import edit_profile
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow
from fedirec.admin.actions.doors import close_doors, keep_out_host, let_in, let_work_in, open_doors
from fedirec.admin.actions.watching import look_for_words, set_watch
from fedirec.admin.models import Report, ReportedThing
from fedirec.admin.queries.held import held_comments, held_works
from fedirec.admin.watched import MAX_LINES, Watched, check_watched
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.comments import CommentDraft, edit_comment
from fedirec.remix.models import Comment, Record
from fedirec.remix.terms import Terms
from fedirec.remix.visibility import HELD
from tests.admin.test_moderation import comment_of, record_of, told
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT
from tests.peer import Peer as Stranger

OPERATOR = Operator("command line")
PICTURE = {"type": "Image", "mediaType": "image/png", "url": "https://spam.test/1.png", "name": "Boots"}


@pytest.mark.parametrize(
    ("watched", "text", "found"),
    [
        ("casino", "Come to the CASINO!", {"casino"}),
        ("casino", "casinos", set()),
        ("cheap boots", "Buy cheap, boots are here", {"cheap boots"}),
        ("cheap boots", "boots cheap", set()),
        ("Crème", "CREME brulee", {"Crème"}),
        ("a\nab cd\nab", "ab cd", {"ab", "ab cd"}),
        ("...\n\n", "anything", set()),
        ("ﬁne", "fine", {"ﬁne"}),
        ("(a+)+$", "a" * 50, set()),
    ],
)
def test_whole_words_are_found_as_the_search_folds_them(watched: str, text: str, found: set[str]) -> None:
    assert Watched.read(watched).found_in([text]) == found


@given(st.lists(st.text(max_size=20), max_size=20), st.text(max_size=400))
def test_no_list_and_no_text_does_harm(lines: list[str], text: str) -> None:
    found = Watched.read("\n".join(lines)).found_in([text])
    assert found <= {" ".join(part.split()) for line in lines for part in line.splitlines()}


def test_a_long_text_and_a_long_list_take_no_time() -> None:
    watched = Watched.read("\n".join("word " * 7 + str(number) for number in range(MAX_LINES)))
    began = time.process_time()
    watched.found_in(["word " * 100_000])
    assert time.process_time() - began < 2


def test_a_list_has_its_bounds() -> None:
    assert check_watched(" one \n\none\ntwo  words ") == "one\ntwo words"
    for wrong in ("x" * 101, "a b c d e f g h i", "...", "\n".join(str(number) for number in range(MAX_LINES + 1))):
        with pytest.raises(Invalid):
            check_watched(wrong)


async def test_what_has_a_watched_word_is_reported_once_and_stays(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    old = await record_of(here, ana, title="An old casino")
    await here.run(set_watch, OPERATOR, words="casino\ncheap boots", holds_strangers=False, contact="help@here.test")
    await here.run(look_for_words)
    assert await here.run(lambda: Report.all().count()) == 0, "what was here before is left alone"
    new = await record_of(here, ana, title="Rain", text="In the **Casino**")
    said = await comment_of(here, await here.join("bo"), new, text="Nothing here")
    zoe = await there.join("zoe")
    far = await record_of(there, zoe, title="Cheap BOOTS")
    await here.find_record(far.uri)
    assert await here.run(look_for_words) == 2
    assert await here.run(look_for_words) == 0
    whole = await here.run(lambda: Comment.get(id=said.id).select_related("record__author", "author", "parent"))
    await here.run(edit_comment, whole.author, whole, CommentDraft(text="cheap boots"))
    account = await here.run(lambda: Account.get(actor_id=ana.id))
    await here.run(edit_profile, here.state["site"].uris, account, name="Ana", about="Owner of a casino")
    await settle(here)
    await settle(here)
    rows = await here.run(lambda: ReportedThing.all().select_related("report"))
    assert {row.uri for row in rows} == {new.uri, far.uri, said.uri, ana.uri}
    assert {(row.report.source, row.report.reporter_id) for row in rows} == {("words", None)}
    assert "casino" in {row.report.words for row in rows}
    assert "reported" in await told(here, "olga")
    assert (await here.run(lambda: Record.get(id=new.id))).visibility == "public"
    assert old.uri not in {row.uri for row in rows}


async def test_a_night_of_spam_is_survived(here: Instance, network: Network) -> None:
    ana, flo = await here.join("ana"), await here.join("flo")
    rain = await record_of(here, ana)
    spam, friends = Stranger(network, "spam.test"), Stranger(network, "friends.test")
    eve, fritz = spam.actor("eve"), friends.actor("fritz")
    await here.run(follow, flo, await here.meet(fritz))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    instance = await here.run(close_doors, OPERATOR, hours=12, reason="spam")
    assert instance.doors_closed_until is not None
    page = (await here.get("/sign-up")).text
    assert "come back in a few days" in page
    assert 'name="password"' not in page
    with pytest.raises(Forbidden):
        await here.run(
            sign_up, here.state["site"].uris, here.state["keyring"], name="new", password="a long pass phrase"
        )
    before = len(await told(here, "ana"))
    for number in range(3):
        note = spam.note(
            eve,
            f"s{number}",
            content=f"<p>Buy boots {number}</p>",
            inReplyTo=rain.uri,
            tag=[{"type": "Mention", "href": flo.uri, "name": "@flo@here.test"}],
            cc=[ana.uri, flo.uri],
        )
        await spam.post(here, spam.activity("Create", eve, note))
    kind = friends.note(fritz, "f", content="<p>Lovely rain</p>", inReplyTo=rain.uri, cc=[ana.uri])
    await friends.post(here, friends.activity("Create", fritz, kind))
    await settle(here)
    assert len(await told(here, "ana")) == before + 1, "she hears of the friend"
    assert await told(here, "flo") == []
    page = (await here.get(rain.uri)).text
    assert "Lovely rain" in page
    assert "Buy boots" not in page
    async with here.sign_in("ana") as browser:
        assert "Buy boots" not in (await browser.get(rain.uri)).text
    waiting, _ = await here.run(held_comments)
    assert [comment.author.uri for comment in waiting] == [eve] * 3
    async with here.sign_in("olga") as browser:
        assert "Buy boots 0" in (await browser.get("/admin/watch/held")).text
        answer = await browser.post(f"/admin/watch/held/{waiting[0].id}", data={"answer": "in"})
        assert answer.status_code == 303
    assert "Buy boots 0" in (await here.get(rain.uri)).text
    assert (await told(here, "flo")) == ["mentioned"]
    assert await here.run(keep_out_host, OPERATOR, "spam.test") == 2
    assert (await here.run(held_comments))[0] == []
    assert "Buy boots 1" not in (await here.get(rain.uri)).text
    await here.run(open_doors, OPERATOR)
    with pytest.raises(Conflict):
        await here.run(open_doors, OPERATOR)
    with pytest.raises(NotFound):
        await here.run(let_in, OPERATOR, waiting[1].id)


async def test_works_of_strangers_wait_as_well(here: Instance, network: Network) -> None:
    ana, flo = await here.join("ana"), await here.join("flo")
    rain = await record_of(here, ana)
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, flo, here.state["keyring"], draft)
    group = await here.run(lambda: Actor.get(id=challenge.actor_id))
    await here.run(close_doors, OPERATOR, hours=12, reason="spam")
    spam = Stranger(network, "spam.test")
    eve = spam.actor("eve")
    before = {name: await told(here, name) for name in ("ana", "flo")}

    credit = {"type": "Role", "contributor": ana.uri, "roleName": "http://id.loc.gov/vocabulary/relators/mus"}
    remix = spam.note(eve, "remix", kind="record", isBasedOn=[rain.uri], contributor=[credit]) | {"name": "Boots"}
    await spam.post(here, spam.activity("Create", eve, remix))
    unknown = f"{spam.origin}/notes/unknown"
    offered = spam.note(eve, "offered", kind="record", isBasedOn=[unknown]) | {"name": "Offered"}
    spam.serve(offered["id"], {"@context": CONTEXT, **offered})
    offer = spam.activity("Offer", eve, offered["id"], target=group.uri)
    await spam.post(here, offer)
    mentions = [{"type": "Mention", "href": group.uri, "name": "@rain@here.test"}]
    post = spam.note(eve, "post", content="<p>My rain</p>", tag=mentions, cc=[group.uri], attachment=[PICTURE])
    await spam.post(here, spam.activity("Create", eve, post))
    answer = spam.note(eve, "answer", content="<p>Mine</p>", inReplyTo=rain.uri, cc=[ana.uri], attachment=[PICTURE])
    await spam.post(here, spam.activity("Create", eve, answer))
    await settle(here)

    works, _ = await here.run(held_works)
    assert {work.uri for work in works} == {remix["id"], offered["id"], post["id"], answer["id"]}
    assert before == {name: await told(here, name) for name in ("ana", "flo")}
    assert unknown not in {str(request.url) for request in network.requests}, "nothing is fetched because of it"
    pages = [rain.uri, f"{rain.uri}/lineage", group.uri, "/explore"]
    for work in works:
        assert (await here.get(f"/records/remote/{work.id}")).status_code == 404
        for page in pages:
            assert f"/records/remote/{work.id}" not in (await here.get(page)).text
    async with here.sign_in("flo") as browser:
        assert "My rain" not in (await browser.get(f"{group.uri}/submissions")).text

    remix |= {"name": "Another title", "updated": "2026-11-22T12:00:00Z"}
    await spam.post(here, spam.activity("Update", eve, remix))
    await settle(here)
    waiting = {work.uri: work for work in (await here.run(held_works))[0]}
    assert waiting[remix["id"]].visibility == HELD, "a change of it does not open the door"
    async with here.sign_in("olga") as browser:
        page = (await browser.get("/admin/watch/held")).text
        assert "Another title" in page
        for uri in (remix["id"], offered["id"]):
            sent = await browser.post(f"/admin/watch/held/works/{waiting[uri].id}", data={"answer": "in"})
            assert sent.status_code == 303
    await settle(here)
    assert sorted(await told(here, "ana"))[-2:] == ["credited", "remixed"]
    assert await told(here, "flo") == [*before["flo"], "submitted"]
    assert (await here.get(f"/records/remote/{waiting[remix['id']].id}")).status_code == 200
    assert unknown in {str(request.url) for request in network.requests}
    assert await here.run(keep_out_host, OPERATOR, "spam.test") == 2
    with pytest.raises(NotFound):
        await here.run(let_work_in, OPERATOR, waiting[post["id"]].id)
    assert (await here.get(f"/records/remote/{waiting[post['id']].id}")).status_code == 404
    another = spam.note(eve, "another", kind="record", isBasedOn=[rain.uri]) | {"name": "More"}
    await spam.post(here, spam.activity("Create", eve, another))
    await settle(here)
    assert (await here.run(held_works))[0] == [], "something of hers was let in, so she is known"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_strangers_wait_where_moderators_want_it_and_the_known_do_not(here: Instance, network: Network) -> None:
    ana = await here.join("ana")
    rain = await record_of(here, ana)
    await here.run(set_watch, OPERATOR, words="", holds_strangers=True, contact="")
    peer = Stranger(network)
    eve, zoe = peer.actor("eve"), peer.actor("zoe")
    for number, who in enumerate((eve, eve, zoe)):
        note = peer.note(who, str(number), content=f"<p>Hello {number}</p>", inReplyTo=rain.uri, cc=[ana.uri])
        await peer.post(here, peer.activity("Create", who, note))
        await settle(here)
        waiting, _ = await here.run(held_comments)
        if number == 0:
            assert len(waiting) == 1
            await here.run(let_in, OPERATOR, waiting[0].id)
        else:
            assert waiting == [], "one of them was let in, so their instance is known"
    assert not (await here.run(get_instance)).watched_words
    assert await here.run(lambda: Actor.filter(host=peer.host).count()) == 2
