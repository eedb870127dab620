"""The part of the story in which people, works and instances find each other."""

from __future__ import annotations

from typing import Any

from fedirec.remix.models import Submission
from tests.api.programs import Program
from tests.network import Instance, settle

OPEN = {"licence": "CC-BY-4.0"}


async def find_each_other(
    here: Instance, there: Instance, olga: Program, ana: Program, ben: Program, nobody: Program
) -> None:
    """Ana looks for somebody and asks for works; Olga picks something, and follows another instance."""
    lake = await ana.get("open_challenge", title="A lake", slug="lake", text="Hum.", terms=OPEN)
    await _look_for_somebody(ana, ben, lake)
    await _ask_for_works(here, ana, ben, lake)

    why = "Nobody has heard this lake yet."
    await ana.ask("add_pick", about=lake["uri"], words=why, status=403)
    [picked] = (await olga.get("add_pick", about=lake["uri"], words=why))["items"]
    assert (picked["what"], picked["title"], picked["words"]) == ("challenge", "A lake", why)
    assert (await nobody.get("list_picks"))["items"] == [picked]
    await olga.ask("end_pick", picked["id"])
    assert (await nobody.get("list_picks"))["items"] == []

    await ana.ask("follow_instance", host="there.test", status=403)
    [followed] = (await olga.get("follow_instance", host="there.test"))["items"]
    assert (followed["host"], followed["is_accepted"]) == ("there.test", False)
    await settle(here, there)
    assert [each["host"] for each in (await olga.get("list_followed_instances"))["items"]] == ["there.test"]
    await olga.ask("unfollow_instance", "there.test")
    assert (await olga.get("list_followed_instances"))["items"] == []
    assert (await olga.get("choose_announcements", announces=["needs"]))["announces"] == ["needs"]
    assert (await olga.get("show_announcements"))["announces"] == ["needs"]
    await olga.get("choose_announcements", announces=[])

    await ana.ask("ask_mail_address", address="ana@mail.example", status=409)
    await ana.get("forget_mail_address")


async def _look_for_somebody(ana: Program, ben: Program, lake: Any) -> None:
    bens = (await ben.get("show_me"))["person"]["id"]
    await ben.ask("name_need", group=lake["uri"], skill="anm", status=403)
    need = await ana.get("name_need", group=lake["uri"], skill="anm", words="Twelve waves.")
    assert (await ben.get("show_need", need["id"]))["words"] == "Twelve waves."
    assert need["id"] in [each["id"] for each in (await ben.get("list_needs", query={"skill": "anm"}))["items"]]
    await ben.ask("answer_need", need["id"], words="With ink.")
    await ben.ask("fill_need", need["id"], person=bens, status=403)
    await ana.ask("fill_need", need["id"], person=10**9, status=400)
    assert (await ana.get("fill_need", need["id"], person=bens))["state"] == "filled"
    other = await ana.get("name_need", group=lake["uri"], skill="sng")
    await ben.ask("withdraw_need", other["id"], status=403)
    await ana.ask("withdraw_need", other["id"])
    assert (await ben.get("show_need", other["id"]))["state"] == "withdrawn"


async def _ask_for_works(here: Instance, ana: Program, ben: Program, lake: Any) -> None:
    bens = (await ben.get("show_me"))["person"]["id"]
    await ben.ask("invite_to_submit", lake["id"], person=bens, reason="Me!", status=403)
    invited = await ana.get("invite_to_submit", lake["id"], person=bens, reason="You hum well.")
    assert (invited["happening"], invited["reason"]) == ("invited", "You hum well.")
    await ana.ask("invite_to_submit", lake["id"], person=bens, reason="Again.", status=409)
    ripple = await ben.get("publish_record", title="Ripple", text="plip", licence="CC-BY-4.0")
    await ana.ask("propose_record", lake["id"], record=10**9, reason="None.", status=400)
    proposed = await ana.get("propose_record", lake["id"], record=ripple["id"], reason="It is the lake.")
    assert (proposed["state"], proposed["record"]["id"]) == ("proposed", ripple["id"])
    await ana.ask("take_remark", proposed["id"], status=409)

    murmur = await ben.get("publish_record", title="Murmur", text="mm", licence="CC-BY-4.0")
    said = await ben.get("submit_record", murmur["id"], challenge=lake["id"])
    await here.run(lambda: Submission.filter(id=said["id"]).update(state="remark"))
    assert (await ana.get("take_remark", said["id"]))["state"] == "pending"
