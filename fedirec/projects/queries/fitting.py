"""Which open steps of projects somebody could help with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.projects import seen, with_parts
from fedirec.remix.queries.matching import skill_for
from fedirec.remix.queries.parts import challenges_in

LOOKED_AT: Final = 100
"""Open challenges of open steps that are looked at, the newest."""
_OPEN: Final = f"""
    SELECT s.id, s.project_id, c.id FROM step s CROSS JOIN project p CROSS JOIN actor a
      CROSS JOIN step_challenge x CROSS JOIN challenge c
     WHERE s.state = 'open' AND p.id = s.project_id AND a.id = p.actor_id AND {seen("p")}
       AND x.step_id = s.id AND c.id = x.challenge_id AND c.state IN ('open', 'extended')
       AND (c.deadline_at IS NULL OR c.deadline_at > ?)
       AND NOT EXISTS (SELECT 1 FROM group_leader g WHERE g.group_id = p.actor_id AND g.actor_id = ?)
"""  # noqa: S608  (only a constant is spliced in)


async def steps_that_fit(viewer: Actor, skills: Sequence[str], *, limit: int) -> list[tuple[Step, Project, str]]:
    """Up to `limit` open steps with a challenge that one of `skills` answers, the newest first, each with its project
    and that skill. None of projects that `viewer` leads, or of those from whom they keep away.
    """
    if not skills:
        return []
    near = not_away(viewer)
    sql = f"{_OPEN} AND {near.sql} ORDER BY s.id DESC, c.id LIMIT ?"
    rows = await fetch_tuples(sql, now(), viewer.id, *near.values, LOOKED_AT)
    challenges = {each.id: each for each in await challenges_in([challenge for _, _, challenge in rows])}
    chosen: dict[int, tuple[int, str]] = {}
    for step, project, challenge in rows:
        skill = skill_for(challenges[challenge].kinds, skills) if challenge in challenges else None
        if skill is not None and step not in chosen and len(chosen) < limit:
            chosen[step] = project, skill
    steps = {step.id: step for step in await Step.filter(id__in=list(chosen))} if chosen else {}
    keys = [project for project, _ in chosen.values()]
    projects = {each.id: each for each in await with_parts(Project.filter(id__in=keys))} if keys else {}
    return [
        (steps[key], projects[project], skill)
        for key, (project, skill) in chosen.items()
        if key in steps and project in projects
    ]
