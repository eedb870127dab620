"""Whoever has a lapsed domain tries what needs neither a key that we knew nor one that looks new.

Beside `test_lapsed_domain`: keys of a kind that nobody there had before, actors that we never met, what was refused and
is heard again, and what must still work for those whose domain it is once more.
"""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import Any, Final

import pytest

from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.contexts import CHALLENGE_CONTEXT
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, ActorKey, Follow, Received
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import ClaimNote, Flag, Ref
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.models import Challenge, QuoteStamp, Record, Submission
from fedirec.remix.terms import Terms
from tests.attacks.lapsed import KIM, REFUSED, THIEF, THIEF_RSA, before_it_lapsed, multikey
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT, OTHER_RSA, PUBLIC, RSA, Peer
from tests.remix.test_comments import on_sqlite, publish

pytestmark = on_sqlite

DAY: Final = timedelta(days=1)


class Plain:
    """Lou, of a server that signs with RSA alone, whom ana follows, and a record of theirs; then the domain lapses."""

    def __init__(self, here: Instance, network: Network) -> None:
        self.here, self.peer = here, Peer(network, "plain.test")
        self.uri = self.peer.actor("lou")
        self.key_id = f"{self.uri}#new"

    async def meet(self) -> str:
        """The address of what Lou made."""
        self.peer.serve(f"{self.peer.origin}/inbox", {}, status=202)
        ana, lou = await self.here.join("ana"), await self.here.meet(self.uri)
        await self.here.run(follow, ana, lou)
        asked = await self.here.run(lambda: Follow.get(target_id=lou.id))
        await self.peer.post(self.here, self.peer.activity("Accept", self.uri, asked.uri))
        await self.peer.post(self.here, self.peer.activity("Create", self.uri, self.work()))
        await settle(self.here)
        return str(self.work()["id"])

    def work(self, **changes: Any) -> dict[str, Any]:
        return {**self.peer.note(self.uri, "roof"), "kind": "record", "name": "Roof", **changes}

    def take_over(self) -> None:
        """The old key is listed still, and beside it one of a kind that Lou had none of."""
        document = json.loads(self.peer.network.answers[self.uri].content)
        self.peer.serve(self.uri, document | {"assertionMethod": [multikey(self.uri, "new", THIEF)]})

    async def say(self, type: str, object: Any, **more: Any) -> None:
        activity = self.peer.activity(type, self.uri, object, **more)
        answer = await self.peer.post(self.here, activity, key=THIEF, key_id=self.key_id, kind="rfc9421")
        assert answer.status_code == 202
        await settle(self.here)

    async def title(self) -> str:
        return str((await self.here.run(lambda: Record.get(author__uri=self.uri))).title)


@pytest.mark.parametrize("by_name", [False, True], ids=["as it is sent", "as it is served"])
@pytest.mark.parametrize("type", ["Update", "Create"])
async def test_a_key_of_another_kind_writes_no_other_version_of_what_is_known(
    here: Instance, network: Network, type: str, by_name: bool
) -> None:
    lou = Plain(here, network)
    uri = await lou.meet()
    lou.take_over()
    forged = lou.work(name="Buy watches", updated=f"{now():%Y-%m-%dT%H:%M:%SZ}")
    lou.peer.serve(uri, {"@context": CONTEXT, **forged})

    await lou.say(type, uri if by_name else forged)

    assert await lou.title() == "Roof"
    assert await here.run(lambda: key_changed_at(1)) is None


async def test_a_key_of_another_kind_brings_back_nothing_that_was_deleted(here: Instance, network: Network) -> None:
    lou = Plain(here, network)
    uri = await lou.meet()
    delete = lou.peer.activity("Delete", lou.uri, uri)
    await lou.peer.post(here, delete)
    await settle(here)
    lou.take_over()
    lou.peer.serve(uri, {"@context": CONTEXT, **lou.work(name="Buy watches", updated="2026-11-22T00:00:00Z")})

    await lou.say("Undo", {name: value for name, value in delete.items() if name != "@context"})

    assert (await here.run(lambda: Record.get(uri=uri))).deleted_at is not None


async def test_a_server_that_learned_another_way_to_sign_goes_on_as_before(here: Instance, network: Network) -> None:
    """GoToSocial and Fedify add an Ed25519 key beside the RSA one, and sign their requests with that as ever."""
    lou = Plain(here, network)
    uri = await lou.meet()
    document = json.loads(network.answers[lou.uri].content)
    lou.peer.serve(lou.uri, document | {"assertionMethod": [multikey(lou.uri, "new", KIM)]})
    await here.run(lambda: here.state["remote"].find_actor(lou.uri, fresh=True))
    update = lou.peer.activity("Update", lou.uri, lou.work(name="Loft", updated="2026-11-22T00:00:00Z"))
    proved = add_proof(update, key=KIM, verification_method=lou.key_id, created=now())

    assert (await lou.peer.post(here, proved)).status_code == 202
    await settle(here)

    assert await lou.title() == "Loft"
    assert (await here.run(lambda: Record.get(uri=uri))).revision == 2


