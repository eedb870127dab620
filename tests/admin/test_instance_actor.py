"""What an instance announces in its own name, and what it gets to know by following others."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor, Announcement, Follow, Outgoing
from fedirec.admin.actions.instances import choose_announcements, follow_instance, followed_instances, unfollow_instance
from fedirec.admin.actions.policies import treat_peer
from fedirec.admin.treatment import Treatment
from fedirec.clock import now
from fedirec.errors import FedirecError, Forbidden, Invalid
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions import instances
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.instance_announcements import (
    MAX_A_DAY,
    InstanceAnnouncements,
    bring_news_up_to_date,
    instance_announces,
)
from fedirec.remix.actions.needs import fill_need, name_need
from fedirec.remix.models import Challenge
from fedirec.remix.queries.challenges import open_challenges
from fedirec.remix.queries.needs import open_needs
from fedirec.remix.terms import Terms
from tests.network import KEYS, Instance, Network, settle
from tests.peer import Peer

EVERYTHING = [kind.value for kind in InstanceAnnouncements]


async def open_one(instance: Instance, leader: Actor, slug: str = "rain", **fields: Any) -> Challenge:
    terms = Terms(version=1, licence="CC-BY-4.0")
    draft = ChallengeDraft(**{"title": slug.title(), "slug": slug, "text": "Listen.", "terms": terms, **fields})
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft, keys=KEYS)


def operator(instance: Instance) -> Operator:
    return Operator(f"{instance.origin}/actor")


async def announce(instance: Instance, *kinds: str) -> None:
    await instance.run(choose_announcements, operator(instance), list(kinds) or EVERYTHING)
    await instance.run(bring_news_up_to_date)


async def follows(instance: Instance, other: Instance) -> None:
    await instance.run(follow_instance, operator(instance), instance.state["remote"], other.host)


async def announced(instance: Instance) -> list[str]:
    rows = await instance.run(
        lambda: Announcement.filter(actor__type="Application", actor__is_local=True).order_by("id").values("object_uri")
    )
    return [str(row["object_uri"]) for row in rows]


async def seen_open(instance: Instance) -> list[str]:
    return [challenge.title for challenge in await instance.run(lambda: open_challenges(limit=50))]


async def test_on_the_first_evening_a_member_finds_what_two_other_instances_look_for(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, cy = await there.join("ana"), await elsewhere.join("cy")
    rain = await open_one(there, ana, "rain")
    await there.run(name_need, ana, rain.actor, "anm", "Twelve drawings of drops.")
    await open_one(elsewhere, cy, "snow")
    await announce(there)
    await announce(elsewhere)
    assert await seen_open(here) == []
    await follows(here, there)
    await follows(here, elsewhere)
    await settle(here, there, elsewhere)
    assert sorted(await seen_open(here)) == ["Rain", "Snow"]
    bo = await here.join("bo")
    (need,) = await here.run(lambda: open_needs(["anm"], viewer=bo, limit=5))
    assert (need.words, need.group.uri) == ("Twelve drawings of drops.", f"{there.origin}/c/rain")
    async with here.sign_in("bo") as browser:
        assert "Rain" in (await browser.get("/challenges")).text


async def test_what_is_opened_later_arrives_and_what_ends_is_taken_back(here: Instance, there: Instance) -> None:
    ana = await there.join("ana")
    await announce(there)
    await follows(here, there)
    await settle(here, there)
    rain = await open_one(there, ana)
    need = await there.run(name_need, ana, rain.actor, "sng", "")
    await there.run(bring_news_up_to_date)
    await settle(here, there)
    assert await seen_open(here) == ["Rain"]
    assert len(await here.run(lambda: open_needs(["sng"], limit=5))) == 1
    need.group = rain.actor
    await there.run(fill_need, ana, need)
    await settle(here, there)
    assert await here.run(lambda: open_needs(["sng"], limit=5)) == []
    await there.run(lambda: Challenge.filter(id=rain.id).update(state="closed", closed_at=now()))
    await there.run(bring_news_up_to_date)
    await settle(here, there)
    assert await announced(there) == []
    assert await seen_open(here) == []


async def test_what_moderators_hide_is_taken_back_and_is_open_nowhere(here: Instance, there: Instance) -> None:
    ana = await there.join("ana")
    rain = await open_one(there, ana)
    await announce(there)
    await follows(here, there)
    await settle(here, there)
    assert await seen_open(here) == ["Rain"]
    await there.run(lambda: Actor.filter(id=rain.actor_id).update(state="suspended"))
    await there.run(bring_news_up_to_date)
    await settle(here, there)
    assert await announced(there) == []
    assert await seen_open(here) == []


@pytest.mark.parametrize(
    "changes",
    [{"is_indexable": False}, {"without_name": True}, {"is_quiet": True}, {"state": "suspended"}],
    ids=lambda changes: next(iter(changes)),
)
@pytest.mark.one_database
async def test_nothing_of_people_who_do_not_want_to_be_found_or_are_limited(
    here: Instance, changes: dict[str, Any]
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await open_one(here, ana)
    await here.run(name_need, ana, rain.actor, "anm", "")
    await open_one(here, bo, "snow")
    await here.run(lambda: Actor.filter(id=ana.id).update(**changes))
    await announce(here)
    assert await announced(here) == [f"{here.origin}/c/snow/prompt"]


@pytest.mark.one_database
async def test_admins_choose_what_is_announced_and_take_it_back(here: Instance) -> None:
    ana = await here.join("ana")
    rain = await open_one(here, ana)
    need = await here.run(name_need, ana, rain.actor, "anm", "")
    assert await here.run(bring_news_up_to_date) == 0
    await announce(here, "needs")
    assert await announced(here) == [need.uri]
    await announce(here, "challenges")
    assert await announced(here) == [f"{here.origin}/c/rain/prompt"]
    outbox = (await here.get("/actor/outbox?before=999999", accept="application/activity+json")).json()
    assert [item["object"] for item in outbox["orderedItems"]] == [f"{here.origin}/c/rain/prompt"]
    await here.run(choose_announcements, operator(here), [])
    await here.run(bring_news_up_to_date)
    assert await announced(here) == []
    with pytest.raises(Invalid):
        await here.run(choose_announcements, operator(here), ["gossip"])


@pytest.mark.one_database
async def test_nothing_is_announced_twice_or_beyond_a_day_and_what_is_not_public_never(here: Instance) -> None:
    ana = await here.join("ana")
    await open_one(here, ana)
    await announce(here)
    assert await here.run(bring_news_up_to_date) == 0
    assert not await here.run(instance_announces, "productions", f"{here.origin}/records/nothing")
    place = await here.run(lambda: Actor.get(type="Application", is_local=True))
    await here.run(
        lambda: Outgoing.bulk_create(
            [
                Outgoing(
                    uri=f"{here.origin}/activities/{n}",
                    actor_id=place.id,
                    type="Announce",
                    object_uri=f"{here.origin}/x/{n}",
                    is_public=True,
                    document={},
                )
                for n in range(MAX_A_DAY)
            ]
        )
    )
    await open_one(here, ana, "snow")
    await here.run(bring_news_up_to_date)
    assert await announced(here) == [f"{here.origin}/c/rain/prompt"]


async def test_people_on_mastodon_follow_the_instance_and_are_sent_posts_that_it_can_show(
    here: Instance, network: Network
) -> None:
    mastodon = Peer(network, "social.test")
    ana = await here.join("ana")
    mia = mastodon.actor("mia")
    await mastodon.post(here, mastodon.activity("Follow", mia, f"{here.origin}/actor"))
    await here.work()
    assert not await here.run(lambda: Follow.exists(target__type="Application"))
    await announce(here)
    await mastodon.post(here, mastodon.activity("Follow", mia, f"{here.origin}/actor"))
    await here.work()
    assert await here.run(lambda: Follow.exists(target__type="Application", accepted_at__not_isnull=True))
    rain = await open_one(here, ana)
    need = await here.run(name_need, ana, rain.actor, "anm", "Twelve drawings of drops.")
    await here.run(bring_news_up_to_date)
    for uri in await announced(here):
        shown = (await here.get(uri.removeprefix(here.origin), accept="application/activity+json")).json()
        assert shown["type"] == "Note"
        assert shown["attributedTo"] == rain.actor.uri
    note = (await here.get(need.uri.removeprefix(here.origin), accept="application/activity+json")).json()
    assert "Animator wanted" in note["content"]
    assert "Twelve drawings of drops." in note["content"]


async def test_an_instance_is_only_heard_when_it_is_followed_speaks_of_its_own_and_is_not_blocked(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana = await there.join("ana")
    await open_one(there, ana)
    await announce(there)
    await settle(here, there)
    assert await seen_open(here) == []
    await here.run(treat_peer, operator(here), here.state["site"], there.host, Treatment(policy="block"))
    with pytest.raises(Forbidden):
        await follows(here, there)
    await here.run(treat_peer, operator(here), here.state["site"], there.host, Treatment(policy="allow"))
    await follows(here, there)
    await settle(here, there)
    assert await seen_open(here) == ["Rain"]
    target = await here.run(lambda: Actor.get(uri=f"{there.origin}/actor"))
    await here.run(unfollow_instance, operator(here), target)
    await settle(here, there)
    await open_one(there, ana, "snow")
    await there.run(bring_news_up_to_date)
    await settle(here, there)
    assert await seen_open(here) == ["Rain"]
    with pytest.raises(FedirecError):
        await here.run(unfollow_instance, operator(here), target)


@pytest.mark.one_database
async def test_who_follows_an_instance_is_an_admin_and_it_is_one(here: Instance, there: Instance) -> None:
    await here.join("bo")
    account = await here.run(lambda: Account.get(actor__handle="bo").select_related("actor"))
    with pytest.raises(Forbidden):
        await here.run(
            follow_instance,
            Viewer(account=account, actor=account.actor, seen_at=now()),
            here.state["remote"],
            there.host,
        )
    with pytest.raises(Invalid):
        await follows(here, here)
    with pytest.raises(Invalid):
        await here.run(follow_instance, operator(here), here.state["remote"], "not a host")


@pytest.mark.one_database
async def test_an_instance_announces_what_is_its_own_and_not_without_end(
    here: Instance, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Peer(network, "loud.test")
    place = peer.actor("place", type="Application", outbox=f"{peer.origin}/outbox")
    link = {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": place}
    peer.serve(f"{peer.origin}/.well-known/nodeinfo", {"links": [link]}, content_type="application/json")
    await here.run(follow_instance, operator(here), here.state["remote"], peer.host)
    await here.work()
    (made,) = await here.run(lambda: Follow.filter(target__uri=place))
    await peer.post(here, peer.activity("Accept", place, made.uri))
    await here.work()
    network.requests.clear()
    await peer.post(here, peer.activity("Announce", place, "https://victim.test/notes/1"))
    await here.work()
    assert [request.url.host for request in network.requests if request.url.host == "victim.test"] == []
    monkeypatch.setattr(instances, "MAX_A_DAY", 2)
    for name in "abcd":
        await peer.post(here, peer.activity("Announce", place, f"{peer.origin}/notes/{name}"))
    await here.work()
    asked = {request.url.path for request in network.requests if request.url.path.startswith("/notes/")}
    assert asked == {"/notes/a", "/notes/b"}


async def test_what_was_announced_before_is_read_once_and_within_bounds(
    here: Instance, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Peer(network, "old.test")
    place = peer.actor("place", type="Application", outbox=f"{peer.origin}/outbox")
    link = {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": place}
    peer.serve(f"{peer.origin}/.well-known/nodeinfo", {"links": [link]}, content_type="application/json")
    said = [
        {"id": f"{peer.origin}/a/{n}", "type": "Announce", "actor": place, "object": f"{peer.origin}/notes/{n}"}
        for n in range(9)
    ]
    elsewhere = {"id": f"{peer.origin}/a/x", "type": "Announce", "actor": place, "object": "https://victim.test/1"}
    outbox = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{peer.origin}/outbox",
        "type": "OrderedCollection",
        "orderedItems": [elsewhere, *said],
    }
    peer.serve(f"{peer.origin}/outbox", outbox)
    monkeypatch.setattr(instances, "MAX_EARLIER", 4)
    await here.run(follow_instance, operator(here), here.state["remote"], peer.host)
    await here.work()
    asked = [request.url for request in network.requests if "/notes/" in request.url.path]
    assert {url.path for url in asked} == {f"/notes/{n}" for n in range(4)}
    assert not [request for request in network.requests if request.url.host == "victim.test"]


async def test_instances_that_were_wished_for_at_the_beginning_are_followed_if_they_are_there(
    here: Instance, there: Instance
) -> None:
    ana = await there.join("ana")
    await open_one(there, ana, "rain")
    await announce(there)
    hosts = ("there.test", "nobody.test", "here.test")
    await here.run(enqueue, [Work(kind="instance", lane=f"instance:{host}", payload={"host": host}) for host in hosts])
    await settle(here, there)
    followed = await here.run(lambda: followed_instances())
    assert [(each.target.host, each.accepted_at is not None) for each in followed] == [("there.test", True)]
    assert await seen_open(here) == ["Rain"]


@pytest.mark.one_database
async def test_the_page_of_followed_instances_says_beside_the_field_what_is_wrong(
    here: Instance, there: Instance
) -> None:
    await here.join("bo")
    page = "/admin/federation/instances"
    async with here.sign_in("bo") as browser:
        assert (await browser.get(page)).status_code == 403
        assert (await browser.post(page, data={"do": "follow", "host": "there.test"})).status_code == 403
    async with here.sign_in("olga") as browser:
        for nonsense, said in {
            "": "",
            "bo@there.test": "Write the host alone",
            "https://there.test/about": "Write the host alone",
            "two words": "Write the host alone",
            "here.test": "That is this instance itself.",
            "nobody.test": "",
        }.items():
            wrong = await browser.post(page, data={"do": "follow", "host": nonsense})
            assert (wrong.status_code, 'id="host-error"' in wrong.text) == (422, True), nonsense
            assert said in wrong.text
            assert f'value="{nonsense}"' in wrong.text or not nonsense
        assert (await browser.post(page, data={"do": "follow", "host": "There.test"})).status_code == 303
        await settle(here, there)
        [followed] = await here.run(lambda: followed_instances())
        assert '<bdi dir="ltr">there.test</bdi>' in (await browser.get(page)).text
        for strange in ("", "x", "999999999999999999999", str(followed.id + 1)):
            assert (await browser.post(page, data={"do": "unfollow", "follow": strange})).status_code == 422
        assert (await browser.post(page, data={"do": "unfollow", "follow": followed.id})).status_code == 303
        assert "None yet." in (await browser.get(page)).text
        assert (await browser.post(page, data={"do": "announce", "announces": "gossip"})).status_code == 422
