"""Steps of projects elsewhere as they are kept here, and the challenges that belong to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fedirec.clock import now
from fedirec.html import clean
from fedirec.projects.models import Project, Step, StepChallenge
from fedirec.projects.queries.projects import MAX_STEPS
from fedirec.projects.vocab import StepObject
from fedirec.projects.vocab.steps import MAX_CHALLENGES
from fedirec.remix.actions.challenge_news import publish_group_update
from fedirec.remix.models import Challenge


def belongs_to(challenge: Challenge, project: str) -> bool:
    """Whether a challenge, which comes with its actor and its `part_of`, says that it is part of that project."""
    if challenge.actor.is_local:
        return challenge.part_of is not None and challenge.part_of.uri == project
    return challenge.named_project == project


async def save_steps(project: Project, steps: Sequence[StepObject], *, is_whole: bool) -> bool:
    """`steps` are known as they are described, with the challenges that agree; whether all of those did.

    Where they are the whole of the project, what is not among them is gone. Part of the caller's transaction.
    """
    before = set(await _joined(project))
    known = {step.uri: step for step in await Step.filter(project_id=project.id).limit(4 * MAX_STEPS)}
    if is_whole:
        await _forget([step for uri, step in known.items() if uri not in {each.id for each in steps}])
    named = {uri for step in steps for uri in step.challenges}
    found = Challenge.filter(actor__uri__in=list(named)).select_related("actor", "part_of")
    challenges = {each.actor.uri: each for each in (await found if named else [])}
    agreed = {uri for uri, each in challenges.items() if belongs_to(each, project.actor.uri)}
    taken = Step.filter(uri__in=[step.id for step in steps]).exclude(project_id=project.id)
    others = {str(uri) for uri in await taken.values_list("uri", flat=True)} if steps else set()
    for described in steps:
        if described.id in others:
            continue  # another project has it, of the same origin
        step = known.get(described.id)
        if step is None and len(known) >= MAX_STEPS:
            continue
        step = step or Step(project_id=project.id, uri=described.id, created_at=now())
        _describe(step, described)
        await step.save()
        known[step.uri] = step
        await _join(project, step, [challenges[uri] for uri in described.challenges if uri in agreed])
    await _let_go(project, before - set(await _joined(project)))
    return agreed == named


async def join_named(project: Project) -> None:
    """Challenges of other instances that our project has among its steps, and that say so too, are part of it.

    Part of the caller's transaction.
    """
    theirs = Challenge.filter(id__in=await _joined(project), actor__is_local=False, part_of_id=None)
    agreed = [each.id for each in await theirs.select_related("actor") if belongs_to(each, project.actor.uri)]
    await Challenge.filter(id__in=agreed).update(part_of_id=project.actor_id)


async def forget_steps(project: Project) -> None:
    """A copy has no steps any more, and no challenge is part of it; part of the caller's transaction."""
    joined = await Challenge.filter(part_of_id=project.actor_id).values_list("id", flat=True)
    await _forget(await Step.filter(project_id=project.id))
    await _let_go(project, [int(str(key)) for key in joined])


async def _joined(project: Project) -> list[int]:
    rows = StepChallenge.filter(step__project_id=project.id).limit(MAX_STEPS * MAX_CHALLENGES)
    return [int(str(key)) for key in await rows.values_list("challenge_id", flat=True)]


def _describe(step: Step, described: StepObject) -> None:
    step.title, step.text = described.name, described.markdown or ""
    step.content = clean(described.content)
    step.position, step.state = described.position, described.state
    step.published_at = described.published or step.published_at or now()
    step.done_at = (step.done_at or now()) if described.state == "done" else None
    step.updated_at = described.updated or now()


async def _join(project: Project, step: Step, challenges: Sequence[Challenge]) -> None:
    """Exactly these challenges belong to the step; each says itself to which project it belongs."""
    wanted = [challenge.id for challenge in challenges]
    await StepChallenge.filter(step_id=step.id).exclude(challenge_id__in=wanted).delete()
    await StepChallenge.filter(challenge_id__in=wanted).exclude(step_id=step.id).delete()
    rows = [StepChallenge(step_id=step.id, challenge_id=challenge) for challenge in wanted]
    await StepChallenge.bulk_create(rows, ignore_conflicts=True)
    theirs = Challenge.filter(id__in=wanted, actor__is_local=False)
    await Challenge.filter(id__in=[each.id for each in await theirs]).update(part_of_id=project.actor_id)


async def _let_go(project: Project, challenges: Collection[int]) -> None:
    """Challenges that a project elsewhere does not have any more are no part of it, and ours say so."""
    for challenge in await Challenge.filter(id__in=list(challenges), part_of_id=project.actor_id).select_related(
        "actor"
    ):
        challenge.part_of = None
        await challenge.save(update_fields=["part_of_id"])
        if challenge.actor.is_local:
            await publish_group_update(challenge, to=[project.actor])


async def _forget(steps: Sequence[Step]) -> None:
    """Steps that are not there any more are gone, and no challenge belongs to them."""
    gone = [step.id for step in steps]
    await StepChallenge.filter(step_id__in=gone).delete()
    await Step.filter(id__in=gone).delete()
