"""The steps of a project and their challenges."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.endpoints.projects.finding import project_in, step_in
from fedirec.api.shapes.memberships import ReasonSent
from fedirec.api.shapes.steps import (
    ChallengeSent,
    Step,
    StepChange,
    StepMoveSent,
    StepSent,
    StepStateSent,
    show_steps,
)
from fedirec.projects.actions.offering import offer_challenge, withdraw_challenge
from fedirec.projects.actions.steps import (
    StepDraft,
    add_step,
    attach_challenge,
    change_step,
    detach_challenge,
    drop_step,
    finish_step,
    lock_step,
    move_step,
    open_step,
    publish_step,
)
from fedirec.projects.models import Step as StepRow


async def add(call: Call) -> Step:
    wanted = call.sent(StepSent)
    draft = StepDraft(title=wanted.title, text=wanted.text, skills=list(dict.fromkeys(wanted.skills)))
    return await _shown(call, await add_step(call.actor, await project_in(call), draft))


async def change(call: Call) -> Step:
    step, wanted = await step_in(call, await project_in(call)), call.sent(StepChange)
    draft = StepDraft(
        title=wanted.title or step.title,
        text=step.text if wanted.text is None else wanted.text,
        skills=None if wanted.skills is None else list(dict.fromkeys(wanted.skills)),
    )
    return await _shown(call, await change_step(call.actor, step, draft))


async def set_state(call: Call) -> Step:
    step, wanted = await step_in(call, await project_in(call)), call.sent(StepStateSent)
    match wanted.state:
        case "locked":
            step = await lock_step(call.actor, step, reason=wanted.reason)
        case "done":
            step = await finish_step(call.actor, step)
        case _:
            step = await (publish_step if step.state == "draft" else open_step)(call.actor, step)
    return await _shown(call, step)


async def offer(call: Call) -> None:
    challenge = await get_challenge_row(call.sent(ChallengeSent).challenge, field="challenge")
    await offer_challenge(call.actor, challenge, await project_in(call))


async def withdraw(call: Call) -> None:
    challenge = await get_challenge_row(call.row("challenge"))
    await withdraw_challenge(call.actor, challenge, await project_in(call))


async def move(call: Call) -> Step:
    step = await step_in(call, await project_in(call))
    await move_step(call.actor, step, earlier=call.sent(StepMoveSent).earlier)
    return await _shown(call, step)


async def drop(call: Call) -> None:
    await drop_step(call.actor, await step_in(call, await project_in(call)))


async def attach(call: Call) -> Step:
    step = await step_in(call, await project_in(call))
    challenge = await get_challenge_row(call.sent(ChallengeSent).challenge, field="challenge", viewer=call.actor)
    await attach_challenge(call.actor, step, challenge)
    return await _shown(call, step)


async def detach(call: Call) -> Step:
    step = await step_in(call, await project_in(call))
    challenge = await get_challenge_row(call.row("challenge"), viewer=call.actor)
    await detach_challenge(call.actor, step, challenge, reason=call.sent(ReasonSent).reason)
    return await _shown(call, step)


async def _shown(call: Call, step: StepRow) -> Step:
    rows = await StepRow.filter(id=step.id).prefetch_related("challenges")
    (shown,) = await show_steps(call, rows)
    return shown


ENDPOINTS = (
    Endpoint(
        name="add_step",
        method="POST",
        path="/projects/{id:int}/steps",
        permission=Permission.TAKE_PART,
        says="A project that you lead has a further step, which only its leaders see until it is published.",
        run=add,
        body=StepSent,
        answer=Step,
        status=201,
        pages=("/p/{slug}/steps",),
    ),
    Endpoint(
        name="change_step",
        method="PATCH",
        path="/projects/{id:int}/steps/{step:int}",
        permission=Permission.TAKE_PART,
        says="A step says something new.",
        run=change,
        body=StepChange,
        answer=Step,
        pages=("/p/{slug}/steps/{key}/edit",),
    ),
    Endpoint(
        name="set_step_state",
        method="POST",
        path="/projects/{id:int}/steps/{step:int}/state",
        permission=Permission.TAKE_PART,
        says="A step is published or opened again, locked with a reason, or done.",
        run=set_state,
        body=StepStateSent,
        answer=Step,
        pages=("/p/{slug}/steps/{key}/state", "/p/{slug}/steps/{key}/lock"),
    ),
    Endpoint(
        name="move_step",
        method="POST",
        path="/projects/{id:int}/steps/{step:int}/move",
        permission=Permission.TAKE_PART,
        says="A step changes places with the one beside it.",
        run=move,
        body=StepMoveSent,
        answer=Step,
        pages=("/p/{slug}/steps/{key}/move",),
    ),
    Endpoint(
        name="drop_step",
        method="DELETE",
        path="/projects/{id:int}/steps/{step:int}",
        permission=Permission.TAKE_PART,
        says="A step that was never published is gone.",
        run=drop,
        status=204,
        pages=("/p/{slug}/steps/{key}/drop",),
    ),
    Endpoint(
        name="attach_challenge",
        method="POST",
        path="/projects/{id:int}/steps/{step:int}/challenges",
        permission=Permission.TAKE_PART,
        says="A challenge that you lead, here or elsewhere, belongs to the step.",
        run=attach,
        body=ChallengeSent,
        answer=Step,
        pages=("/p/{slug}/steps/{key}/challenges", "/p/{slug}/steps/{key}/challenge"),
    ),
    Endpoint(
        name="offer_challenge",
        method="POST",
        path="/projects/{id:int}/offered-challenges",
        permission=Permission.OPEN_CHALLENGE,
        says="A challenge that you lead here would be part of a project elsewhere, whose leaders put it into a step.",
        run=offer,
        body=ChallengeSent,
        status=204,
        pages=("/projects/remote/{id:int}/challenges",),
    ),
    Endpoint(
        name="withdraw_challenge",
        method="DELETE",
        path="/projects/{id:int}/offered-challenges/{challenge:int}",
        permission=Permission.OPEN_CHALLENGE,
        says="A challenge that you lead here is not part of a project elsewhere any more.",
        run=withdraw,
        status=204,
        pages=("/projects/remote/{id:int}/challenges",),
    ),
    Endpoint(
        name="detach_challenge",
        method="POST",
        path="/projects/{id:int}/steps/{step:int}/challenges/{challenge:int}/remove",
        permission=Permission.TAKE_PART,
        says="A challenge is no part of the project any more, and everybody can read why.",
        run=detach,
        body=ReasonSent,
        answer=Step,
        pages=("/p/{slug}/steps/{key}/challenges/{challenge:int}/remove",),
    ),
)
