"""What pages, the API and other servers ask about a project: which one, and what somebody is to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tortoise.expressions import Q
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.errors import NotFound
from fedirec.projects.models import Production, Project, ProjectMember, Step, StepChallenge
from fedirec.projects.stages import Facts, Stage
from fedirec.remix.models import Challenge, GroupLeader
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.queries.leading import leaders_of, parts_in

MAX_STEPS = 60
"""Of one project."""
MAX_OFFERED = 100
"""Challenges that a step can choose among."""
MAX_HEARD = 100
"""Challenges of a project whose news stand in its feed."""
_NONE = "There is no such project here."


def seen(project: str) -> str:
    """What has to be so in SQL that everybody sees `project`, an alias of its table, with its Group as `a`.

    It is launched, not hidden, and led by somebody who is not suspended, or to be taken over: as in `may_see_project`.
    In no list stands one of another instance that has only invited somebody, until it was asked for itself.
    """
    return f"""
        a.state = 'active' AND {project}.launched_at IS NOT NULL
          AND (a.is_local OR {project}.fetched_at IS NOT NULL)
          AND ({project}.stage = 'adoptable' OR NOT EXISTS (SELECT 1 FROM group_leader g WHERE g.group_id = a.id)
               OR EXISTS (SELECT 1 FROM group_leader g CROSS JOIN actor l
                           WHERE g.group_id = a.id AND l.id = g.actor_id AND l.state <> 'suspended'))
    """  # noqa: S608  (only an alias is spliced in)


async def get_project(slug: str, viewer: Actor | None, *, is_moderator: bool = False) -> Project:
    """The project of ours that is called `slug`, with its actor, creator and cover. Raises NotFound.

    While it is prepared only those see it who are in it, or invited; one that moderators have hidden only they see.
    """
    project = await with_parts(Project.filter(actor__local_handle=slug.lower())).first()
    if project is None or not await may_see_project(project, viewer, is_moderator=is_moderator):
        raise NotFound(_NONE)
    return project


async def get_remote_project(key: int) -> Project:
    """The project of another instance that is row `key` here. Raises NotFound."""
    project = await with_parts(Project.filter(id=key, actor__is_local=False)).first()
    if project is None or not await may_see_project(project, None):
        raise NotFound(_NONE)
    return project


async def get_project_row(key: int, viewer: Actor | None, *, is_moderator: bool = False) -> Project:
    """The project in row `key`, ours or not, if `viewer` may see it. Raises NotFound."""
    project = await with_parts(Project.filter(id=key)).first()
    if project is None or not await may_see_project(project, viewer, is_moderator=is_moderator):
        raise NotFound(_NONE)
    return project


async def project_of(group: Actor) -> Project | None:
    """The project whose Group `group` is."""
    return await with_parts(Project.filter(actor_id=group.id)).first()


async def projects_of(groups: Collection[int]) -> dict[int, Project]:
    """The projects whose Groups are in these rows, by the row of the Group."""
    found = await with_parts(Project.filter(actor_id__in=list(groups)))
    return {project.actor_id: project for project in found}


async def may_see_project(project: Project, viewer: Actor | None, *, is_moderator: bool = False) -> bool:
    """Whether `viewer` sees it: everybody does once it is launched, unless it is hidden or nobody but people who are
    suspended leads it. One that is gone where it lived nobody sees.
    """
    if project.actor.state == "deleted" and not project.actor.is_local:
        return False
    if is_moderator:
        return True
    if project.actor.state == "suspended":
        return False
    if project.actor.is_local and project.launched_at is None:
        return viewer is not None and await _may_see_unlaunched(project, viewer)
    if project.stage == Stage.ADOPTABLE:
        return True  # whoever is to take it over has to see it
    leaders = await leaders_of(project.actor)
    return not leaders or any(leader.state != "suspended" for leader in leaders)


async def _may_see_unlaunched(project: Project, viewer: Actor) -> bool:
    """Whether `viewer` is in a project that is prepared, or is meant by an invitation to it."""
    member = await find_member(project, viewer)
    meant = {Part.AUTHOR} if member is not None and member.state == "invited" else set()
    return may_do(Deed.SEE_UNLAUNCHED, meant | await parts_of(project, viewer))


async def parts_of(project: Project, actor: Actor) -> frozenset[Part]:
    """What `actor` is to `project`."""
    parts = {Part.ANYONE}
    if actor.is_local:
        parts.add(Part.RESIDENT)
    if await GroupLeader.exists(group_id=project.actor_id, actor_id=actor.id):
        parts.add(Part.LEADER)
        if project.creator_id == actor.id:
            parts.add(Part.CREATOR)
    member = await find_member(project, actor)
    if member is not None and member.state == "active":
        parts.add(Part.MEMBER)
        if member.is_trusted:
            parts.add(Part.TRUSTED)
    return frozenset(parts)


async def find_member(project: Project, actor: Actor) -> ProjectMember | None:
    """How `actor` stands to `project`, if they ever did."""
    return await ProjectMember.get_or_none(project_id=project.id, actor_id=actor.id)


async def steps_of(project: Project, *, with_drafts: bool = False) -> Sequence[Step]:
    """The steps of `project` in their order, each with its challenges; drafts are for its leaders."""
    found = Step.filter(project_id=project.id).order_by("position", "id").limit(MAX_STEPS)
    if not with_drafts:
        found = found.exclude(state="draft")
    # A challenge that says no more that it is part of the project is none.
    agreed = StepChallenge.filter(challenge__part_of_id=project.actor_id).select_related("challenge__actor")
    return await found.prefetch_related(Prefetch("challenges", queryset=agreed))


async def get_step(project: Project, key: str) -> Step:
    """The step of `project` with that key. Raises NotFound."""
    step = await Step.get_or_none(uri=f"{project.actor.uri}/steps/{key}", project_id=project.id)
    if step is None:
        raise NotFound("There is no such step.")
    step.project = project
    return step


async def challenges_to_attach(leader: Actor, project: Project) -> Sequence[Challenge]:
    """The challenges that are in no project and not over, the newest first: those of `leader` here, and those elsewhere
    that say themselves that they are part of `project`.
    """
    free = Challenge.filter(part_of_id=None, actor__state="active").select_related("actor")
    led = Q(leader_id=leader.id, actor__is_local=True) | Q(named_project=project.actor.uri)
    free = free.filter(led).exclude(state__in=["concluded", "cancelled", "archived"])
    return await free.order_by("-id").limit(MAX_OFFERED)


async def challenges_to_offer(leader: Actor, project: Project) -> tuple[Sequence[Challenge], Sequence[Challenge]]:
    """The challenges here that `leader` could bring into `project`, which lives elsewhere, the newest first; and those
    that say already that they are part of it.
    """
    led = Challenge.filter(leader_id=leader.id, actor__is_local=True, actor__state="active").order_by("-id")
    led = led.exclude(state__in=["draft", "concluded", "cancelled", "archived"]).select_related("actor")
    free = await led.filter(part_of_id=None).limit(MAX_OFFERED)
    return free, await led.filter(part_of_id=project.actor_id).limit(MAX_OFFERED)


async def get_challenge_to_attach(leader: Actor, project: Project, key: int) -> Challenge:
    """The challenge in row `key`, with its actor: here one that `leader` leads, elsewhere one that says that it is part
    of `project`. Raises NotFound.
    """
    challenge = await Challenge.filter(id=key).select_related("actor").first()
    if challenge is None or not await _may_attach(leader, project, challenge):
        raise NotFound("You lead no such challenge.")
    return challenge


async def _may_attach(leader: Actor, project: Project, challenge: Challenge) -> bool:
    if challenge.actor.is_local:
        return may_do(Deed.CHANGE_CHALLENGE, await parts_in(challenge, leader))
    return challenge.named_project == project.actor.uri


async def groups_in(project: Project) -> list[Actor]:
    """The Group of `project`, which comes with it, and those of its challenges that everybody may see."""
    keys = (
        await Challenge.filter(part_of_id=project.actor_id)
        .exclude(state="draft")
        .order_by("-id")
        .limit(MAX_HEARD)
        .values_list("actor_id", flat=True)
    )
    found = await Actor.filter(id__in=[int(str(key)) for key in keys], state="active", is_quiet=False) if keys else []
    return [project.actor, *found]


async def facts_of(project: Project) -> Facts:
    """What can be counted in `project`."""
    found = await Production.filter(project_id=project.id).distinct().values_list("state", flat=True)
    states = {str(state) for state in found}
    return Facts(
        published_steps=await Step.filter(project_id=project.id).exclude(state="draft").count(),
        has_pool=await _has_money(project),
        has_frozen=not states.isdisjoint({"frozen", "released"}),
        has_released="released" in states,
    )


async def _has_money(project: Project) -> bool:
    """Whether a treasurer confirmed more that came in for a pool of `project`, or for a commission for which it was
    opened, than went out again.

    Pools stand above this package: they are asked for by the names of their tables.
    """
    found = await fetch_rows(
        """
        SELECT 1 AS one
          FROM (SELECT id FROM pool WHERE group_id = ? AND state = 'open'
                UNION SELECT p.id FROM pool_use u JOIN pool p ON p.id = u.pool_id
                       WHERE u.group_id = ? AND p.state = 'open') AS k
          JOIN pool_entry e ON e.pool_id = k.id AND e.state = 'confirmed'
         GROUP BY k.id
        HAVING SUM(CASE WHEN e.kind IN ('income', 'aside') THEN e.amount ELSE -e.amount END) > 0
         LIMIT 1
        """,
        project.actor_id,
        project.actor_id,
    )
    return bool(found)


def with_parts(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Each with its actor, its creator and its cover."""
    return projects.select_related("actor", "creator", "cover")