async def test_what_was_refused_is_not_believed_once_whose_domain_it_is_have_it_again(
    here: Instance, network: Network
) -> None:
    lapsed = await before_it_lapsed(here, network)
    described = json.loads(network.answers[lapsed.kim.uri].content)
    before = await lapsed.kept()
    lapsed.take_over()
    note = lapsed.peer.note(lapsed.kim.uri, "roof", content="<p>Buy watches</p>", updated="2026-11-22T00:00:00Z")
    await lapsed.say("Update", {**note, "kind": "record", "name": "Watches"}, to=[PUBLIC])
    assert REFUSED in await lapsed.reason()

    lapsed.peer.serve(lapsed.kim.uri, described)
    update = lapsed.peer.activity("Update", lapsed.kim.uri, described)
    await lapsed.peer.post(here, update, key=RSA)
    await settle(here)
    await settle(here)

    assert await here.run(lambda: Received.filter(state="waiting").count()) == 0
    assert await lapsed.kept() == before


async def test_an_instance_that_we_never_met_decides_no_claim_there(here: Instance, network: Network) -> None:
    lapsed = await before_it_lapsed(here, network)
    before = await lapsed.kept()
    lapsed.take_over()
    uri = lapsed.peer.actor("office", type="Application", key=THIEF_RSA)
    flag = Flag(
        id=lapsed.flag,
        actor=lapsed.ana.uri,
        object=Ref(lapsed.kim.uri),
        claim=ClaimNote(kind="missing_source", record=lapsed.roof.uri),
    )

    await lapsed.peer.post(here, lapsed.peer.activity("Accept", uri, flag.write(), to=[lapsed.ana.uri]))
    await settle(here)

    assert await lapsed.kept() == before


async def test_old_keys_under_each_other_s_names_go_on_vouching(here: Instance, network: Network) -> None:
    """Whoever has the domain for a while cannot keep out whose it is again by listing one of their keys twice."""
    lapsed = await before_it_lapsed(here, network)
    described = json.loads(network.answers[lapsed.kim.uri].content)
    key = multikey(lapsed.kim.uri, "ed25519", KIM)
    lapsed.peer.serve(
        lapsed.kim.uri,
        {**described, "publicKey": [], "assertionMethod": [key, {**key, "id": f"{key['controller']}#main-key"}]},
    )
    await here.run(lambda: here.state["remote"].find_actor(lapsed.kim.uri, fresh=True))

    lapsed.peer.serve(lapsed.kim.uri, described)
    kim = await here.run(lambda: here.state["remote"].find_actor(lapsed.kim.uri, fresh=True))

    assert await here.run(key_changed_at, kim.id) is None
    await lapsed.peer.post(here, lapsed.peer.activity("Accept", lapsed.kim.uri, lapsed.pen.uri), key=RSA)
    await settle(here)
    assert (await lapsed.kept())["pens"][0][1] != "offered"


