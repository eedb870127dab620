"""Moving: who one is elsewhere, going there, and what stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.accounts.actions.boundaries import mute
from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Follow
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.records import publish_record
from tests.api.programs import token_for
from tests.conftest import Pass
from tests.founding import PASSWORD
from tests.network import Instance, settle


async def test_somebody_moves_and_those_who_follow_go_along(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> None:
    ana, bo, cy, di = await here.join("ana"), await elsewhere.join("bo"), await here.join("cy"), await here.join("di")
    await there.join("ana")
    await elsewhere.run(start_following, bo, await elsewhere.meet(ana))
    for follower in (cy, di):
        await here.run(start_following, follower, ana)
    await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC-BY-4.0"))
    await settle(here, elsewhere)
    to = {"who": "@ana@there.test", "present": PASSWORD}
    async with here.sign_in("ana") as old, there.sign_in("ana") as new:
        refused = await old.post("/settings/moving", data=to)
        assert refused.status_code == 422
        assert "has to say first" in refused.text
        named = await new.post("/settings/moving/aliases", data={"alias": "@ana@here.test"})
        assert named.status_code == 303, named.text
        assert "@ana@here.test" in (await new.get("/settings/moving")).text.replace("<wbr>", "")
        assert (await old.post("/settings/moving", data={**to, "present": "wrong"})).status_code == 422
        await here.run(lambda: _mute(di, "there.test"))
        assert (await old.post("/settings/moving", data=to)).status_code == 303
        await settle(here, there, elsewhere)

        # Who follows elsewhere and here goes along and is told; who keeps away from the new one is only told.
        for instance, expected in ((elsewhere, ["bo"]), (here, ["cy"])):
            assert sorted(await instance.run(lambda: _followers_of("https://there.test/u/ana"))) == expected
        told = await here.run(
            lambda: Notification.filter(kind="moved").values_list("account__actor__handle", flat=True)
        )
        assert sorted(map(str, told)) == ["cy", "di"]
        assert "lives here now" in (await here.get("/u/ana")).text
        # Posting is closed, looking after the account is not, and what was made stays.
        assert (await old.get("/settings")).status_code == 200
        assert (await old.get("/records/new")).status_code == 403
        assert "Song" in (await here.get("/u/ana")).text
        assert (await old.post("/settings/moving/back", data={"do": "back"})).status_code == 303
        assert (await old.get("/records/new")).status_code == 200
        again = await old.post("/settings/moving", data=to)
        assert again.status_code == 422
        assert "less than a week ago" in again.text
        time_passes(timedelta(days=8))
        assert (await old.post("/settings/moving", data=to)).status_code == 303


async def _followers_of(uri: str) -> list[str]:
    found = Follow.filter(target__uri=uri, follower__is_local=True, accepted_at__not_isnull=True)
    return [str(name) for name in await found.values_list("follower__handle", flat=True)]


async def _mute(owner: Actor, host: str) -> None:
    await mute(owner, await Actor.get(handle="ana", host=host))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_programs_name_other_accounts_and_take_that_back(here: Instance, there: Instance) -> None:
    await here.join("ana")
    await there.join("bo")
    token = {"authorization": f"Bearer {await token_for(here, 'ana')}", "accept": "application/json"}
    async with here.client() as client:
        for nonsense in ("nobody", "@ana@here.test"):
            answer = await client.post("/api/me/aliases", json={"address": nonsense}, headers=token)
            assert answer.status_code in (400, 422), answer.text
        made = await client.post("/api/me/aliases", json={"address": "@bo@there.test"}, headers=token)
        assert made.status_code == 201, made.text
        [alias] = made.json()["items"]
        assert alias["uri"] == "https://there.test/u/bo"
        gone = await client.delete(f"/api/me/aliases/{alias['person']['id']}", headers=token)
        assert gone.status_code == 204
        assert (await client.delete("/api/me/move", headers=token)).status_code == 404
