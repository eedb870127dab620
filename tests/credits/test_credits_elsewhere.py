"""People on other instances confirm credits by a signed activity; nobody else does it for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.accounts.permissions import Role
from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.models import Actor, Evidence, Outgoing, Received
from fedirec.credits.actions.crediting.answering import correct_credit
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals.objecting import answer_objection
from fedirec.credits.actions.proposals.stances import agree_to_departure, ask_to_agree
from fedirec.credits.decisions import Rule
from fedirec.credits.models import Objection, Pool, ProductionCredit, ProposalAppeal
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.credits import own_credits
from fedirec.credits.queries.pools import home_of
from fedirec.errors import Conflict
from fedirec.payouts.actions.payees.joining import join_those_who_moved
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.models import Production, RoleLine
from fedirec.remix.actions.drafts import PartDraft
from tests.accounts.test_guests import come_in
from tests.conftest import Pass
from tests.credits.listing import frozen, lines_of, offered
from tests.credits.moving import moves
from tests.credits.proposing import Earning
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.projects.producing import production_with, project_at, record_by
from tests.provider import Provider, providing

pytestmark = pytest.mark.anyio


async def refused(at: Instance) -> list[str]:
    return [str(row.reason) for row in await at.run(lambda: Received.filter(state="refused").order_by("id"))]


async def test_who_is_named_elsewhere_is_asked_at_home_and_answers_from_there(here: Instance, there: Instance) -> None:
    ada, cy = await here.join("ada"), await there.join("cy")
    project = await project_at(here, ada)
    draft = await production_with(here, ada, project, [await record_by(here, ada, "Sky")])
    known = await here.meet(cy.uri)
    await here.run(lambda: add_role(ada, draft, role="fmd", person=known))
    production = await frozen(here, ada, draft)
    await settle(here, there)

    told = await there.run(lambda: Notification.filter(account__actor_id=cy.id, kind="credit_offered"))
    assert [each.url for each in told] == ["/credits"]
    waiting = (await there.run(lambda: own_credits(cy, waiting=True, limit=9)))[0]
    assert waiting.uri == f"{production.uri}/credits/{(await lines_of(here, production))['cy', 'fmd', 0].key}"

    async def answer(**said: str) -> str:
        async with there.sign_in("cy") as browser:
            page = await browser.get("/credits")
            assert "Dawn, the film" in page.text
            answered = await browser.post(f"/credits/{waiting.id}", data=said)
        await settle(here, there)
        assert answered.status_code in (303, 200, 422)
        return (await lines_of(here, production)).get(("cy", "fmd", 0), waiting).state

    assert (await lines_of(here, production))["cy", "fmd", 0].state == "proposed", "named, unconfirmed until then"
    assert await answer(do="confirm") == "confirmed"
    line = (await lines_of(here, production))["cy", "fmd", 0]
    role = await here.run(lambda: RoleLine.get(production_id=production.id))
    said = await there.run(lambda: Outgoing.get(type="Accept"))
    assert (role.state, line.proof_uri) == ("confirmed", said.uri)
    assert await here.run(lambda: Evidence.exists(activity_uri=line.proof_uri))

    # Whoever reads the whole list can see that it is whole.
    address, accept = f"{production.uri.removeprefix(here.origin)}/credits", "application/activity+json"
    whole = (await here.get(address, accept=accept)).json()
    page = (await here.get(whole["first"].removeprefix(here.origin), accept=accept)).json()
    assert "next" not in page
    assert digest_json(page["orderedItems"]) == whole["digestMultibase"]
    assert digest_json(page["orderedItems"][1:]) != whole["digestMultibase"]

    assert await answer(do="contest", reason="I edited it.") == "contested"
    fresh = (await lines_of(here, production))["cy", "fmd", 0]
    assert fresh.reason == "I edited it."
    await here.run(lambda: correct_credit(ada, fresh, role="flm", reason="They are right."))
    await settle(here, there)
    corrected = (await lines_of(here, production))["cy", "flm", 0]
    assert corrected.state == "corrected"
    asked = await there.run(lambda: ProductionCredit.get(id=waiting.id))
    assert (asked.state, asked.role.rpartition("/")[2]) == ("proposed", "flm"), "they are asked about what it says now"
    async with there.sign_in("cy") as browser:
        await browser.post(f"/credits/{waiting.id}", data={"do": "unname"})
    await settle(here, there)
    found = await here.run(lambda: ProductionCredit.get(id=line.id))
    assert (found.state, found.name) == ("pseudonymised", "")
    shown = (await here.get(f"{production.uri.removeprefix(here.origin)}/credits")).text
    document = (
        await here.get(
            f"{production.uri.removeprefix(here.origin)}/credits?after=0", accept="application/activity+json"
        )
    ).text
    assert "not named, as they wish" in shown
    assert cy.uri not in document
    assert ">cy<" not in shown


@pytest.mark.one_database
async def test_nobody_answers_for_another_nor_to_what_a_credit_does_not_say(
    here: Instance, network: Network, time_passes: Pass
) -> None:
    evil, good = Peer(network, "evil.test"), Peer(network, "good.test")
    mallory, bo, kim = evil.actor("mallory"), good.actor("bo"), good.actor("kim")
    ada = await here.join("ada")
    project = await project_at(here, ada)
    draft = await production_with(here, ada, project, [await record_by(here, ada, "Sky")])
    for uri in (bo, mallory, kim):
        person = await here.meet(uri)
        await here.run(lambda person=person: add_role(ada, draft, role="edt", person=person))  # type: ignore[misc]
    production = await frozen(here, ada, draft)
    offers = await here.run(lambda: Outgoing.filter(type="Offer").order_by("id"))
    asked = {offer.document["to"][0]: offer.document["object"] for offer in offers}
    context = offers[0].document["@context"]

    async def state() -> str:
        await here.work()
        return (await lines_of(here, production))["Bo", "edt", 0].state

    def says(
        peer: Peer, kind: str, actor: str, line: object, at: str = "2026-11-23T12:00:00Z", **more: object
    ) -> object:
        return peer.activity(kind, actor, line, **{"@context": context, "published": at, **more})

    # Another one confirms for them; then with a digest of their own line, or of what it never said.
    await evil.post(here, says(evil, "Accept", mallory, asked[bo]))
    assert await state() == "proposed"
    await good.post(here, says(good, "Accept", bo, asked[bo] | {"digestMultibase": asked[mallory]["digestMultibase"]}))
    assert await state() == "proposed"
    forged = asked[bo] | {"roleName": "http://id.loc.gov/vocabulary/relators/fmd"}
    await good.post(here, says(good, "Accept", bo, forged))
    assert await state() == "proposed"
    # Nor from a day that has not come: nothing said until then would count any more.
    await good.post(here, says(good, "Accept", bo, asked[bo], at="2999-01-01T00:00:00Z"))
    assert await state() == "proposed"
    assert len(await refused(here)) == 4

    first = says(good, "Accept", bo, asked[bo])
    await good.post(here, first)
    assert await state() == "confirmed"
    await good.post(here, says(good, "Reject", bo, asked[bo], at="2026-11-23T12:05:00Z", content="It was Cy."))
    assert await state() == "contested"
    # What they once said is said again in their name, under another id.
    await good.post(here, says(good, "Accept", bo, asked[bo]))
    assert await state() == "contested"
    await evil.post(here, says(evil, "Reject", mallory, asked[mallory]))
    await here.work()
    said = (await here.get(f"{production.uri.removeprefix(here.origin)}/credits")).text
    assert "contested" in said
    assert "Mallory" not in said, "they say that it was not them"

    # Who moves answers as the same person from where they live now: after the hold, and from one account alone.
    moved = await moves(here, good, bo)
    later = "2026-11-23T13:00:00Z"
    for actor in (moved, bo):
        await good.post(here, says(good, "Accept", actor, asked[bo], at=later))
        assert await state() == "contested", "until the hold is over nobody is somebody else"
    time_passes(timedelta(days=8))
    await here.run(join_those_who_moved, here.state["vault"], here.state["post"])
    await good.post(here, says(good, "Accept", bo, asked[bo], at=later))
    assert await state() == "contested", "who has moved says nothing from where they were"
    await good.post(here, says(good, "Accept", moved, asked[bo], at=later))
    assert await state() == "confirmed"
    said = (await here.get(f"{production.uri.removeprefix(here.origin)}/credits")).text
    assert re.search(r">Bo</a>.*now at good.test", said), "they stay credited, and it says where they are"

    # Who leaves their server, and does not leave their name, is credited without it.
    await good.post(here, says(good, "Accept", kim, asked[kim]))
    good.serve(kim, {}, status=410)
    await good.post(here, says(good, "Delete", kim, kim, withoutName=True))
    await here.work()
    left = await here.run(lambda: ProductionCredit.get(actor__uri=kim))
    assert (left.name, left.state) == ("", "pseudonymised")
    path, accept = f"{production.uri.removeprefix(here.origin)}/credits?after=0", "application/activity+json"
    assert kim not in (await here.get(path, accept=accept)).text

    # Who has the domain of somebody now answers with a key that no key of theirs vouches for: nobody hears them.
    evil.actor("mallory", key=OTHER_RSA)
    known = len(await refused(here))
    await evil.post(here, says(evil, "Accept", mallory, asked[mallory], at=later))
    await here.work()
    assert (await lines_of(here, production))["Mallory", "edt", 0].state == "declined"
    assert "no key that we knew before" in " ".join((await refused(here))[known:])


@pytest.mark.one_database
async def test_a_credit_that_its_project_does_not_tell_itself_is_shown_to_nobody(
    here: Instance, there: Instance, network: Network
) -> None:
    ada, cy = await here.join("ada"), await there.join("cy")
    project = await project_at(here, ada)
    draft = await production_with(here, ada, project, [await record_by(here, ada, "Sky")])
    known = await here.meet(cy.uri)
    await here.run(lambda: add_role(ada, draft, role="fmd", person=known))
    await here.run(lambda: Outgoing.filter(type="Offer").delete())
    network.down.add("there.test")
    await frozen(here, ada, draft)
    offer = (await here.run(lambda: Outgoing.get(type="Offer"))).document
    evil = Peer(network, "evil.test")
    mallory = evil.actor("film", type="Group")
    network.down.clear()
    await evil.post(there, {**offer, "id": f"{evil.origin}/activities/1", "actor": mallory})
    own = {**offer["object"], "id": f"{evil.origin}/credits/1", "isPartOf": f"{evil.origin}/productions/1"}
    await evil.post(there, {**offer, "id": f"{evil.origin}/activities/2", "actor": mallory, "object": own})
    await there.work()
    assert await there.run(lambda: own_credits(cy, limit=9)) == []
    assert len(await refused(there)) == 2


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    with providing("https://home.test") as provider:
        yield provider


@pytest.mark.one_database
async def test_who_signs_in_with_their_own_server_says_all_that_members_say_on_the_same_pages(
    here: Instance, network: Network, running_provider: Provider
) -> None:
    running_provider.tell(reset=True)
    running_provider.join(network)
    ada = await here.join("ada")
    project = await project_at(here, ada)
    async with here.client() as browser:
        await come_in(browser, running_provider)
        guest = await here.run(lambda: Actor.get(host="home.test", handle="ana"))
        sky = await record_by(here, ada, "Sky", parts=[PartDraft(actor=guest, role="clr")])
        production = await frozen(here, ada, await production_with(here, ada, project, [sky]))
        line = next(each for key, each in (await lines_of(here, production)).items() if key[1] == "clr")
        assert line.state == "proposed"
        page = f"{production.uri.removeprefix(here.origin)}/credits/{line.key}"
        assert "Yes, I did that" in (await browser.get(page)).text
        assert "waits for your word" in (await browser.get("/credits")).text
        said = await browser.post(page, data={"do": "confirm"}, follow_redirects=True)
        assert 'href="/money/code"' in said.text
        await here.run(offered, here.state["keyring"], ada, sky, production.created_at, 20_000)
        await _shares_as_guest(here, browser, guest, ada, production)
    assert (await here.run(lambda: ProductionCredit.get(id=line.id))).state == "confirmed"
    async with here.client() as stranger:
        assert "Yes, I did that" not in (await stranger.get(page)).text
        assert (await stranger.post(page, data={"do": "decline"})).status_code in (401, 303)
    assert (await here.run(lambda: ProductionCredit.get(id=line.id))).state == "confirmed"


async def _shares_as_guest(
    here: Instance, browser: httpx.AsyncClient, guest: Actor, ada: Actor, production: Production
) -> None:
    """The guest agrees to less than they were promised, objects, accepts, gives back, takes again and appeals by
    pressing what they see on the page.
    """
    tom = await here.join("tom", role=Role.TREASURER)
    home = await here.run(home_of, production.project.actor)
    draft = PoolDraft(kind=Kind.PROFIT_SPLIT, title="Sales", currency="EUR", rule=Rule.HOST, host_share_ppm=0)
    pool = await here.run(lambda: open_pool(ada, home, draft))
    pool = await here.run(lambda: Pool.filter(id=pool.id).select_related("group").get())
    film = Earning(at=here, ana=ada, bo=ada, cy=guest, tom=tom, production=production, pool=pool)
    await film.earn(10_000)
    proposal = await film.propose({"ada": 60, "ana": 40})
    page = f"/pay/{proposal.key}"
    assert await here.run(lambda: ask_to_agree(ada, proposal)) == 2
    asked = (await browser.get(page, follow_redirects=True)).text
    assert "You were promised something else" in asked
    (digest,) = re.findall(r'name="digest" value="([^"]+)"', asked)
    await here.run(lambda: agree_to_departure(ada, proposal, digest))
    with pytest.raises(Conflict):
        await film.publish(proposal)
    assert (await browser.post(f"{page}/agree", data={"digest": digest})).status_code == 303
    first = await film.publish(proposal)
    shown = (await browser.get(page)).text
    for button in ("I accept this revision", "Object to this revision", "Give my share back"):
        assert button in shown
    assert "Whoever proposed it is listed in it." in shown

    async def says(path: str, **said: str) -> None:
        answer = await browser.post(f"{page}/{path}", data=said)
        assert (answer.status_code, answer.headers.get("location", "").partition("#")[0]) == (303, page), answer.text

    wish = {"kind": "too_little", "words": "I filmed all of it.", "remedy": "Half.", "wanted": "50"}
    await says("objections", digest=first.digest, **wish)
    heard = await here.run(lambda: Objection.get(proposal_id=proposal.id).select_related("author"))
    assert (heard.author_id, heard.wanted_ppm, heard.has_part) == (guest.id, 500_000, True)
    await here.run(lambda: answer_objection(ada, heard, resolution="rejected", words="We counted."))
    await says("stance", do="accept", digest=first.digest)
    shown = (await browser.get(page)).text
    assert "you accepted this revision" in shown
    assert "who is listed here too" in shown, "of whoever answered them"
    for deed, share in (("give_back", 0), ("take_back", 400_000)):
        await says("stance", do=deed, digest=(await film.newest(proposal)).digest)
        assert (await film.shares(await film.newest(proposal)))["ana"][0] == share
    await says(f"objections/{heard.key}", do="appeal", said="Please look.")
    appeal = await here.run(lambda: ProposalAppeal.get(objection_id=heard.id))
    assert (appeal.state, appeal.held) == ("open", 1_000), "10 % of 100.00"
