"""What tests of productions begin with: a project with a challenge, and people whose work is used."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.actors import NewKeys
from fedirec.activitypub.models import Actor
from fedirec.projects.actions.productions.picking import Pick, use_records
from fedirec.projects.actions.productions.preparing import ProductionDraft, prepare_production
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project
from fedirec.projects.actions.steps import StepDraft, attach_challenge, publish_step
from fedirec.projects.models import Production, Project, Step
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.queries.projects import project_of
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.terms import Pays, Terms
from tests.network import KEYS, Instance


async def project_at(instance: Instance, leader: Actor, *, slug: str = "dawn") -> Project:
    """A project that is launched, with one open step."""

    async def make() -> Project:
        draft = ProjectDraft(
            title="Dawn", slug=slug, text="A film about mornings.", steps=[StepDraft(title="Pictures")]
        )
        keys: NewKeys = KEYS
        project = await begin_project(leader, instance.state["keyring"], draft, keys=keys)
        step = await Step.get(project_id=project.id).select_related("project__actor")
        await publish_step(leader, step)
        await launch_project(leader, project)
        found = await project_of(await Actor.get(id=project.actor_id))
        assert found is not None
        return found

    return await instance.run(make)


async def challenge_of(
    instance: Instance, leader: Actor, project: Project, *, licence: str = "CC-BY-SA-4.0", pays: Pays = Pays.NOTHING
) -> Challenge:
    """An open challenge in the step of `project`, whose terms promise `licence`."""

    async def make() -> Challenge:
        draft = ChallengeDraft(
            title="Skies",
            slug="skies",
            text="Paint me a sky.",
            terms=Terms(version=1, licence=licence, pays=pays),
        )
        challenge = await open_challenge(leader, instance.state["keyring"], draft, keys=KEYS)
        step = await Step.get(project_id=project.id).select_related("project__actor")
        challenge = await Challenge.get(id=challenge.id).select_related("actor")
        await attach_challenge(leader, step, challenge)
        return await Challenge.get(id=challenge.id).select_related("actor")

    return await instance.run(make)


async def record_by(instance: Instance, author: Actor, title: str, **wanted: Any) -> Record:
    """A record in words alone."""
    draft = RecordDraft(**({"title": title, "text": f"{title}, in words.", "licence": "CC-BY-4.0"} | wanted))
    return await instance.run(publish_record, author, draft)


async def production_with(
    instance: Instance, leader: Actor, project: Project, records: list[Record], **wanted: Any
) -> Production:
    """A production of `project` that uses `records`."""

    async def make() -> Production:
        draft = ProductionDraft(**({"title": "Dawn, the film", "text": "Nine minutes of morning."} | wanted))
        made = await prepare_production(leader, project, draft)
        production = await get_production_row(made.id)
        await use_records(leader, production, [Pick(record=record) for record in records])
        return production

    return await instance.run(make)
