"""Projects of ours as other instances see them: their Group, the Note that it pins, and their steps."""

from __future__ import annotations

from dataclasses import replace

from fedirec.activitypub.actors import describe_actor
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import PUBLIC
from fedirec.media.models import Media
from fedirec.projects.models import Project, Step, StepChallenge
from fedirec.projects.vocab import CoverObject, IntroductionObject, ProjectObject, StepObject
from fedirec.projects.vocab.steps import MAX_CHALLENGES
from fedirec.remix.actions.group_tags import group_hashtags
from fedirec.remix.actions.needs import describe_needs
from fedirec.remix.content import bodies_of, content_of
from fedirec.remix.kinds import Kind
from fedirec.remix.sizes import is_small
from fedirec.remix.vocab import AttachmentObject
from fedirec.uris import Uris, origin_of


async def describe_project(project: Project) -> ProjectObject:
    """A project of ours as other instances see it."""
    group = await project.actor
    described = ProjectObject(
        actor=await describe_actor(group),
        leaders=(f"{group.uri}/moderators",),
        form=project.form,
        stage=project.stage,
        language=project.language,
        cover=await _cover_of(project),
        hashtags=await group_hashtags(group),
        steps=f"{group.uri}/steps",
        needs=await describe_needs(group),
        productions=f"{group.uri}/productions",
        log=f"{group.uri}/log",
        introduction=introduction_uri(group.uri),
    )
    for body in bodies_of(project.text, project.content):
        described = replace(described, actor=replace(described.actor, name=project.title, summary=body))
        if is_small(described.write()):
            break
    return described


def introduction_uri(group: str) -> str:
    """The id of the Note that the project at `group` pins."""
    return f"{group}/introduction"


async def describe_introduction(project: Project) -> IntroductionObject:
    """What a Mastodon server shows of a project of ours."""
    group, picture = await project.actor, await _picture_of(project)
    note = IntroductionObject(
        id=introduction_uri(group.uri),
        attributed_to=group.uri,
        published=project.launched_at or project.created_at,
        updated=project.updated_at,
        name=project.title,
        markdown=project.text,
        language=project.language,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        audience=group.uri,
        url=group.uri,
        attachments=(_attached(group, picture, project.cover_description),) if picture else (),
        hashtags=await group_hashtags(group),
    )
    for body in bodies_of(project.text, project.content):
        note = replace(note, content=content_of(body, title=project.title, url=group.uri, label="Take part"))
        if is_small(note.write()):
            break
    return note


async def describe_step(step: Step) -> StepObject:
    """A published step of a project of ours as other instances see it. It comes with its project and that one's Group.

    A challenge that says no more that it is part of the project is none.
    """
    rows = (
        StepChallenge.filter(step_id=step.id, challenge__part_of_id=step.project.actor_id)
        .order_by("id")
        .limit(MAX_CHALLENGES)
        .select_related("challenge__actor")
    )
    return written_step(step, step.project.actor.uri, tuple(row.challenge.actor.uri for row in await rows))


def written_step(step: Step, project: str, challenges: tuple[str, ...]) -> StepObject:
    """The step as it travels, with the ids of its project and its challenges."""
    described = StepObject(
        id=step.uri,
        project=project,
        name=step.title,
        markdown=step.text,
        position=step.position,
        state=step.state,
        challenges=challenges,
        published=step.published_at,
        updated=step.updated_at,
    )
    for body in bodies_of(step.text, step.content):
        described = replace(described, content=body)
        if is_small(described.write()):
            break
        described = replace(described, markdown=None)
    return described


async def _cover_of(project: Project) -> CoverObject | None:
    picture = await _picture_of(project)
    if picture is None:
        return None
    return CoverObject(url=_address_of(await project.actor, picture), description=project.cover_description)


async def _picture_of(project: Project) -> Media | None:
    return await Media.get_or_none(id=project.cover_id) if project.cover_id else None


def _attached(group: Actor, picture: Media, description: str) -> AttachmentObject:
    return AttachmentObject(
        kind=Kind.IMAGE,
        url=_address_of(group, picture),
        media_type=picture.media_type,
        description=description,
        width=picture.width,
        height=picture.height,
        digest=picture.digest,
        blurhash=picture.blurhash,
    )


def _address_of(group: Actor, picture: Media) -> str:
    return Uris(origin_of(group.uri)).media(picture.path)
