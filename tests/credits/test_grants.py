"""Money is made with a work whose licence does not let people when its author allows it, by name and for good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Evidence, Outgoing, Received
from fedirec.credits.actions.crediting.drawing_up import draw_up
from fedirec.credits.actions.granting.ahead import grants_to_offer
from fedirec.credits.actions.granting.giving import ask_for_grants, grant, question
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.decisions import Rule
from fedirec.credits.grants import GrantScope
from fedirec.credits.models import MonetizationGrant
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.grants import grants_for, needed_grants, unsellable_works
from fedirec.credits.queries.pools import home_of
from fedirec.credits.vocab import GrantObject
from fedirec.errors import Conflict, Forbidden
from fedirec.projects.models import Production
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record
from fedirec.remix.actions.submissions import submit_record
from fedirec.remix.models import Record, Source
from fedirec.remix.terms import Pays
from tests.credits.listing import frozen
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.projects.producing import challenge_of, production_with, project_at, record_by

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def test_an_author_reads_what_they_allow_and_allows_it_for_good(here: Instance) -> None:
    ada, bo, cy = [await here.join(name) for name in ("ada", "bo", "cy")]
    project = await project_at(here, ada)
    seed = await record_by(here, cy, "Seed", licence="CC-BY-NC-4.0")
    sky = await record_by(here, bo, "Sky", licence="CC-BY-NC-4.0", sources=[SourceDraft(record=seed)])
    free = await record_by(here, bo, "Free")
    unknown = {"record_id": free.id, "uri": "https://gone.test/notes/7", "relation": "adapts", "position": 0}
    await here.run(lambda: Source.create(**unknown))
    draft = await production_with(here, ada, project, [sky, free], licence="CC-BY-NC-4.0")
    production = await frozen(here, ada, draft)
    waiting = await here.run(unsellable_works, [production.id])
    assert {(each.uri, each.record_id) for each in waiting} == {
        (sky.uri, sky.id),
        (seed.uri, seed.id),
        ("https://gone.test/notes/7", None),
    }, "nobody knows under which licence that one is"
    path = production.uri.removeprefix(here.origin)

    async def needed() -> dict[str, bool]:
        return {each.record.title: each.grant is not None for each in await here.run(needed_grants, production)}

    assert await needed() == {"Sky": False, "Seed": False}, "also what it was made from"
    with pytest.raises(Forbidden):
        await here.run(ask_for_grants, bo, production, [sky.id])
    home = await here.run(home_of, production.project.actor)
    sales = PoolDraft(kind=Kind.PROFIT_SPLIT, title="Sales", currency="EUR", rule=Rule.HOST)
    pool = await here.run(lambda: open_pool(ada, home, sales))
    async with here.sign_in("ada") as browser:
        shown = await browser.get(f"{path}/grants")
        assert "Ask bo" in shown.text
        shown = await browser.get(f"/pools/{pool.key}")
        assert "What has to be allowed first" in shown.text
        assert f'action="{path}/grants"' in shown.text
        assert f'name="work" value="{sky.id}"><span><span>Ask bo' in shown.text, "by name, and nobody is chosen yet"
        for _ in range(2):  # whoever was asked lately is not asked again
            await browser.post(f"{path}/grants", data={"work": [str(sky.id), str(seed.id), str(free.id)]})
        assert (await browser.post(f"{path}/grants/{sky.id}", data={"scope": "production"})).status_code == 422
    told = await here.run(lambda: Notification.filter(kind="grant_asked").order_by("account_id"))
    assert [each.url for each in told] == [f"{production.uri}/grants/{sky.id}", f"{production.uri}/grants/{seed.id}"]

    asked = await here.run(lambda: _question(production, sky, GrantScope.PRODUCTION, bo))
    assert "I cannot take this back" in asked.words
    with pytest.raises(Forbidden):
        await here.run(lambda: grant(cy, production, sky, GrantScope.PRODUCTION, digest=asked.digest))
    async with here.sign_in("bo") as browser:
        page = (await browser.get(f"{path}/grants/{sky.id}")).text
        assert asked.digest in page
        wrong = {"scope": "production", "digest-production": "zQm-of-other-words"}
        assert "worded differently now" in (await browser.post(f"{path}/grants/{sky.id}", data=wrong)).text
        assert (await browser.get(f"{path}/grants/{free.id}")).status_code == 404
        given = {"scope": "production", "digest-production": asked.digest}
        assert (await browser.post(f"{path}/grants/{sky.id}", data=given)).status_code == 303
    assert await needed() == {"Sky": True, "Seed": False}
    async with here.sign_in("ada") as browser:
        left = (await browser.get(f"/pools/{pool.key}")).text
        assert f'value="{seed.id}"' in left
        assert f'value="{sky.id}"' not in left, "who allowed it is not asked any more"
    assert "What has to be allowed first" not in (await here.get(f"/pools/{pool.key}")).text
    kept = await here.run(lambda: MonetizationGrant.get())
    assert (kept.words, kept.digest, kept.scope_uri, kept.version) == (asked.words, asked.digest, production.uri, 1)
    again = await here.run(lambda: grant(bo, production, sky, GrantScope.PRODUCTION, digest=asked.digest))
    assert again.id == kept.id
    told = await here.run(lambda: Notification.filter(kind="grant_given").select_related("actor"))
    assert [each.actor.handle for each in told if each.actor] == ["bo"]

    # What its author says of the licence by now is neither a grant nor its end.
    sold = RecordDraft(title="Seed", text="Mine.", licence="CC-BY-4.0")
    await here.run(lambda: edit_record(cy, seed, sold))
    await here.run(lambda: edit_record(bo, free, replace(sold, title="Free", licence="CC-BY-NC-4.0")))
    await here.run(lambda: draw_up(production))
    assert await needed() == {"Sky": True, "Seed": False}

    # For the whole project it covers what the project makes next; for one production it does not.
    whole = await here.run(lambda: _question(production, seed, GrantScope.PROJECT, cy))
    await here.run(lambda: grant(cy, production, seed, GrantScope.PROJECT, digest=whole.digest))
    second = await production_with(here, ada, project, [sky], title="Dusk", licence="CC-BY-NC-4.0")
    next_one = await frozen(here, ada, second)
    assert {each.record.title: each.grant is not None for each in await here.run(needed_grants, next_one)} == {
        "Sky": False,
        "Seed": True,
    }
    other = await project_at(here, ada, slug="dusk")
    foreign = await production_with(here, ada, other, [sky], licence="CC-BY-NC-4.0")
    assert await here.run(lambda: grants_for([sky.id, seed.id], foreign)) == {}
    with pytest.raises(Conflict):
        await here.run(lambda: grant(bo, production, free, GrantScope.PRODUCTION, digest=_digest(production, free, bo)))

    # Who offers something to a challenge that may pay can say so there at once, for all that its project makes.
    skies = await challenge_of(here, ada, project, licence="CC-BY-NC-4.0", pays=Pays.PERHAPS)
    moon = await record_by(here, bo, "Moon", licence="CC-BY-NC-4.0")
    await here.run(lambda: submit_record(bo, moon, skies))
    (ahead,) = await here.run(grants_to_offer, bo, skies)
    assert (ahead.record.title, ahead.scope, ahead.scope_uri) == ("Moon", GrantScope.PROJECT, project.actor.uri)
    for name, sees in (("cy", False), ("bo", True)):
        async with here.sign_in(name) as browser:
            challenge = (await browser.get("/c/skies")).text
            assert (f'<input type="checkbox" name="work" value="{ahead.digest}">' in challenge) is sees, "not ticked"
            await browser.post("/c/skies/grants", data={"work": "zQm-of-other-words"})
            assert not await here.run(lambda: MonetizationGrant.exists(record_id=moon.id))
            await browser.post("/c/skies/grants", data={"work": ahead.digest})
            assert await here.run(lambda: MonetizationGrant.exists(record_id=moon.id)) is sees
    assert moon.id in await here.run(grants_for, [moon.id], production)
    assert await here.run(grants_to_offer, bo, skies) == []


async def _question(production: Production, record: Record, scope: GrantScope, author: Actor) -> GrantObject:
    return question(production, record, scope, author=author)


def _digest(production: Production, record: Record, author: Actor) -> str:
    return question(production, record, GrantScope.PRODUCTION, author=author).digest


async def test_an_author_elsewhere_allows_it_by_a_signed_activity_over_the_words_and_nobody_for_them(
    here: Instance, there: Instance, network: Network
) -> None:
    ada, cy = await here.join("ada"), await there.join("cy")
    project = await project_at(here, ada)
    song = await record_by(there, cy, "Song", licence="CC-BY-NC-4.0")
    known = await here.find_record(song.uri)
    production = await frozen(here, ada, await production_with(here, ada, project, [known], licence="CC-BY-NC-4.0"))
    assert await here.run(ask_for_grants, ada, production, [known.id]) == 1
    offer = (await here.run(lambda: Outgoing.get(type="Offer"))).document
    evil = Peer(network, "evil.test")
    mallory = evil.actor("mallory")

    async def granted() -> bool:
        await here.work()
        return await here.run(lambda: MonetizationGrant.exists())

    said = {"@context": offer["@context"], "published": "2026-11-23T12:00:00Z"}
    await evil.post(here, evil.activity("Accept", mallory, offer["object"], **said))
    assert not await granted()
    own = {**offer["object"], "attributedTo": mallory}
    await evil.post(here, evil.activity("Accept", mallory, own, **said))
    assert not await granted()
    assert len(await here.run(lambda: Received.filter(state="refused"))) == 2

    await there.work()
    told = await there.run(lambda: Notification.get(kind="grant_asked"))
    async with there.sign_in("cy") as browser:
        page = (await browser.get(told.url)).text
        assert "I cannot take this back" in page
        assert "Dawn, the film" in page
        assert (await browser.post(told.url)).status_code == 303
    await settle(here, there)
    kept = await here.run(lambda: MonetizationGrant.get())
    given = await there.run(lambda: MonetizationGrant.get())
    assert (kept.words, kept.digest, kept.scope_uri) == (given.words, given.digest, production.uri)
    assert kept.proof_uri == given.proof_uri
    assert await here.run(lambda: Evidence.exists(activity_uri=kept.proof_uri))
    assert await here.run(lambda: grants_for([known.id], production)) == {known.id: kept}
