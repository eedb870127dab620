"""New keys for everybody: others learn them, and whoever has the old ones speaks for nobody any more."""

from __future__ import annotations

import json
import shutil
from functools import partial
from typing import Any

import pytest

from fedirec.accounts.models import AuditEvent, Provider
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.keyring import Keyring, draft_of
from fedirec.activitypub.models import Actor, ActorKey, Follow
from fedirec.admin.actions.renewing import renew_keys
from fedirec.clock import now
from fedirec.errors import Misconfigured
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.following import start_following
from fedirec.remix.models import Challenge, Record, RemixRequest
from fedirec.remix.terms import Pays, Terms
from tests.network import Instance, Network, open_instance, settle
from tests.peer import PUBLIC, Peer
from tests.remix.test_comments import publish
from tests.remix.test_remix_requests import remix

OPERATOR = Operator("command line")
TERMS = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.NOTHING)


async def renew(here: Instance) -> int:
    return await here.run(renew_keys, OPERATOR, here.state["site"], here.settings.master_key_file)


async def document_of(instance: Instance, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await instance.get(path, accept="application/activity+json")).json()
    return found


async def test_others_believe_the_new_keys_and_no_longer_the_old(
    here: Instance, there: Instance, network: Network
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    draft = ChallengeDraft(title="Rain", slug="rain", text="Drip", terms=TERMS)
    await here.run(open_challenge, ana, here.state["keyring"], draft)
    rain = await there.find_challenge(f"{here.origin}/c/rain")
    await there.run(start_following, bo, await there.meet(ana))
    await there.run(start_following, bo, await there.run(lambda: Actor.get(id=rain.actor_id)))
    await settle(there, here)
    old_id, old_key = await here.run(here.state["keyring"].key_of, ana.id, "rsa")
    file = here.settings.master_key_file
    master = file.read_text()

    assert await renew(here) >= 4  # the instance, its owner, ana, her challenge

    assert file.read_text() != master
    assert not draft_of(file).exists()
    async with open_instance(network, "here.test", database=here.settings.database, folder=file.parent) as again:
        await settle(again, there)
        shown = await document_of(again, "/u/ana")
        assert shown["publicKey"]["id"] != old_id
        song = await publish(again, await again.run(lambda: Actor.get(id=ana.id)))
        await settle(again, there)
        assert await there.run(lambda: Record.filter(uri=song.uri).exists()), "the new key is believed"
        kept = await there.run(lambda: Challenge.get(id=rain.id))
        assert kept.title == "Rain"

        forged = {
            "id": f"{here.origin}/activities/forged",
            "type": "Delete",
            "actor": ana.uri,
            "object": song.uri,
            "to": [PUBLIC],
        }
        thief = Peer(network, "thief.test")
        answer = await thief.post(there, json.dumps(forged).encode(), actor=ana.uri, key=old_key, key_id=old_id)
        assert answer.status_code == 401
        await settle(there)
        assert await there.run(lambda: Record.filter(uri=song.uri).exists())
        assert await again.run(lambda: AuditEvent.filter(action="renew_keys").count()) == 1
        assert await again.run(lambda: Follow.filter(target_id=ana.id).count()) == 1


async def test_whoever_follows_or_agreed_to_something_knows_by_the_old_keys_that_the_new_ones_are_ours(
    here: Instance, there: Instance, elsewhere: Instance, network: Network
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    await there.run(start_following, bo, await there.meet(ana))
    made = await remix(elsewhere, cy, (await publish(here, ana)).uri)
    await settle(here, there, elsewhere)
    assert await renew(here)
    file = here.settings.master_key_file
    async with open_instance(network, "here.test", database=here.settings.database, folder=file.parent) as again:
        await settle(again, there, elsewhere)
        for other in (there, elsewhere):
            fresh = await other.run(partial(other.state["remote"].find_actor, ana.uri, fresh=True))
            assert await other.run(key_changed_at, fresh.id) is None
            keys = await other.run(lambda: ActorKey.filter(actor__uri=ana.uri).order_by("id"))
            assert all(key.is_vouched for key in {key.key_id: key for key in keys}.values())
        assert await elsewhere.run(lambda: RemixRequest.filter(remix_uri=made.uri, state="approved").exists())


async def test_what_was_sealed_opens_with_the_new_master_key(here: Instance) -> None:
    keyring, file = here.state["keyring"], here.settings.master_key_file
    label = "provider https://social.test"
    known: dict[str, Any] = {"client_id": "us", "redirect_uri": "r", "scope": "read", "checked_at": now()}
    doors = {f"{name}_endpoint": "https://social.test" for name in ("authorization", "token", "revocation")}
    sealed = keyring.seal(b"a secret", label=label)
    known |= {"origin": "https://social.test", "secret": sealed, **doors}
    await here.run(lambda: Provider.create(**known))
    await renew(here)
    provider = await here.run(lambda: Provider.get(origin="https://social.test"))
    assert Keyring.open(file).unseal(bytes(provider.secret), label=label) == b"a secret"
    with pytest.raises(Misconfigured):
        keyring.unseal(bytes(provider.secret), label=label)


async def test_renewing_that_was_cut_off_is_finished_or_begun_anew(here: Instance) -> None:
    file = here.settings.master_key_file
    shutil.copy(file, file.with_name("old"))
    await renew(here)
    new = file.read_text()
    # Killed between the database and the file.
    file.rename(draft_of(file))
    file.with_name("old").rename(file)
    await renew(here)
    assert file.read_text() == new
    # Killed before the database.
    draft_of(file).write_text("ab" * 32)
    await renew(here)
    assert file.read_text() not in (new, "ab" * 32)
    keyring = Keyring.open(file)
    assert await here.run(keyring.key_of, here.state["site"].actor_id, "rsa")


async def test_a_master_key_of_another_instance_renews_nothing(here: Instance) -> None:
    file = here.settings.master_key_file
    ours = file.read_text()
    file.write_text("ab" * 32)
    with pytest.raises(Misconfigured, match="does not fit"):
        await renew(here)
    file.write_text(ours)
    assert await here.run(Keyring.open(file).key_of, here.state["site"].actor_id, "rsa")
    assert not draft_of(file).exists()
