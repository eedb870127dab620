"""Projects, and what happens in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery, Sent, Shape, Text
from fedirec.api.shapes.files import FileSent, dressed_files
from fedirec.api.shapes.logs import LogEntry, show_entries
from fedirec.api.shapes.news import NewsItem, show_news
from fedirec.api.shapes.people import Person, show_person
from fedirec.api.shapes.records import RecordCard, show_card
from fedirec.api.shapes.steps import Step, StepSent, show_steps
from fedirec.html import markdown
from fedirec.projects.actions.projects import MAX_TITLE, SILENT_DAYS
from fedirec.projects.models import Project as ProjectRow
from fedirec.projects.pages.views import cover_view, project_url
from fedirec.projects.queries.lists import leaders_among
from fedirec.projects.queries.projects import facts_of, steps_of
from fedirec.projects.queries.story import Chapter
from fedirec.projects.stages import CRITERIA, Stage, next_stages, refusal_of
from fedirec.remix.actions.group_tags import MAX_TAGS, tags_of
from fedirec.remix.logbook import MAX_REASON

StageName = Literal[
    "idea",
    "early",
    "advanced",
    "funded",
    "in_production",
    "finished",
    "released",
    "paused",
    "abandoned",
    "adoptable",
]
FormName = Literal[
    "film", "song", "story", "zine", "podcast", "game", "picture_book", "animation", "exhibition", "other"
]
_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


class ProjectsQuery(PieceQuery):
    stage: StageName | None = None
    form: FormName | None = None
    skill: Text = Field("", max_length=10, description="That it looks for: the code of a skill in /api/vocabularies.")
    tag: Text = Field("", max_length=100)
    q: Text = Field("", max_length=100, description="Words of the title, the tags or what it is to become.")


class Cover(Shape):
    """The picture that stands for a project."""

    url: str
    description: str


class ProjectCard(Shape):
    """A project, as lists have it."""

    id: int
    uri: str = Field(description="The id of its Group in the federation.")
    url: str
    handle: str
    group: int = Field(description="The id of its Group, which can be followed.")
    title: str
    form: str
    stage: str
    stage_at: datetime
    leaders: list[Person]
    creator: Person | None = Field(description="Who adds and removes leaders.")
    language: str | None
    cover: Cover | None
    launched_at: datetime | None = Field(description="Null while its leaders prepare it.")
    is_here: bool


class Way(Shape):
    """A stage to which a project can go from where it stands."""

    stage: StageName
    criteria: str
    refusal: str | None = Field(description="What the project lacks for it.")


class Project(ProjectCard):
    """A project with its brief and its steps."""

    text: str
    html: str
    tags: list[str]
    silent_days: int
    led_at: datetime | None = Field(description="When a leader last did something in it.")
    timezone: str
    criteria: str
    ways: list[Way]
    steps: list[Step]


class Projects(Listed):
    items: list[ProjectCard]


class ChapterTold(Shape):
    """One thing that happened: an entry of the log, a piece of news, or a record that was taken up."""

    at: datetime
    group: Person | None = Field(description="The challenge in which it happened; null for the project itself.")
    entry: LogEntry | None
    news: NewsItem | None
    record: RecordCard | None


class Story(Listed):
    items: list[ChapterTold]


class NewProject(Sent):
    """A project that is begun."""

    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    slug: Text | None = Field(
        None, min_length=1, max_length=60, description="Its handle; made from the title when left out."
    )
    text: Text = Field(min_length=1, max_length=20_000)
    form: FormName = "other"
    language: Text | None = Field(None, pattern=_LANGUAGE)
    tags: list[Text] = Field(default_factory=list, max_length=MAX_TAGS)
    cover: FileSent | None = None
    timezone: Text = Field("UTC", max_length=60)
    silent_days: int = Field(60, ge=SILENT_DAYS.start, le=SILENT_DAYS.stop - 1)
    steps: list[StepSent] | None = Field(
        None, max_length=60, description="The usual steps of its form when left out; none for an empty list."
    )


class ProjectChange(Sent):
    """What a project says from now on; what is left out stays."""

    title: Text | None = Field(None, min_length=1, max_length=MAX_TITLE)
    text: Text | None = Field(None, min_length=1, max_length=20_000)
    form: FormName | None = None
    language: Text | None = Field(None, pattern=_LANGUAGE)
    tags: list[Text] | None = Field(None, max_length=MAX_TAGS)
    cover: FileSent | None = None
    timezone: Text | None = Field(None, max_length=60)
    silent_days: int | None = Field(None, ge=SILENT_DAYS.start, le=SILENT_DAYS.stop - 1)


class StageSent(Sent):
    stage: StageName
    reason: Text = Field(min_length=1, max_length=MAX_REASON)


async def show_projects(call: Call, rows: Sequence[ProjectRow]) -> list[ProjectCard]:
    """Projects, which come with their parts."""
    leaders = await leaders_among(rows)
    return [ProjectCard(**_card(call, row, leaders.get(row.actor_id, []))) for row in rows]


async def show_project(call: Call, row: ProjectRow, *, with_drafts: bool = False) -> Project:
    """A project, which comes with its parts."""
    leaders = await leaders_among([row])
    stage, before = Stage(row.stage), Stage(row.stage_before) if row.stage_before else None
    facts = await facts_of(row)
    is_local = row.actor.is_local
    return Project(
        **_card(call, row, leaders.get(row.actor_id, [])),
        text=row.text,
        html=markdown(row.text) if row.text else row.content,
        tags=await tags_of(row.actor),
        silent_days=row.silent_days,
        led_at=row.led_at if is_local else None,
        timezone=row.timezone,
        criteria=CRITERIA[stage],
        ways=[
            Way(stage=way.value, criteria=CRITERIA[way], refusal=None if way is before else refusal_of(way, facts))
            for way in (next_stages(stage, before=before) if is_local else ())
        ],
        steps=await show_steps(call, await steps_of(row, with_drafts=with_drafts)),
    )


async def show_chapters(call: Call, chapters: Sequence[Chapter]) -> list[ChapterTold]:
    """What happened, with its people and records."""
    dressed = await dressed_files([chapter.taken.record for chapter in chapters if chapter.taken is not None])
    entries = await show_entries(call, [chapter.entry for chapter in chapters if chapter.entry is not None])
    by_id = {entry.id: entry for entry in entries}
    return [
        ChapterTold(
            at=chapter.at,
            group=show_person(call, chapter.group) if chapter.group else None,
            entry=by_id[chapter.entry.id] if chapter.entry else None,
            news=show_news(call, chapter.news) if chapter.news else None,
            record=show_card(call, chapter.taken.record, dressed) if chapter.taken else None,
        )
        for chapter in chapters
    ]


def _card(call: Call, row: ProjectRow, leaders: Sequence[Actor]) -> dict[str, Any]:
    group, picture = row.actor, cover_view(call.cards, row)
    return {
        "id": row.id,
        "uri": group.uri,
        "url": call.absolute(project_url(call.cards, row)),
        "handle": f"@{group.handle}@{group.host}",
        "group": group.id,
        "title": row.title,
        "form": row.form,
        "stage": row.stage,
        "stage_at": row.stage_at,
        "leaders": [show_person(call, leader) for leader in leaders],
        "creator": show_person(call, row.creator) if row.creator else None,
        "language": row.language,
        "cover": Cover(url=call.absolute(picture.url), description=picture.alt) if picture else None,
        "launched_at": row.launched_at,
        "is_here": group.is_local,
    }
