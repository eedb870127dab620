"""What can be reported: people, records, comments, challenges and projects, by address, and copies of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import may_see_project
from fedirec.remix.models import Attachment, Challenge, Comment, Record, Source
from fedirec.remix.queries.challenges import is_led_by_suspended
from fedirec.remix.queries.comments import is_shown
from fedirec.remix.visibility import is_withheld, may_see

MAX_KEPT: Final = 20_000
"""Characters of the words of one thing that are copied."""
MAX_FILES: Final = 500
"""Files that are copied with all that is asked for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that somebody is responsible for."""

    kind: str
    """person, record, comment, challenge or project."""
    uri: str
    row: int
    accused: Actor
    """Who answers for it."""
    whole: Actor | Record | Comment | Challenge | Project
    kept: Mapping[str, Any]
    """What is copied of it, so that it can be looked at later."""

    @property
    def is_local(self) -> bool:
        return isinstance(self.whole, Actor) or self.accused.is_local


async def things_at(uris: Collection[str]) -> list[Thing]:
    """The things at `uris` that are known here, in that order, with those who answer for them."""
    wanted = list(dict.fromkeys(uris))
    if not wanted:
        return []
    found: dict[str, Thing] = {}
    challenges = await Challenge.filter(actor__uri__in=wanted).select_related("actor", "leader")
    prompts = await Challenge.filter(prompt_uri__in=wanted).select_related("actor", "leader")
    for challenge in [*challenges, *prompts]:
        for uri in {challenge.actor.uri, challenge.prompt_uri} & set(wanted):
            found[str(uri)] = _challenge(challenge)
    for project in await Project.filter(actor__uri__in=wanted).select_related("actor", "creator"):
        found[project.actor.uri] = _project(project)
    for actor in await Actor.filter(uri__in=wanted).exclude(state="pending"):
        if actor.type != "Application" or not actor.is_local:
            found.setdefault(actor.uri, _person(actor))
    records = await Record.filter(uri__in=wanted, deleted_at=None).select_related("author")
    files, thanks = await _files_of(records), await _thanks_of(records)
    for record in records:
        found[record.uri] = _record(record, files.get(record.id, []), thanks.get(record.id, []))
    said = Comment.filter(uri__in=wanted, deleted_at=None)
    for comment in await said.select_related("author", "record__author"):
        found[comment.uri] = _comment(comment)
    return [found[uri] for uri in wanted if uri in found]


async def is_visible(thing: Thing, person: Actor) -> bool:
    """Whether `person` may see `thing`: what nobody sees, nobody can report."""
    if isinstance(thing.whole, Record):
        return not is_withheld(thing.whole, None) and await may_see(thing.whole, person)
    if isinstance(thing.whole, Comment):
        record = thing.whole.record
        return not is_withheld(record, None) and await may_see(record, person) and is_shown(thing.whole, person)
    if isinstance(thing.whole, Challenge):
        return thing.whole.state != "draft" and not is_led_by_suspended(thing.whole)
    if isinstance(thing.whole, Project):
        return await may_see_project(thing.whole, None)
    return thing.whole.state == "active"


async def _files_of(records: Sequence[Record]) -> dict[int, list[Attachment]]:
    """The files of all of `records`, by the row of their record."""
    files: dict[int, list[Attachment]] = {}
    used = Attachment.filter(record_id__in=[record.id for record in records]).order_by("position").limit(MAX_FILES)
    for file in await used if records else []:
        files.setdefault(int(file.record_id or 0), []).append(file)
    return files


async def _thanks_of(records: Sequence[Record]) -> dict[int, list[str]]:
    """What the authors of `records` say to those on whose work they built, by the row of their record."""
    said: dict[int, list[str]] = {}
    named = Source.filter(record_id__in=[record.id for record in records], withdrawn_at=None).exclude(thanks="")
    for source in await named.order_by("position").limit(MAX_FILES) if records else []:
        said.setdefault(source.record_id, []).append(source.thanks)
    return said


def _person(actor: Actor) -> Thing:
    kept = {"name": actor.name, "content": actor.summary[:MAX_KEPT], "picture": actor.icon_url, "url": actor.url}
    return Thing(kind="person", uri=actor.uri, row=actor.id, accused=actor, whole=actor, kept=kept)


def _record(record: Record, files: Sequence[Attachment], thanks: Sequence[str]) -> Thing:
    kept = {
        "name": record.title,
        "content": record.content[:MAX_KEPT],
        "warning": record.warning,
        "licence": record.licence,
        "url": record.url,
        "revision": record.revision,
        "thanks": list(thanks),
        "files": [
            {"kind": file.kind, "url": file.url, "description": file.description, "digest": file.digest}
            for file in files
        ],
    }
    return Thing(kind="record", uri=record.uri, row=record.id, accused=record.author, whole=record, kept=kept)


def _comment(comment: Comment) -> Thing:
    kept = {
        "name": comment.record.title,
        "content": comment.content[:MAX_KEPT],
        "warning": comment.warning,
        "url": comment.url,
        "record": comment.record.uri,
    }
    return Thing(kind="comment", uri=comment.uri, row=comment.id, accused=comment.author, whole=comment, kept=kept)


def _challenge(challenge: Challenge) -> Thing:
    group = challenge.actor
    kept = {"name": challenge.title, "content": challenge.content[:MAX_KEPT], "url": group.url}
    accused = challenge.leader or group
    return Thing(kind="challenge", uri=group.uri, row=challenge.id, accused=accused, whole=challenge, kept=kept)


def _project(project: Project) -> Thing:
    group = project.actor
    kept = {
        "name": project.title,
        "content": project.content[:MAX_KEPT],
        "picture": project.cover_url,
        "url": group.url,
    }
    # Whom nobody here could judge does not answer for what is ours.
    creator = project.creator if project.creator is not None and project.creator.is_local else None
    return Thing(kind="project", uri=group.uri, row=project.id, accused=creator or group, whole=project, kept=kept)
