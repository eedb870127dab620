"""What the lists of a project elsewhere hold: steps, those who lead it, challenges. Never more than was decided."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from fedirec.activitypub.authority import may_be_by, may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc
from fedirec.errors import FedirecError, Invalid
from fedirec.projects.actions.copying import belongs_to
from fedirec.projects.models import ProjectMember
from fedirec.projects.queries.projects import MAX_STEPS
from fedirec.projects.vocab import ProjectObject, StepObject
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.visiting import Visit
from fedirec.remix.models import Challenge
from fedirec.remix.queries.leading import MAX_LEADERS

MAX_PAGES: Final = 6
"""Pages that are read of one list."""
MAX_MET: Final = 20
"""Challenges that are asked whether they belong to a project, each time that it is."""


async def find_steps(remote: Remote, project: ProjectObject) -> tuple[list[StepObject], bool]:
    """The steps that a project says it takes, and whether these are all.

    Those of another origin are none of its own and left out, like what is no step.
    """
    if project.steps is None:
        return [], True
    visit = Visit(remote=remote, origin=project.id, max_pages=MAX_PAGES, max_items=MAX_STEPS)
    await visit.collection(project.steps)
    found: dict[str, StepObject] = {}
    for entry in visit.entries:
        with suppress(Invalid):
            step = StepObject.read(Doc(entry), remote.vocabulary)
            if step.project == project.id and may_be_by(step.id, author=project.id):
                found.setdefault(step.id, step)
    return list(found.values()), not visit.is_broken and not visit.is_limited


async def find_leaders(remote: Remote, project: ProjectObject) -> list[Actor]:
    """Who leads a project elsewhere, as far as that is certain.

    Its origin answers for its own people. Of somebody who lives elsewhere it may say what it likes: they lead it for us
    if they are of ours and in it, or if their own origin says so too.
    """
    named = next((uri for uri in project.leaders if may_have(uri, owner=project.id)), None)
    if named is None:
        return []
    visit = Visit(remote=remote, origin=project.id, max_pages=1, max_items=MAX_LEADERS)
    await visit.collection(named)
    found = []
    for uri in visit.items:
        with suppress(FedirecError):
            if may_be_by(uri, author=project.id):
                found.append(await remote.find_actor(uri))
            elif (actor := await _confirmed(uri, project.id)) is not None:
                found.append(actor)
    return found


async def meet_challenges(remote: Remote, project: str, steps: Sequence[StepObject]) -> None:
    """The challenges that a project says are its own are known, and what they say to that.

    MAX_MET are asked at most.
    """
    named = list(dict.fromkeys(uri for step in steps for uri in step.challenges))
    if not named:
        return
    known = await Challenge.filter(actor__uri__in=named).select_related("actor", "part_of")
    settled = {each.actor.uri for each in known if each.actor.is_local or belongs_to(each, project)}
    for uri in [uri for uri in named if uri not in settled][:MAX_MET]:
        with suppress(FedirecError):
            await find_challenge(remote, uri, fresh=True)


async def _confirmed(uri: str, project: str) -> Actor | None:
    """The person of ours at `uri`, if they are in the project."""
    place = ProjectMember.filter(project__actor__uri=project, actor__uri=uri, actor__is_local=True, state="active")
    found = await place.select_related("actor").first()
    return found.actor if found else None
