"""The part of the story in which two write one record."""

from __future__ import annotations

from tests.api.programs import Program


async def write_together(ana: Program, ben: Program) -> None:
    """ana invites ben to write with her; he does, leaves, and says no to the next one."""
    song = await ana.get("publish_record", title="Two voices", text="One.", licence="CC-BY-SA-4.0")
    person = (await ben.get("show_me"))["person"]["id"]
    pen = await ana.get("share_pen", song["id"], person=person, words="Shall we?")
    assert (pen["state"], pen["record"], pen["words"]) == ("invited", song["uri"], "Shall we?")
    await ana.ask("share_pen", song["id"], person=person, status=409)
    await ben.ask("share_pen", song["id"], person=person, status=403)
    await ana.ask("share_pen", song["id"], person=2**40, status=400)
    await ben.ask("show_present_version", pen["id"], status=403)
    await ana.ask("accept_pen", pen["id"], status=403)
    assert (await ben.get("accept_pen", pen["id"]))["state"] == "held"
    assert (await ben.get("show_pen", pen["id"]))["state"] == "held"
    assert [each["id"] for each in (await ben.get("list_pens"))["items"]] == [pen["id"]]
    assert [each["id"] for each in (await ana.get("list_pens", query={"side": "given"}))["items"]] == [pen["id"]]

    present = await ben.get("show_present_version", pen["id"])
    assert (present["title"], present["text"]) == ("Two voices", "One.")
    said = {"version": present["version"], "title": "Two voices", "text": "One. Two.", "tags": ["duet"]}
    await ben.ask("write_version", pen["id"], **said, files=[{"url": "https://x.test/1.png"}], status=400)
    await ben.ask("write_version", pen["id"], **said, files=[{"key": "nothing"}], status=400)
    await ben.ask("write_version", pen["id"], **said, files=[{}], status=400)
    assert (await ben.get("write_version", pen["id"], **said))["state"] == "applied"
    await ben.ask("write_version", pen["id"], **said, status=412)
    assert (await ben.get("show_latest_version", pen["id"]))["state"] == "applied"
    shown = await ana.get("show_record", song["id"])
    assert (shown["text"], shown["tags"]) == ("One. Two.", ["duet"])
    editors = [each["editor"] for each in (await ana.get("list_revisions", song["id"]))["items"]]
    assert (editors[-1], bool(editors[0])) == (None, True)

    assert (await ben.get("lay_down_pen", pen["id"]))["state"] == "laid_down"
    await ana.ask("share_pen", song["id"], person=person, status=409)
    other = await ana.get("publish_record", title="Two more", text="One.", licence="CC-BY-SA-4.0")
    pen = await ana.get("share_pen", other["id"], person=person)
    assert (await ben.get("decline_pen", pen["id"]))["state"] == "declined"
    other = await ana.get("publish_record", title="Three", text="One.", licence="CC-BY-SA-4.0")
    pen = await ana.get("share_pen", other["id"], person=person)
    assert (await ana.get("take_back_pen", pen["id"]))["state"] == "taken_back"
    await ben.ask("accept_pen", pen["id"], status=409)
