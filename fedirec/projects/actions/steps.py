"""The steps of a project: writing them, opening, locking and finishing them, and which challenges they carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid, NotFound, TooMany
from fedirec.html import markdown
from fedirec.projects.actions.announcing import announce_challenge, publish_step_change
from fedirec.projects.actions.copying import belongs_to
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.stopping import tell_of_step
from fedirec.projects.models import Project, Step, StepChallenge
from fedirec.projects.queries.projects import MAX_STEPS
from fedirec.remix.actions.challenge_news import publish_group_update
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.needs import name_need
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge, LogEntry, Need
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.sizes import size_of
from fedirec.remix.skills import CODES
from fedirec.uris import new_key
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 100
MAX_TEXT: Final = 4_000
"""Bytes."""
MAX_SKILLS: Final = 12
MAX_CHALLENGES: Final = 20
"""Of one step."""
MAX_MOVES: Final = MAX_STEPS
"""Times in a day that steps of one project are locked, opened or done: its followers, and those at work there, hear of
each.
"""
_HEARD: Final = (Happening.STEP_LOCKED.value, Happening.STEP_OPENED.value, Happening.STEP_DONE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDraft:
    """What is to be done in a step."""

    title: str
    text: str = ""
    skills: Sequence[str] | None = None
    """Codes of `remix.skills` that it needs; None for a new step is none, and leaves one that is there as it is."""


async def write_steps(project: Project, drafts: Sequence[StepDraft]) -> list[Step]:
    """Further steps, which only leaders see until they publish them, stand at the end; part of the caller's
    transaction. Raises Invalid, and Conflict for more than MAX_STEPS.
    """
    for draft in drafts:
        _check(draft)
    places = await Step.filter(project_id=project.id).order_by("-position").limit(MAX_STEPS).values_list("position")
    if len(places) + len(drafts) > MAX_STEPS:
        raise Conflict(_("A project has %(n)s steps at most.") % {"n": MAX_STEPS}, field="title")
    first = int(places[0][0]) + 1 if places else 1
    return [
        await Step.create(
            project=project,
            uri=f"{project.actor.uri}/steps/{new_key()}",
            position=place,
            title=draft.title.strip(),
            text=draft.text,
            content=markdown(draft.text),
            skills=" ".join(draft.skills or ()),
            created_at=now(),
        )
        for place, draft in enumerate(drafts, start=first)
    ]


async def add_step(leader: Actor, project: Project, draft: StepDraft) -> Step:
    """A further step stands at the end; only leaders see it until they publish it."""
    async with transaction():
        await begin_deed(Deed.WRITE_STEP, project, leader)
        (step,) = await write_steps(project, [draft])
    return step


async def change_step(leader: Actor, step: Step, draft: StepDraft) -> Step:
    """The step says something new; followers of the project hear of it."""
    _check(draft)
    async with transaction():
        await begin_deed(Deed.WRITE_STEP, step.project, leader)
        await hold(step)
        step.title, step.text, step.content = draft.title.strip(), draft.text, markdown(draft.text)
        if draft.skills is not None:
            step.skills = " ".join(draft.skills)
        await _save(step, "title", "text", "content", "skills")
        await publish_step_change(step)
    return step


async def move_step(leader: Actor, step: Step, *, earlier: bool) -> None:
    """The step changes places with the one before it, or the one after it; at the end of the row nothing changes."""
    async with transaction():
        await begin_deed(Deed.MOVE_STEP, step.project, leader)
        await hold(step)
        beside = Step.filter(project_id=step.project_id)
        beside = beside.filter(position__lt=step.position) if earlier else beside.filter(position__gt=step.position)
        other = await beside.order_by("-position" if earlier else "position").first()
        if other is None:
            return
        step.position, other.position = other.position, step.position
        for moved in (step, other):
            await _save(moved, "position")
            await publish_step_change(moved)


async def publish_step(leader: Actor, step: Step) -> Step:
    """Everybody who sees the project sees the step, and can contribute to it."""
    return await _move(leader, step, "open", among=("draft",), happening=Happening.STEP_PUBLISHED)


async def lock_step(leader: Actor, step: Step, *, reason: str) -> Step:
    """The step takes nothing for now, and everybody can read why."""
    return await _move(leader, step, "locked", among=("open", "done"), happening=Happening.STEP_LOCKED, reason=reason)


async def open_step(leader: Actor, step: Step) -> Step:
    """A step that was locked or done is open again."""
    return await _move(leader, step, "open", among=("locked", "done"), happening=Happening.STEP_OPENED)


async def finish_step(leader: Actor, step: Step) -> Step:
    """The step is done."""
    return await _move(leader, step, "done", among=("open", "locked"), happening=Happening.STEP_DONE)


async def drop_step(leader: Actor, step: Step) -> None:
    """A step that nobody but leaders has seen is gone. Raises Conflict for one that was published."""
    async with transaction():
        await begin_deed(Deed.WRITE_STEP, step.project, leader)
        await hold(step)
        if step.state != "draft":
            raise Conflict(_("People have seen this step. Lock it instead, and say why."))
        if await StepChallenge.exists(step_id=step.id):
            raise Conflict(_("Take its challenges out first."))
        await step.delete()


async def attach_challenge(leader: Actor, step: Step, challenge: Challenge) -> None:
    """`challenge` belongs to the step. It comes with its actor; `leader` leads it here, or it lives elsewhere and says
    itself that it is part of the project.

    So those who lead the project lead it too. Raises Forbidden for the challenge of somebody else, and Conflict for one
    that is in a project already.
    """
    async with transaction():
        await begin_deed(Deed.ATTACH_CHALLENGE, step.project, leader)
        await hold(challenge)
        if challenge.actor.is_local:
            refuse_unless(Deed.CHANGE_CHALLENGE, await parts_in(challenge, leader))
        if not challenge.actor.is_local and not belongs_to(challenge, step.project.actor.uri):
            raise Conflict(
                _("Whoever leads it has to say first, where it lives, that it is part of this project."),
                field="challenge",
            )
        if challenge.part_of_id is not None:
            raise Conflict(_("It is part of a project already. A challenge belongs to one project."), field="challenge")
        if challenge.state in ("cancelled", "archived"):
            raise Conflict(_("That challenge is over."), field="challenge")
        if await StepChallenge.filter(step_id=step.id).count() >= MAX_CHALLENGES:
            raise Conflict(_("A step has %(n)s challenges at most.") % {"n": MAX_CHALLENGES}, field="challenge")
        await StepChallenge.filter(challenge_id=challenge.id).delete()  # of a project that it left by itself
        await StepChallenge.create(step=step, challenge=challenge)
        challenge.part_of = step.project.actor
        await challenge.save(update_fields=["part_of_id"])
        details = {"title": challenge.title, "url": challenge.actor.uri, "step": step.title}
        await log(step.project.actor, Happening.CHALLENGE_ADDED, by=leader, details=details)
        await publish_step_change(step)
        await announce_challenge(step.project, challenge)
        await _tell_of(challenge)


async def detach_challenge(leader: Actor, step: Step, challenge: Challenge, *, reason: str) -> None:
    """`challenge`, which comes with its actor, is no part of the project any more. Raises NotFound when it was none."""
    async with transaction():
        await begin_deed(Deed.ATTACH_CHALLENGE, step.project, leader)
        if not await StepChallenge.filter(step_id=step.id, challenge_id=challenge.id).delete():
            raise NotFound(_("That challenge is not part of this step."))
        details = {"title": challenge.title, "url": challenge.actor.uri, "step": step.title}
        await log(step.project.actor, Happening.CHALLENGE_REMOVED, by=leader, reason=reason, details=details)
        await set_free(challenge)
        await publish_step_change(step, to=[challenge.actor])


async def set_free(challenge: Challenge) -> None:
    """`challenge`, which comes with its actor, is part of no project, and its followers hear of it.

    Part of the caller's transaction.
    """
    challenge.part_of = None
    await challenge.save(update_fields=["part_of_id"])
    await _tell_of(challenge)


async def name_step_need(leader: Actor, step: Step, skill: str, words: str = "") -> Need:
    """The project looks for somebody with `skill`, who is needed in the step; its title stands for `words`.

    Raises what `name_need` raises, and Conflict for a step that is not open: what it is called would be said too early.
    """
    async with transaction():
        await begin_deed(Deed.NAME_NEED, step.project, leader)
        await hold(step)
        if step.state != "open":
            raise Conflict(_("Publish the step first: everybody reads what you look for."))
        return await name_need(leader, step.project.actor, skill, words or step.title, step.uri)


async def _move(
    leader: Actor, step: Step, state: str, *, among: Sequence[str], happening: Happening, reason: str = ""
) -> Step:
    async with transaction():
        await begin_deed(Deed.MOVE_STEP, step.project, leader)
        await hold(step)
        if step.state not in among:
            raise Conflict(_("The step is not in a state for that any more. Please look again."))
        moves = LogEntry.filter(
            group_id=step.project.actor_id, kind__in=_HEARD, created_at__gt=now() - timedelta(days=1)
        )
        if await moves.count() >= MAX_MOVES:
            raise TooMany(
                _("Its steps were locked and opened often today. Please wait until tomorrow."), retry_after=3600
            )
        step.state = state
        if step.published_at is None:
            step.published_at = now()
        step.done_at = now() if state == "done" else None
        await _save(step, "state", "published_at", "done_at")
        details = {"title": step.title, "url": step.uri}
        entry = await log(step.project.actor, happening, by=leader, reason=reason, details=details)
        await publish_step_change(step, is_new=happening is Happening.STEP_PUBLISHED)
        await tell_of_step(step, entry)
    return step


async def _tell_of(challenge: Challenge) -> None:
    """Those who follow a challenge of ours hear whose part it is now."""
    if challenge.actor.is_local and challenge.state != "draft":
        await publish_group_update(challenge)


async def _save(step: Step, *changed: str) -> None:
    step.updated_at = now()
    await step.save(update_fields=[*changed, "updated_at"])


def _check(draft: StepDraft) -> None:
    if not draft.title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if not CODES.issuperset(draft.skills or ()):
        raise Invalid(_("Choose among the skills that are offered."), field="skills")
    if len(draft.skills or ()) > MAX_SKILLS:
        raise Invalid(_("Please choose %(n)s skills at most.") % {"n": MAX_SKILLS}, field="skills")
    if size_of(draft.text) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")
