"""What is finished in the world of the browser: a production that is released, and one that is prepared."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.app import State
from fedirec.clock import now
from fedirec.credits.actions.crediting.drawing_up import draw_up
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.picking import Pick, use_records
from fedirec.projects.actions.productions.preparing import ProductionDraft, prepare_production, set_links
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project
from fedirec.projects.models import Production, Project, Step
from fedirec.projects.queries.productions import get_production_row
from fedirec.remix.models import Record


async def finish_work(
    state: State, leader: Actor, helper: Actor, records: list[Record], *, slug: str = "tin"
) -> dict[str, str]:
    """`leader` has released one production with `helper`, and prepares another one from which a record has to go."""
    draft = ProjectDraft(title="Songs for a tin roof", slug=slug, text="What rain *sings*.", language="en")
    project = await begin_project(leader, state["keyring"], draft)
    uri = f"{project.actor.uri}/steps/first"
    await Step.create(project=project, uri=uri, position=1, title="Sounds", state="open", published_at=now())
    await launch_project(leader, project)
    done = await _prepare(leader, project, "Nine minutes of rain", records)
    await add_role(leader, done, role="pdr", person=leader, words="held it together")
    await add_role(leader, done, role="rce", person=helper)
    await add_role(leader, done, role="flm", name="Dora, who has no account")
    await set_links(leader, done, [("The cinema by the harbour", "https://cinema.example/tin")])
    await freeze_production(leader, done)
    await release_production(leader, await get_production_row(done.id))
    await draw_up(await get_production_row(done.id))
    prepared = await _prepare(leader, project, "Rain, the long version", records)
    await add_role(leader, prepared, role="nrt", person=helper, words="every word of it")
    origin = state["site"].origin
    return {"finished": done.uri.removeprefix(origin), "prepared": prepared.uri.removeprefix(origin)}


async def _prepare(leader: Actor, project: Project, title: str, records: list[Record]) -> Production:
    words = ProductionDraft(title=title, text="Made on *one* roof.", language="en", licence="CC-BY-SA-4.0")
    production = await get_production_row((await prepare_production(leader, project, words)).id)
    await use_records(leader, production, [Pick(record=record, words="the quiet part") for record in records])
    return production
