"""What is known of how projects are led, and who offers to lead them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.projects.models import Project, ProjectMember, Takeover
from fedirec.projects.queries.projects import seen
from fedirec.projects.takeovers import (
    ADOPTABLE,
    AT_REST,
    AT_WORK,
    MAX_OFFERS,
    Candidate,
    Leading,
    has_to_be_warned,
    silent_at,
    takes_in_everybody,
)
from fedirec.remix.models import Challenge, LogEntry, News, Reminder
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.queries.leading import leaders_of

BATCH: Final = 500
"""Projects that are looked at in one query."""
MAX_TOLD: Final = 500
"""Members who are told what happens to their project."""
MAX_CHALLENGES: Final = 500
"""Challenges of a project in which its leaders may have done something."""
SILENCE: Final = "silence"
"""How the reminder of leaders who are silent is called."""
SHORTEST: Final = timedelta(days=7)
"""After how long a silence a project is looked at; its leaders may choose a fortnight at least."""
_LOOKED_AT: Final = tuple(sorted(stage.value for stage in AT_WORK | AT_REST))


async def silent_projects() -> AsyncIterator[int]:
    """The rows of projects of ours whose leaders have been silent for so long that they are told, or will be.

    The rule says which ones those are; the database leaves out those that were led a short time ago.
    """
    last = 0
    while rows := await _quiet_after(last):
        last = rows[-1].id
        for project in rows:
            leading = _leading(project, leaders_there=True)
            if has_to_be_warned(leading, at=now()):
                yield project.id


async def leaderless_projects() -> list[int]:
    """The rows of projects of ours, at most BATCH, with nobody who is still there to lead them."""
    rows = await fetch_rows(
        f"""
        SELECT p.id FROM project p CROSS JOIN actor a
         WHERE p.fetched_at IS NULL AND a.id = p.actor_id AND a.is_local AND a.state = 'active'
           AND p.launched_at IS NOT NULL
           AND p.stage IN ({", ".join("?" for _ in _LOOKED_AT)})
           AND NOT EXISTS (SELECT 1 FROM group_leader g JOIN actor l ON l.id = g.actor_id
                            WHERE g.group_id = p.actor_id AND l.state = 'active' AND l.moved_to IS NULL)
         ORDER BY p.id LIMIT ?
        """,  # noqa: S608  (only placeholders are spliced in)
        *_LOOKED_AT,
        BATCH,
    )
    return [int(row["id"]) for row in rows]


async def adoptable_groups(limit: int) -> list[str]:
    """The ids of the Groups of projects of ours that wait for somebody to lead them, the newest in front; of none whose
    leaders do not want to be found, or were limited.
    """
    rows = await fetch_rows(
        f"""
        SELECT a.uri AS uri FROM project p CROSS JOIN actor a
         WHERE p.stage = ? AND a.id = p.actor_id AND a.is_local AND NOT a.is_quiet AND {seen("p")}
           AND NOT EXISTS (SELECT 1 FROM group_leader k CROSS JOIN actor l
                            WHERE k.group_id = a.id AND l.id = k.actor_id AND l.state IN ('active', 'suspended')
                              AND (l.state = 'suspended' OR NOT l.is_indexable OR l.is_quiet OR l.without_name))
         ORDER BY p.launched_at DESC, p.id DESC LIMIT ?
        """,  # noqa: S608  (only constants are spliced in)
        ADOPTABLE,
        limit,
    )
    return [str(row["uri"]) for row in rows]


async def leading_of(project: Project) -> Leading:
    """How `project` is led just now."""
    leaders = await leaders_of(await project.actor)
    return _leading(project, leaders_there=any(is_there(leader) for leader in leaders))


async def may_put_up(project: Project, parts: Collection[Part]) -> bool:
    """Whether somebody who plays `parts` may look for others who lead it: its creator, or any leader once that one is
    gone.
    """
    if may_do(Deed.PUT_UP_PROJECT, parts):
        return True
    return not await Actor.exists(id=project.creator_id or 0, state="active", moved_to=None)


async def is_open_to_all(project: Project) -> bool:
    """Whether whoever asks to join `project` is in at once, because nobody is left who could take it over, or does."""
    is_open = partial(takes_in_everybody, stage=project.stage, since=project.stage_at, at=now())
    if not is_open(heirs=0):
        return False
    leaders = await leaders_of(await project.actor)
    heirs = ProjectMember.filter(
        project_id=project.id,
        state="active",
        joined_at__lt=project.stage_at,
        actor__state="active",
        actor__moved_to=None,
    )
    others = heirs.exclude(actor_id__in=[leader.id for leader in leaders] or [0])
    return is_open(heirs=await others.count())


async def latest_deed(project: Project) -> tuple[datetime, Actor] | None:
    """When a leader last did something that stands in the log or the news of `project`, or of a challenge of it, and
    who that was; None when nobody did since it was last known to be led.
    """
    leaders = {leader.id: leader for leader in await leaders_of(await project.actor)}
    challenges = Challenge.filter(part_of_id=project.actor_id).order_by("-id").limit(MAX_CHALLENGES)
    groups = [project.actor_id, *await challenges.values_list("actor_id", flat=True)]
    entry = LogEntry.filter(group_id__in=groups, by_id__in=list(leaders), created_at__gt=project.led_at)
    told = News.filter(group_id__in=groups, author_id__in=list(leaders), published_at__gt=project.led_at)
    found = [
        *[(row.created_at, row.by_id) for row in await entry.order_by("-created_at").limit(1)],
        *[(row.published_at, row.author_id) for row in await told.order_by("-published_at").limit(1)],
    ]
    at, leader = max(found, default=(None, None))
    return (at, leaders[leader]) if at is not None and leader is not None else None


async def warned_at(project: Project, leading: Leading) -> datetime | None:
    """When its leaders were told of the end of this silence."""
    group = await project.actor
    found = Reminder.filter(subject_uri=group.uri, kind=SILENCE, due_at=silent_at(leading))
    row = await found.first()
    return row.sent_at if row else None


async def over_at(moment: datetime) -> list[int]:
    """The rows of projects, at most BATCH, that wait for one who leads them for long enough at that `moment`."""
    found = Takeover.filter(state="waiting", ends_at__lte=moment, project__actor__is_local=True)
    rows = await found.order_by("ends_at").limit(BATCH).values_list("project_id", flat=True)
    return list(dict.fromkeys(int(str(key)) for key in rows))


async def offers_for(project: Project) -> Sequence[Takeover]:
    """Who offers to lead `project` at the moment, whoever came first in front."""
    waiting = Takeover.filter(project_id=project.id, state="waiting").order_by("id").limit(MAX_OFFERS)
    return await waiting.select_related("actor")


async def candidates_for(project: Project, offers: Sequence[Takeover]) -> list[Candidate]:
    """Those of `offers`, which come with their actors, as the rule looks at them."""
    places = ProjectMember.filter(project_id=project.id, actor_id__in=[offer.actor_id for offer in offers])
    members = {place.actor_id: place for place in await places}
    found = []
    for offer in offers:
        place = members.get(offer.actor_id)
        # Whoever left and came back since is a newcomer, whatever they offered before.
        stayed = (
            place is not None and place.state == "active" and place.joined_at and place.joined_at < offer.created_at
        )
        found.append(
            Candidate(
                key=offer.id,
                offered_at=offer.created_at,
                is_trusted=place is not None and place.is_trusted,
                may_still_lead=bool(stayed) and is_there(offer.actor),
            )
        )
    return found


async def members_to_tell(project: Project) -> Sequence[Actor]:
    """Those who are in `project`, at most MAX_TOLD, the longest in front."""
    found = ProjectMember.filter(project_id=project.id, state="active").order_by("id").limit(MAX_TOLD)
    return [place.actor for place in await found.select_related("actor")]


def is_there(leader: Actor) -> bool:
    """Whether somebody who leads a project can still do so under that name."""
    return leader.state == "active" and leader.moved_to is None


async def _quiet_after(last: int) -> list[Project]:
    quiet = Project.filter(
        id__gt=last,
        fetched_at=None,
        stage__in=_LOOKED_AT,
        led_at__lte=now() - SHORTEST,
        launched_at__not_isnull=True,
        actor__is_local=True,
        actor__state="active",
    )
    return await quiet.order_by("id").limit(BATCH)


def _leading(project: Project, *, leaders_there: bool) -> Leading:
    return Leading(
        stage=project.stage,
        stage_at=project.stage_at,
        led_at=project.led_at,
        silent_days=project.silent_days,
        leaders_there=leaders_there,
    )
