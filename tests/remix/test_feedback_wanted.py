"""Authors who ask for feedback, and those who look for somebody to help."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.follows import follow
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import edit_record
from tests.network import Instance, settle
from tests.remix.forms import fields_of, send
from tests.remix.test_comments import known_at, publish, say

ASKED = "Does the end come too soon?"


async def test_whoever_asks_for_feedback_is_found_on_another_instance_until_they_have_heard_enough(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    asking = await publish(here, ana, "The end", feedback_wanted=f"  {ASKED} ")
    silent = await publish(here, ana, "The beginning")
    copy = await there.find_record(asking.uri)
    await there.run(follow, bo, await there.meet(ana))
    await settle(there, here)
    await there.find_record(silent.uri)

    assert ASKED in (await here.get(asking.uri.removeprefix(here.origin))).text
    assert ASKED in (await there.get(f"/records/remote/{copy.id}")).text
    found = (await there.get("/explore?feedback=1")).text
    assert "The end" in found
    assert "The beginning" not in found
    listed = (await there.get("/api/records?feedback=true", accept="application/json")).json()["items"]
    assert [each["title"] for each in listed] == ["The end"]

    said = await say(there, bo, asking.uri, "A little, yes")
    await settle(here, there)
    assert (await known_at(here, said.uri)).record_id == asking.id
    await here.run(edit_record, ana, asking, RecordDraft(title="The end", text="drip", licence="CC-BY-4.0"))
    await settle(here, there)
    after = await there.get("/api/records?feedback=true", accept="application/json")
    assert after.json()["items"] == []


async def test_what_is_asked_stands_in_the_form_and_is_kept_short(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        page = await browser.get("/records/new")
        typed: dict[str, Any] = {"title": "The end", "text": "drip", "feedback_wanted": "?" * 301}
        refused = await send(browser, page, "/records/new", do="publish", **typed)
        assert refused.status_code == 422
        assert fields_of(refused, "/records/new")["feedback_wanted"] == ["?" * 301]
