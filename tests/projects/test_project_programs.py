"""Programs lead projects as people on pages do."""

from __future__ import annotations

import pytest

from tests.api.conftest import Programs, program  # noqa: F401
from tests.network import Instance

pytestmark = pytest.mark.one_database


async def test_a_program_begins_launches_and_tells_and_others_join(
    here: Instance,
    program: Programs,  # noqa: F811
) -> None:
    olga = await program("olga")
    bo = await here.join("bo")
    other = await program("bo")
    made = await olga.get("begin_project", title="Night Train", text="A *song*.", form="song", tags=["night"])
    key, steps = made["id"], made["steps"]
    assert [step["state"] for step in steps] == ["draft"] * 6
    await other.ask("show_project", key, status=404)
    await olga.ask("launch_project", key, status=409)
    step = steps[0]["id"]
    await olga.get("set_step_state", key, step, state="open")
    launched = await olga.get("launch_project", key)
    assert (launched["launched_at"] is not None, launched["stage"]) == (True, "early")
    assert [way["stage"] for way in made["ways"]][:1] == ["early"]
    assert (await olga.get("set_stage", key, stage="advanced", reason="Words are there."))["stage"] == "advanced"
    await other.ask("set_stage", key, stage="paused", reason="No.", status=403)
    await olga.get("tell_followers", key, title="", text="It begins.")
    assert (await other.get("ask_to_join", key, words="I sing.", skill="sng"))["state"] == "asked"
    assert [each["words"] for each in (await olga.get("list_project_waiting", key))["items"]] == ["I sing."]
    await olga.get("decide_request", key, bo.id, let_in=True)
    await olga.ask("add_leader", key, bo.id)
    story = await other.get("show_story", key)
    assert story["items"][0]["entry"]["happening"] == "leader_added"
    assert any(each["news"] for each in story["items"])
    listed = await other.get("list_projects", query={"stage": "advanced", "form": "song", "tag": "night", "q": "train"})
    assert [each["title"] for each in listed["items"]] == ["Night Train"]
    assert [leader["name"] for leader in listed["items"][0]["leaders"]][1:] == ["bo"]
    changed = await other.get("change_project", key, title="Day Train")
    assert (changed["title"], changed["tags"]) == ("Day Train", ["night"])
    await olga.ask("remove_leader", key, bo.id, reason="By agreement.")
