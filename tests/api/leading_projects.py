"""The part of the story in which a project is begun, planned, and led by others after all."""

from __future__ import annotations

from tests.api.programs import Program


async def lead_a_project(ana: Program, ben: Program, nobody: Program) -> None:
    """Ana begins a project and plans it; Ben joins, leads it with her, and then without her."""
    plan = [{"title": "Sounds", "text": "Hum."}, {"title": "Pictures"}]
    begun = await ana.get("begin_project", title="A tin kite", slug="kite", text="A *film*.", form="film", steps=plan)
    at, (sounds, pictures) = begun["id"], [step["id"] for step in begun["steps"]]
    await nobody.ask("show_project", at, status=404)
    await ana.ask("launch_project", at, status=409)
    await _plan(ana, ben, at, sounds, pictures)
    assert (await ana.get("launch_project", at))["launched_at"]
    shown = await nobody.get("show_project", at)
    assert [(step["title"], step["state"]) for step in shown["steps"]] == [("Noises", "open")]
    assert at in [each["id"] for each in (await nobody.get("list_projects", query={"form": "film"}))["items"]]
    changed = await ana.get("change_project", at, text="A short *film*.", tags=["wind"])
    assert (changed["title"], changed["tags"]) == ("A tin kite", ["wind"])
    for words, ids in (("short kite", [at]), ("wind", [at]), ("a film of nothing", [])):
        assert [each["id"] for each in (await nobody.get("list_projects", query={"q": words}))["items"]] == ids
    assert (await ben.get("show_interests"))["items"] == []
    await ben.get("follow_tag", "Wind")
    assert [each["project"]["id"] for each in (await ben.get("show_interests"))["items"]] == [at]
    assert (await ana.get("set_stage", at, stage="advanced", reason="Much is there."))["stage"] == "advanced"
    await ana.ask("set_stage", at, stage="released", reason="Wishful.", status=409)
    told = await ana.get("tell_followers", at, title="Wind", text="It flies.")

    group = (await nobody.get("show_project", at))["uri"]
    reported = await ben.get("report", about=[group], category="other", words="That tin is mine.")
    assert (reported["state"], reported["words"]) == ("open", "That tin is mine.")

    await _share(ana, ben, nobody, at)
    await _discard(ana, ben)

    log = (await nobody.get("list_project_log", at))["items"]
    newest = {each["happening"]: each["reason"] for each in reversed(log)}
    assert (newest["stage_set"], newest["leader_removed"]) == ("Much is there.", "A mistake.")
    story = (await nobody.get("show_story", at))["items"]
    assert told["id"] in [each["news"]["id"] for each in story if each["news"]]


async def _plan(ana: Program, ben: Program, at: int, sounds: int, pictures: int) -> None:
    """The steps and their challenges, as Ana changes her mind."""
    await ben.ask("add_step", at, title="Mine", status=404)
    spare = await ana.get("add_step", at, title="Too much")
    await ana.ask("drop_step", at, spare["id"])
    assert (await ana.get("change_step", at, sounds, title="Noises"))["text"] == "Hum."
    assert (await ana.get("move_step", at, pictures, earlier=True))["position"] < 2
    await ana.get("set_step_state", at, sounds, state="open")
    await ana.ask("drop_step", at, sounds, status=409)
    group = (await ana.get("show_project", at))["uri"]
    need = await ana.get("name_need", group=group, skill="sds", step=sounds)
    assert (need["skill"], need["words"]) == ("sds", "Noises")
    await ana.ask("name_need", group=group, skill="cmp", step=sounds + pictures, status=404)
    challenge = await ana.get("open_challenge", title="Kites", text="Hum.", terms={"licence": "CC-BY-4.0"})
    joined = await ana.get("attach_challenge", at, sounds, challenge=challenge["id"])
    assert [each["id"] for each in joined["challenges"]] == [challenge["id"]]
    await ana.ask("attach_challenge", at, pictures, challenge=challenge["id"], status=409)
    left = await ana.get("detach_challenge", at, sounds, challenge["id"], reason="It stands alone.")
    assert left["challenges"] == []


async def _share(ana: Program, ben: Program, nobody: Program, at: int) -> None:
    """Ben is let in, is trusted, leads it too, and in the end it is his."""
    anas, bens = [(await each.get("show_me"))["person"]["id"] for each in (ana, ben)]
    await ben.get("ask_to_join", at, words="I hum.")
    await ben.get("answer_project", at, answer="take_back")
    assert (await ben.get("ask_to_join", at, words="I do hum."))["state"] == "asked"
    await ben.ask("list_project_waiting", at, status=403)
    [waiting] = (await ana.get("list_project_waiting", at))["items"]
    assert (waiting["person"]["id"], waiting["words"]) == (bens, "I do hum.")
    await ben.ask("decide_request", at, bens, let_in=True, status=403)
    assert (await ana.get("decide_request", at, bens, let_in=True))["state"] == "active"
    assert bens in [each["person"]["id"] for each in (await nobody.get("list_project_members", at))["items"]]
    assert (await ana.get("trust_member", at, bens, is_trusted=True))["is_trusted"]

    await ana.ask("add_leader", at, bens)
    await ben.ask("remove_leader", at, anas, reason="Mine now.", status=403)
    await ana.ask("remove_leader", at, bens, reason="A mistake.")
    await ana.ask("add_leader", at, bens)
    await ana.ask("step_down", at, status=409)
    await ana.ask("hand_over_project", at, bens)
    await ana.ask("step_down", at)
    assert [each["id"] for each in (await nobody.get("show_project", at))["leaders"]] == [bens]

    await ben.ask("remove_member", at, anas, reason="She is not in it.", status=404)
    assert (await ben.get("invite_member", at, person=anas, words="Come back!"))["state"] == "invited"
    assert (await ana.get("answer_project", at, answer="accept"))["state"] == "active"
    assert (await ben.get("remove_member", at, anas, reason="She flies elsewhere."))["state"] == "removed"
    await ben.get("invite_member", at, person=anas)
    await ana.get("answer_project", at, answer="accept")
    assert (await ana.get("leave_project", at))["state"] == "left"


async def _discard(ana: Program, ben: Program) -> None:
    """Ana begins something else with Ben, who would lead it with her, and thinks better of it."""
    begun = await ana.get("begin_project", title="A lead kite", slug="lead_kite", text="Heavy.", form="film")
    bens = (await ben.get("show_me"))["person"]["id"]
    await ben.ask("show_project", begun["id"], status=404)
    await ana.get("invite_member", begun["id"], person=bens, as_leader=True)
    await ben.ask("discard_project", begun["id"], status=403)
    assert (await ben.get("answer_project", begun["id"], answer="accept"))["state"] == "active"
    assert len((await ben.get("show_project", begun["id"]))["leaders"]) == 2
    await ben.ask("discard_project", begun["id"], status=403)
    await ana.ask("discard_project", begun["id"])
    await ben.ask("show_project", begun["id"], status=404)
