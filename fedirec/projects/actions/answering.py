"""Whoever could do what a project looks for asks to join it: with that skill, and with what they say."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.projects.actions.elsewhere import ask_elsewhere
from fedirec.projects.actions.members import ask_to_join
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import find_member, project_of
from fedirec.remix.actions.needs import answer_need
from fedirec.remix.models import Need


async def answer_and_ask(by: Actor, need: Need, words: str = "") -> None:
    """Those who lead the group of `need` know that `by` could do that; where it is a project, `by` has asked to join.

    Of challenges nobody is a member. Who is in the project, or has asked, answers alone. Raises what `answer_need` and
    `ask_to_join` raise.
    """
    project = await project_of(need.group)
    async with transaction():
        await answer_need(by, need, words)
        if project is not None and not await _is_known(by, project):
            said = words.strip()
            if project.actor.is_local:
                await ask_to_join(by, project, words=said, skill=need.skill, is_told=True)
            else:
                await ask_elsewhere(by, project, words=said, skill=need.skill)


async def _is_known(by: Actor, project: Project) -> bool:
    member = await find_member(project, by)
    return member is not None and member.state in ("active", "asked")