async def test_whoever_changed_the_keys_again_and_again_keeps_nobody_out(
    here: Instance, network: Network, time_passes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedirec.activitypub.actors.keys.MAX_HISTORY", 12)
    lapsed = await before_it_lapsed(here, network)
    described = json.loads(network.answers[lapsed.kim.uri].content)

    async def look() -> Actor:
        return await here.run(lambda: here.state["remote"].find_actor(lapsed.kim.uri, fresh=True))

    for number in range(20):
        lapsed.peer.serve(
            lapsed.kim.uri, {**described, "assertionMethod": [multikey(lapsed.kim.uri, f"k{number}", KIM)]}
        )
        try:
            kim = await look()
        except FedirecError:
            break
    else:
        pytest.fail("they were changed twenty times")

    lapsed.peer.serve(lapsed.kim.uri, described)
    time_passes(2 * DAY)
    kim = await look()
    assert await here.run(key_changed_at, kim.id) is None


async def test_somebody_does_not_become_a_challenge_that_promises_things(here: Instance, network: Network) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.take_over()
    prompt = {**lapsed.peer.note(lapsed.kim.uri, "prompt"), "kind": "prompt", "challenge": lapsed.kim.uri}
    lapsed.peer.serve(prompt["id"], {"@context": [*CONTEXT, *CHALLENGE_CONTEXT], **prompt})
    terms = Terms(version=1, licence="CC-BY-4.0")
    lapsed.describe("kim", type="Group", kind="challenge", prompt=prompt["id"])
    assert terms.digest

    await lapsed.say("Create", prompt, to=[PUBLIC])
    with pytest.raises(FedirecError):
        await here.find_challenge(lapsed.kim.uri)

    assert await here.run(lambda: Challenge.all().count()) == 0


@pytest.mark.parametrize("by_name", [False, True], ids=["as it is sent", "by its address"])
async def test_nothing_is_offered_to_a_challenge_in_somebody_s_name(
    here: Instance, network: Network, by_name: bool
) -> None:
    lapsed = await before_it_lapsed(here, network)
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, lapsed.ana, here.state["keyring"], draft)
    group = (await here.run(lambda: Actor.get(id=challenge.actor_id))).uri
    lapsed.take_over()
    note = {
        **lapsed.peer.note(lapsed.kim.uri, "song", to=[PUBLIC], cc=[group]),
        "kind": "record",
        "name": "Song",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    lapsed.peer.serve(note["id"], {"@context": CONTEXT, **note})

    await lapsed.say("Create", note["id"] if by_name else note, to=[PUBLIC], cc=[group])

    assert await here.run(lambda: Submission.all().count()) == 0
    assert REFUSED in await lapsed.reason()


async def test_nobody_asks_to_quote_in_somebody_s_name(here: Instance, network: Network) -> None:
    lapsed = await before_it_lapsed(here, network)
    ours = await publish(here, lapsed.ana, "Ours", quoting="asked")
    lapsed.take_over()

    await lapsed.say("QuoteRequest", ours.uri, instrument=f"{lapsed.peer.origin}/notes/q")

    assert await here.run(lambda: QuoteStamp.all().count()) == 0
    assert REFUSED in await lapsed.reason()


async def test_mastodon_changes_its_keys_and_what_it_said_meanwhile_counts(here: Instance, network: Network) -> None:
    """`tootctl accounts rotate`: the document has the new key at once, the Update signed by the old one comes later."""
    lou = Plain(here, network)
    await lou.meet()
    document = json.loads(network.answers[lou.uri].content)
    rotated = {**document, "publicKey": {**document["publicKey"], "publicKeyPem": OTHER_RSA.public.pem}}
    lou.peer.serve(lou.uri, rotated)
    changed = lou.peer.activity("Update", lou.uri, lou.work(name="Loft", updated="2026-11-22T00:00:00Z"))
    await lou.peer.post(here, changed, key=OTHER_RSA)
    await settle(here)
    assert await lou.title() == "Roof"

    await lou.peer.post(here, lou.peer.activity("Update", lou.uri, rotated), key=RSA)
    await settle(here)

    assert await lou.title() == "Loft"


@pytest.mark.parametrize("knows_kind", [True, False], ids=["a key of another kind", "other keys"])
async def test_nobody_grants_a_licence_for_what_somebody_else_posted(
    here: Instance, network: Network, knows_kind: bool
) -> None:
    """The agreed words, in an answer to a post of theirs, grant a licence for good."""
    lou = Plain(here, network)
    await lou.meet()
    post = lou.peer.note(lou.uri, "song", content="<p>A song</p>")
    await lou.peer.post(here, lou.peer.activity("Create", lou.uri, post))
    await settle(here)
    lou.take_over()
    if not knows_kind:
        document = json.loads(network.answers[lou.uri].content)
        lou.peer.serve(lou.uri, document | {"publicKey": []})
    words = lou.peer.note(lou.uri, "words", content="<p>I release this under CC BY 4.0.</p>", inReplyTo=post["id"])

    await lou.say("Create", words)

    assert (await here.run(lambda: Record.get(uri=post["id"]))).licence == "LicenseRef-unknown"


async def test_nobody_whom_we_know_becomes_a_challenge_with_the_keys_that_we_know(
    here: Instance, network: Network
) -> None:
    lou = Plain(here, network)
    await lou.meet()
    lou.take_over()
    document = json.loads(network.answers[lou.uri].content)
    prompt = {**lou.peer.note(lou.uri, "prompt"), "kind": "prompt", "challenge": lou.uri}
    lou.peer.serve(prompt["id"], {"@context": CONTEXT, **prompt})
    lou.peer.serve(lou.uri, document | {"type": "Group", "kind": "challenge", "prompt": prompt["id"]})

    await lou.say("Create", prompt)
    with pytest.raises(FedirecError):
        await here.find_challenge(lou.uri)

    assert await here.run(lambda: Challenge.all().count()) == 0
    assert (await here.run(lambda: Actor.get(uri=lou.uri))).type == "Person"


async def test_keys_that_come_and_go_without_end_leave_only_so_many_rows(
    here: Instance, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedirec.activitypub.actors.keys.MAX_HISTORY", 12)
    lou = Plain(here, network)
    await lou.meet()
    document = json.loads(network.answers[lou.uri].content)
    for number in range(30):
        lou.peer.serve(lou.uri, document | ({"publicKey": []} if number % 2 == 0 else {}))
        with contextlib.suppress(FedirecError):
            await here.run(lambda: here.state["remote"].find_actor(lou.uri, fresh=True))

    assert await here.run(lambda: ActorKey.filter(actor__uri=lou.uri).count()) <= 12


async def test_many_keys_in_one_document_keep_nobody_out_either(
    here: Instance, network: Network, time_passes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedirec.activitypub.actors.keys.MAX_HISTORY", 12)
    lou = Plain(here, network)
    await lou.meet()
    document = json.loads(network.answers[lou.uri].content)
    for keys in ([multikey(lou.uri, f"k{number}", KIM) for number in range(9)], []):
        lou.peer.serve(lou.uri, document | {"assertionMethod": keys})
        time_passes(2 * DAY)
        await here.run(lambda: here.state["remote"].find_actor(lou.uri, fresh=True))

    last = await here.run(lambda: ActorKey.filter(actor__uri=lou.uri).order_by("-id").first())
    assert last is not None
    assert last.fingerprint == ""
