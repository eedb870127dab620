"""Lists of projects, ours and those that are known from elsewhere. Never by how many people like one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.db.search import search_for
from fedirec.db.tables import moment_of
from fedirec.projects.forms import Form
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import seen, with_parts
from fedirec.projects.stages import Stage
from fedirec.remix.models import GroupLeader
from fedirec.remix.queries.leading import MAX_LEADERS
from fedirec.web.paging import Cursor

COUNTED: Final = 99
"""Projects of a stage that are counted; more are more."""
_SEEN: Final = f"FROM project p CROSS JOIN actor a WHERE a.id = p.actor_id AND {seen('p')}"
_SHOWN: Final = f"SELECT p.id {_SEEN}"
_OF_STAGE: Final = "SELECT * FROM (SELECT p.stage, {sql} AND p.stage = ? {newest} LIMIT {most}) AS s{n}"
_TAGGED: Final = f"""
    SELECT p.launched_at, p.id {_SEEN} AND NOT a.is_quiet AND {{near}} AND (p.launched_at, p.id) <= (?, ?)
       AND EXISTS (SELECT 1 FROM tag_follow f JOIN group_tag t ON t.name = f.name
                    WHERE f.actor_id = ? AND t.group_id = p.actor_id)
     ORDER BY p.launched_at DESC, p.id DESC LIMIT ?
"""  # noqa: S608  (only constants are spliced in)
_NEEDS: Final = "AND EXISTS (SELECT 1 FROM need n WHERE n.group_id = p.actor_id AND n.state = 'open' AND n.skill = ?)"
_LEADS: Final = "EXISTS (SELECT 1 FROM group_leader o WHERE o.group_id = p.actor_id AND o.actor_id = ?)"
_IS_IN: Final = (
    "EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = p.id AND m.state = 'active' AND m.actor_id = ?)"
)
_AFTER: Final = " AND (p.launched_at < ? OR (p.launched_at = ? AND p.id < ?))"
_NEWEST: Final = "ORDER BY p.launched_at DESC, p.id DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which projects are looked for; all of them when nothing is said."""

    stage: Stage | None = None
    form: Form | None = None
    skill: str = ""
    """That they look for: one of `remix.skills.CODES`."""
    tag: str = ""
    words: str = ""
    """Of the title, the tags and what it is to become."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The projects that stand at one stage: how many, up to COUNTED and one more, and the newest of them."""

    count: int = 0
    newest: Sequence[Project] = ()


async def projects_by_age(
    sought: Sought, *, viewer: Actor | None, after: Cursor | None = None, limit: int
) -> list[Project]:
    """The projects known here that are `sought`, the newest first, without those of whom `viewer` keeps away."""
    sql, values = _sought(sought, viewer)
    if after is not None:
        sql += _AFTER
        values += [after.at, after.at, after.id]
    return await _in_order([key for (key,) in await fetch_tuples(f"{sql} {_NEWEST} LIMIT ?", *values, limit)])


async def standing_of_each_stage(sought: Sought, *, viewer: Actor | None, each: int) -> dict[Stage, Standing]:
    """How many projects that are `sought` stand at every stage, and up to `each` of them, the newest first.

    Of no stage more than COUNTED and one are read. The stage that is `sought` plays no part.
    """
    sql, values = _sought(replace(sought, stage=None), viewer)
    seen = sql.removeprefix("SELECT ")
    stages = list(Stage)
    asked = " UNION ALL ".join(
        _OF_STAGE.format(sql=seen, newest=_NEWEST, most=COUNTED + 1, n=number) for number in range(len(stages))
    )
    found: dict[str, list[int]] = {}
    for name, key in await fetch_tuples(asked, *(value for stage in stages for value in (*values, stage.value))):
        found.setdefault(name, []).append(key)
    shown = {row.id: row for row in await _in_order([key for keys in found.values() for key in keys[:each]])}
    return {
        Stage(name): Standing(count=len(keys), newest=[shown[key] for key in keys[:each] if key in shown])
        for name, keys in found.items()
    }


async def projects_tagged_for(viewer: Actor, until: datetime, last: int, limit: int) -> Sequence[tuple[datetime, int]]:
    """The projects with a tag that `viewer` follows, launched at `until` at the latest and there with the row `last`:
    when they were launched, and their rows, the newest first.
    """
    near = not_away(viewer)
    rows = await fetch_tuples(_TAGGED.format(near=near.sql), *near.values, until, last, viewer.id, limit)
    return [(moment, key) for at, key in rows if (moment := moment_of(at)) is not None]


async def projects_in(keys: Collection[int]) -> dict[int, Project]:
    """The projects in these rows, with their parts."""
    return {project.id: project for project in await _in_order(list(keys))}


def _sought(sought: Sought, viewer: Actor | None) -> tuple[str, list[Any]]:
    near = not_away(viewer)
    parts, values = [_SHOWN, f"AND {near.sql}"], [*near.values]
    for sql, value in (
        ("AND p.stage = ?", sought.stage and sought.stage.value),
        ("AND p.form = ?", sought.form and sought.form.value),
        (_NEEDS, sought.skill),
        ("AND EXISTS (SELECT 1 FROM group_tag t WHERE t.group_id = p.actor_id AND t.name = ?)", sought.tag),
    ):
        if value:
            parts.append(sql)
            values.append(value)
    if sought.words:
        search = search_for("project", sought.words)
        parts.append(f"AND p.id IN ({search.sql})" if search else "AND 1 = 0")
        values += search.values if search else ()
    return " ".join(parts), values


async def projects_joined_by(person: Actor, *, after: Cursor | None = None, limit: int) -> list[Project]:
    """What everybody sees of the projects that `person` leads or is a member of, the newest first."""
    return await _piece(f"({_LEADS} OR {_IS_IN})", [person.id, person.id], after, limit)


async def projects_in_preparation(person: Actor, *, limit: int = 20) -> list[Project]:
    """The projects that `person` leads and that nobody else sees yet, the newest first."""
    led = GroupLeader.filter(actor_id=person.id).values_list("group_id", flat=True)
    found = Project.filter(launched_at=None, actor__is_local=True, actor_id__in=[int(str(key)) for key in await led])
    return await with_parts(found.order_by("-id").limit(limit))


async def leaders_among(projects: Sequence[Project]) -> dict[int, list[Actor]]:
    """Those who lead each of `projects`, by the row of its Group, in the order in which they came."""
    groups = [project.actor_id for project in projects]
    if not groups:
        return {}
    rows = GroupLeader.filter(group_id__in=groups).order_by("id").limit(MAX_LEADERS * len(groups))
    found: dict[int, list[Actor]] = {}
    for row in await rows.select_related("actor"):
        found.setdefault(row.group_id, []).append(row.actor)
    return found


def place_of_project(project: Project) -> Cursor:
    """Where a project stands in a list by age."""
    return Cursor(at=project.launched_at or project.created_at, id=project.id)


async def _piece(those: str, values: list[Any], after: Cursor | None, limit: int) -> list[Project]:
    sql = f"{_SHOWN} AND {those}"
    if after is not None:
        sql += _AFTER
        values = [*values, after.at, after.at, after.id]
    return await _in_order([key for (key,) in await fetch_tuples(f"{sql} {_NEWEST} LIMIT ?", *values, limit)])


async def _in_order(keys: Sequence[int]) -> list[Project]:
    found = {project.id: project for project in await with_parts(Project.filter(id__in=list(keys)))}
    return [found[key] for key in keys if key in found]
