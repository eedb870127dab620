"""The part of the story in which a task is given, taken and done, and a project goes to somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedirec.clock import now
from fedirec.projects.models import ProjectMember, Step
from fedirec.projects.takeovers import MEMBERSHIP
from tests.api.programs import Program, actor_named
from tests.network import Instance
from tests.projects.test_tasks import a_project


async def do_tasks(here: Instance, ana: Program, ben: Program, nobody: Program) -> None:
    """Ana leads, Ben does what is to be done, and takes over what she puts up for adoption."""
    leader, helper = await actor_named(here, "ana"), await actor_named(here, "ben")
    project = await a_project(here, leader, slug="lantern")
    await here.run(
        lambda: ProjectMember.create(
            project=project, actor=helper, state="active", joined_at=now() - MEMBERSHIP - timedelta(minutes=1)
        )
    )
    step = await here.run(lambda: Step.get(project_id=project.id))
    due = (now() + timedelta(days=9)).isoformat()
    made: Any = await ana.get(
        "make_task",
        project.id,
        title="Fold it",
        text="Along the *lines*.",
        step=step.id,
        assignee=helper.id,
        due_at=due,
    )
    assert (made["assignee"]["handle"], made["state"], made["step"]) == ("@ben@here.test", "open", step.id)
    await ana.ask("make_task", project.id, title=" ", status=400)
    await ana.ask("make_task", project.id, title="x", step=10_000, status=400)
    await ben.ask("make_task", project.id, title="x", status=403)
    assert [each["id"] for each in (await ben.get("list_own_tasks"))["items"]] == [made["id"]]
    (seen,) = (await nobody.get("list_tasks", project.id))["items"]
    assert (seen["title"], seen["assignee"], seen["is_taken"]) == ("Fold it", None, True)
    assert (await nobody.get("show_task", made["id"]))["assignee"] is None
    await nobody.ask("take_task", made["id"], status=401)
    assert not (await ben.get("hand_back_task", made["id"]))["is_taken"]
    assert (await ben.get("take_task", made["id"]))["is_taken"]
    await ana.ask("give_task", made["id"], assignee=helper.id)
    changed = await ana.get("change_task", made["id"], title="Fold it well", assignee=helper.id, due_at=due)
    assert changed["title"] == "Fold it well"
    assert (await ben.get("finish_task", made["id"]))["done_by"]["handle"] == "@ben@here.test"
    await ben.ask("finish_task", made["id"], status=409)
    assert len((await ana.get("list_tasks", project.id, query={"which": "ended"}))["items"]) == 1
    await ana.ask("reopen_task", made["id"])
    assert (await ana.get("drop_task", made["id"], reason="No paper."))["state"] == "dropped"

    # It lives here, and its challenges with it: nothing has to be offered from one place to another.
    terms = {"licence": "CC-BY-4.0"}
    brought = (await ben.get("open_challenge", title="Brought in", text="?", terms=terms))["id"]
    await ben.ask("offer_challenge", project.id, challenge=brought, status=409)
    await ben.ask("withdraw_challenge", project.id, brought, status=409)
    stands = await nobody.get("list_offers_to_lead", project.id)
    assert (stands["is_adoptable"], stands["items"]) == (False, [])
    assert "7 days to come back" in stands["rule"]
    await ben.ask("offer_to_lead", project.id, words="I would.", status=409)
    await ana.ask("set_stage", project.id, stage="adoptable", reason="I have no time.")
    assert (await nobody.get("list_offers_to_lead", project.id))["is_adoptable"]
    offered = await ben.get("offer_to_lead", project.id, words="I would.")
    assert offered["person"]["handle"] == "@ben@here.test"
    assert len((await nobody.get("list_offers_to_lead", project.id))["items"]) == 1
    await ben.ask("withdraw_offer_to_lead", project.id)
    await ben.ask("withdraw_offer_to_lead", project.id, status=404)
