"""What a project says to those who follow it: that it begins, what it is like now, and which steps it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Actor, Announcement
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Entity, Update
from fedirec.clock import now
from fedirec.projects.actions.describing import describe_introduction, describe_project, describe_step, introduction_uri
from fedirec.projects.actions.own_news import in_its_language
from fedirec.projects.models import Project, ProjectMember, Step
from fedirec.projects.queries.takeovers import adoptable_groups
from fedirec.remix.actions.announcing import announce
from fedirec.remix.actions.news import publish_news
from fedirec.remix.models import Challenge
from fedirec.translatable import N_

NEW_STEP: Final = N_("A new step: %(title)s")
MAX_TOLD: Final = 1_000
"""Members on other instances who hear of a change besides the followers."""


async def publish_project(project: Project) -> None:
    """A project that was launched just now is said to the world: by its Group, and by whoever began it.

    Part of the caller's transaction. Challenges that it has already are announced too, so that whoever follows it
    later finds their prompts in its outbox.
    """
    group = await project.actor
    introduction = await describe_introduction(project)
    create = Create(
        id=new_activity_uri(group),
        actor=group.uri,
        object=introduction,
        to=introduction.to,
        cc=introduction.cc,
        published=project.launched_at or now(),
    )
    await publish(group, create, to=await members_elsewhere(project), to_followers_of=[group])
    creator = await Actor.get_or_none(id=project.creator_id) if project.creator_id else None
    if creator is not None and creator.is_local:
        await announce(creator, introduction.id)
    attached = Challenge.filter(step_of__step__project_id=project.id, step_of__step__published_at__not_isnull=True)
    for challenge in await attached.order_by("id").limit(100):
        await announce_challenge(project, challenge)


async def publish_project_update(project: Project, *, proved_by: tuple[str, PrivateKey] | None = None) -> None:
    """Those who follow a project, or are in it, will hear what it is like now: its stage, its leaders, its words.

    Part of the caller's transaction; nobody hears of what is not launched. `proved_by` as in `publish`.
    """
    if project.launched_at is None:
        return
    project.updated_at = now()
    await project.save(update_fields=["updated_at"])
    # Other software knows the pinned Note alone.
    await _publish_change(project, await describe_project(project), proved_by=proved_by)
    await _publish_change(project, await describe_introduction(project))


async def introductions_of_adoptable(limit: int) -> list[str]:
    """The ids of the posts that introduce projects of ours that wait for somebody to lead them, for those who follow
    this instance.
    """
    return [introduction_uri(uri) for uri in await adoptable_groups(limit)]


async def publish_step_change(step: Step, *, is_new: bool = False, to: Iterable[Actor] = ()) -> None:
    """Those who follow its project, and `to`, will hear what a published step is like now, and its challenges too.

    Part of the caller's transaction; nobody hears of drafts, and of projects that are not launched. Of one that
    `is_new` people on any server read a piece of news, with the way to its challenges.
    """
    project = await Project.get(id=step.project_id).select_related("actor")
    if project.launched_at is None or step.state == "draft":
        return
    step.project = project
    described = await describe_step(step)
    belonging = await Actor.filter(uri__in=described.challenges, is_local=False)
    await _publish_change(project, described, to=[*belonging, *to])
    if is_new:
        title = in_its_language(project, NEW_STEP) % {"title": step.title}
        found = Challenge.filter(actor__uri__in=described.challenges).select_related("actor").order_by("id")
        named = [f"- [{_plain(each.title)}]({each.actor.uri})" for each in await found]
        text = "\n\n".join(filter(None, [step.text, "\n".join(named)])) or step.title
        await publish_news(
            project.actor, kind="update", title=title[:100], text=text[:10_000], author=None, language=project.language
        )


async def announce_challenge(project: Project, challenge: Challenge) -> None:
    """Those who follow a project will see what a challenge asks for that belongs to it now.

    Part of the caller's transaction; it is announced once.
    """
    group = await project.actor
    if project.launched_at is None or challenge.prompt_uri is None:
        return
    if not await Announcement.exists(actor_id=group.id, object_uri=challenge.prompt_uri):
        await announce(group, challenge.prompt_uri)


async def _publish_change(
    project: Project,
    described: Entity,
    *,
    to: Iterable[Actor] = (),
    proved_by: tuple[str, PrivateKey] | None = None,
) -> None:
    group = await Actor.get(id=project.actor_id)
    update = Update(
        id=new_activity_uri(group),
        actor=group.uri,
        object=described,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    heard = [*await members_elsewhere(project), *to]
    await publish(group, update, to=heard, to_followers_of=[group], proved_by=proved_by)


async def members_elsewhere(project: Project) -> Sequence[Actor]:
    """Those on other instances who are in a project: their own shows them what it is like, follow it or not."""
    theirs = ProjectMember.filter(project_id=project.id, state="active", actor__is_local=False)
    rows = await theirs.order_by("id").limit(MAX_TOLD).select_related("actor")
    return [row.actor for row in rows]


def _plain(title: str) -> str:
    """A title as it stands in the text of a link."""
    return title.replace("[", "(").replace("]", ")")
