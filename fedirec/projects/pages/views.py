"""Projects and their steps as templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.html import excerpt
from fedirec.projects.forms import FORM_NAMES, Form
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.lists import leaders_among
from fedirec.projects.stages import CRITERIA, NAMES, WAY, Stage
from fedirec.remix.models import Attachment, Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.cards.texts import LOOKED_AT, rendered
from fedirec.remix.queries.parts import challenges_in
from fedirec.translatable import N_
from fedirec.uris import Uris
from fedirec.web.language import gettext as _
from fedirec.web.views import ChallengeView, MediaView, PersonView

_FIRST_WORDS: Final = 150
_TONES: Final[Mapping[Stage, tuple[str, str]]] = {
    Stage.IDEA: ("plain", "question"),
    Stage.EARLY: ("good", "up"),
    Stage.ADVANCED: ("good", "up"),
    Stage.FUNDED: ("good", "coins"),
    Stage.IN_PRODUCTION: ("good", "turn"),
    Stage.FINISHED: ("accent", "check"),
    Stage.RELEASED: ("accent", "record"),
    Stage.PAUSED: ("plain", "pause"),
    Stage.ABANDONED: ("plain", "close"),
    Stage.ADOPTABLE: ("bad", "people"),
}
_STEP_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "draft": (N_("Draft"), "edit"),
    "open": (N_("Open"), "challenge"),
    "locked": (N_("Locked"), "lock"),
    "done": (N_("Done"), "check"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """Where a project stands, or could."""

    code: str
    name: str
    criteria: str
    tone: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """A project, as a card and as a page show it."""

    title: str
    url: str
    handle: str
    form: str
    stage: StageView
    leaders: tuple[PersonView, ...] = ()
    excerpt: str = ""
    brief_html: str = ""
    cover: MediaView | None = None
    language: str | None = None
    is_launched: bool = True
    launched_at: datetime | None = None
    is_remote: bool = False
    host: str = ""
    original_url: str | None = None
    seen_at: datetime | None = None

    @property
    def host_person(self) -> PersonView | None:
        return self.leaders[0] if self.leaders else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step, with the challenges that it carries."""

    key: str
    title: str
    text_html: str
    state: str
    word: str
    sign: str
    url: str
    """Of its place on the page of its project."""
    number: int
    challenges: tuple[ChallengeView, ...] = ()
    challenge_rows: tuple[int, ...] = ()


def stage_view(stage: str) -> StageView:
    found = Stage(stage) if stage in set(Stage) else Stage.IDEA
    tone, sign = _TONES[found]
    return StageView(code=found.value, name=_(NAMES[found]), criteria=_(CRITERIA[found]), tone=tone, sign=sign)


def way_views() -> list[StageView]:
    """The stages in their order, and then those aside."""
    return [stage_view(stage.value) for stage in (*WAY, Stage.PAUSED, Stage.ABANDONED, Stage.ADOPTABLE)]


def form_word(form: str) -> str:
    return _(FORM_NAMES[Form(form) if form in set(Form) else Form.OTHER])


def project_url(cards: Cards, project: Project) -> str:
    """The page of a project here."""
    return cards.here(project.actor.uri) if project.actor.is_local else f"/projects/remote/{project.id}"


async def project_views(cards: Cards, projects: Sequence[Project], *, whole: bool = False) -> list[ProjectView]:
    """Projects, which come with their parts, as cards show them, or with `whole` as pages do."""
    leaders = await leaders_among(projects)
    await cards.dress_files(project.cover_id for project in projects if project.cover_id is not None)
    return [_view(cards, project, leaders.get(project.actor_id, []), whole=whole) for project in projects]


def _view(cards: Cards, project: Project, leaders: Sequence[Actor], *, whole: bool) -> ProjectView:
    group = project.actor
    return ProjectView(
        title=project.title,
        url=project_url(cards, project),
        handle=f"@{group.handle}@{group.host}",
        form=form_word(project.form),
        stage=stage_view(project.stage),
        leaders=tuple(cards.person(leader) for leader in leaders),
        excerpt=excerpt(project.content[:LOOKED_AT], _FIRST_WORDS),
        brief_html=(rendered(project.text) if project.text else project.content) if whole else "",
        cover=cover_view(cards, project),
        language=project.language,
        is_launched=project.launched_at is not None or not group.is_local,
        launched_at=project.launched_at,
        is_remote=not group.is_local,
        host="" if group.is_local else group.host,
        original_url=None if group.is_local else (group.url or group.uri),
        seen_at=None if group.is_local else project.fetched_at,
    )


def cover_view(cards: Cards, project: Project) -> MediaView | None:
    """The picture of a project, ours or a copy of that of another instance."""
    media = project.cover
    if media is not None:
        url = Uris(cards.site.origin).media(media.path or "")
        size = {"width": media.width, "height": media.height, "media_id": media.id}
        return cards.medium(
            Attachment(
                kind="image", media_type=media.media_type, url=url, description=project.cover_description, **size
            )
        )
    if not project.cover_url or project.actor.media_rejected:
        return None
    picture = Attachment(
        kind="image", media_type="image/*", url=project.cover_url, description=project.cover_description
    )
    return cards.medium(picture)


async def step_views(cards: Cards, project: Project, steps: Sequence[Step]) -> list[StepView]:
    """The steps of a project, which come with their challenges, in their order."""
    rows = [row.challenge_id for step in steps for row in step.challenges]
    challenges = {each.id: each for each in await challenges_in(rows)}
    await cards.dress(challenges.values())
    base = project_url(cards, project)
    return [
        StepView(
            key=(key := step.uri.rpartition("/")[2]),
            title=step.title,
            text_html=rendered(step.text) if step.text else step.content,
            state=step.state,
            word=_(_STEP_WORDS[step.state][0]),
            sign=_STEP_WORDS[step.state][1],
            url=f"{base}#step-{key}",
            number=number,
            challenges=tuple(
                cards.challenge(challenges[row.challenge_id])
                for row in step.challenges
                if _is_shown(challenges.get(row.challenge_id))
            ),
            challenge_rows=tuple(row.challenge_id for row in step.challenges),
        )
        for number, step in enumerate(steps, 1)
    ]


def _is_shown(challenge: Challenge | None) -> bool:
    return challenge is not None and challenge.actor.state == "active"
