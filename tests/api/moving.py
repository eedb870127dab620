"""The part of the story in which somebody goes to live elsewhere, comes back, wants to leave for good, and stays."""

from __future__ import annotations

from datetime import datetime

from fedirec.accounts.actions.farewells import TIME_TO_THINK
from tests.api.programs import Program
from tests.founding import PASSWORD
from tests.network import Instance, settle


async def move_and_stay(here: Instance, there: Instance, olga: Program, ana: Program, ben: Program) -> None:
    """Ben lives as cleo for a while, and ana, who follows him, goes along; in the end he is here."""
    await _name_others(ben)
    await _follow_again(ana, ben)
    cleo = "@cleo@there.test"
    await ben.ask("move", address=cleo, present=PASSWORD, status=409)
    async with there.sign_in("cleo") as browser:
        named = await browser.post("/settings/moving/aliases", data={"alias": "@ben@here.test"})
        assert named.status_code == 303, named.text
    await ben.ask("move", address=cleo, present="wrong", status=403)
    assert (await ben.get("move", address=cleo, present=PASSWORD))["person"]["handle"] == cleo
    await settle(here, there)
    assert cleo in [each["person"]["handle"] for each in (await ana.get("list_followed"))["items"]]
    told = (await ana.get("list_notifications", query={"unread": True}))["items"]
    assert "moved" in {each["kind"] for each in told}
    await ben.ask("publish_record", title="Fog", text="x", licence="CC-BY-4.0", status=403)
    await ben.ask("come_back")
    await ben.ask("come_back", status=404)
    await ben.ask("move", address=cleo, present=PASSWORD, status=409)
    await _think_again(olga, ben)


async def _name_others(ben: Program) -> None:
    named = await ben.get("add_alias", address="https://there.test/u/cleo")
    assert [each["uri"] for each in named["items"]] == ["https://there.test/u/cleo"]
    await ben.ask("add_alias", address="@ben@here.test", status=400)
    assert await ben.get("list_aliases") == named
    cleos = named["items"][0]["person"]["id"]
    await ben.ask("remove_alias", cleos)
    await ben.ask("remove_alias", cleos, status=404)
    assert (await ben.get("list_aliases"))["items"] == []


async def _follow_again(ana: Program, ben: Program) -> None:
    await ana.get("follow", person=(await ben.get("show_me"))["person"]["id"])
    [asked] = (await ben.get("list_follow_requests"))["items"]
    await ben.ask("accept_follow_request", asked["id"])


async def _think_again(olga: Program, ben: Program) -> None:
    await ben.ask("show_farewell", status=404)
    await ben.ask("leave", present="wrong", status=403)
    await olga.ask("leave", present=PASSWORD, status=409)
    planned = await ben.get("leave", present=PASSWORD, keeps_name=True)
    times = [datetime.fromisoformat(planned[name]) for name in ("asked_at", "due_at")]
    assert (times[1] - times[0], planned["keeps_name"]) == (TIME_TO_THINK, True)
    assert await ben.get("show_farewell") == planned
    await ben.ask("stay")
    await ben.ask("stay", status=404)
    await ben.ask("show_farewell", status=404)
