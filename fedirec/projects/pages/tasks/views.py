"""Tasks as templates show them.

Who does one is named to those who are in the project: they were given it perhaps, and have not said yes in public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.models import Task
from fedirec.projects.pages.views import project_url
from fedirec.projects.tasks import is_overdue
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.cards.texts import rendered
from fedirec.remix.powers import Deed, Part, is_inside, may_do
from fedirec.web.language import gettext as _
from fedirec.web.language import reader, zone_named
from fedirec.web.times import in_zone
from fedirec.web.views import PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task as lists and its own page show it."""

    title: str
    text_html: str
    url: str
    state: str
    word: str
    tone: str
    sign: str
    project_title: str
    project_url: str
    step: str = ""
    step_url: str = ""
    who: PersonView | None = None
    """Who does it; None also where whoever looks is not in the project."""
    is_taken: bool = False
    is_mine: bool = False
    due_at: datetime | None = None
    due_there: str = ""
    """The same date in the zone of the project, where clocks say something else than the reader's."""
    is_overdue: bool = False
    made_by: PersonView | None = None
    made_at: datetime | None = None
    ended_at: datetime | None = None
    done_by: PersonView | None = None
    may_take: bool = False
    may_finish: bool = False
    may_change: bool = False


def task_view(cards: Cards, task: Task, viewer: Actor | None, parts: frozenset[Part]) -> TaskView:
    """A task, which comes with its people, step and project, as somebody sees it who plays `parts` there."""
    is_mine = viewer is not None and task.assignee_id == viewer.id
    is_late = is_overdue(task.state, task.due_at, at=now())
    words = {
        "open": (_("overdue"), "bad", "warning") if is_late else (_("to do"), "plain", "clock"),
        "done": (_("done"), "good", "check"),
        "dropped": (_("dropped"), "plain", "close"),
    }
    word, tone, sign = words[task.state]
    url, is_named = cards.here(task.uri), is_mine or is_inside(parts)
    step_key = task.step.uri.rpartition("/")[2] if task.step else ""
    does = parts | {Part.ASSIGNEE} if is_mine else parts
    return TaskView(
        title=task.title,
        text_html=rendered(task.text) if task.text else "",
        url=url,
        state=task.state,
        word=word,
        tone=tone,
        sign=sign,
        project_title=task.project.title,
        project_url=project_url(cards, task.project),
        step=task.step.title if task.step else "",
        step_url=f"{project_url(cards, task.project)}#step-{step_key}" if step_key else "",
        who=cards.person(task.assignee) if task.assignee and is_named else None,
        is_taken=task.assignee is not None,
        is_mine=is_mine,
        due_at=task.due_at,
        due_there=_there(task),
        is_overdue=is_late,
        made_by=cards.person(task.made_by) if is_inside(parts) else None,
        made_at=task.created_at,
        ended_at=task.ended_at,
        done_by=cards.person(task.done_by) if task.done_by else None,
        may_take=task.state == "open" and not is_mine and is_free(task) and may_do(Deed.TAKE_TASK, parts),
        may_finish=task.state == "open" and may_do(Deed.FINISH_TASK, does),
        may_change=may_do(Deed.CHANGE_TASK, parts),
    )


def _there(task: Task) -> str:
    """When it is due where the project is, if the clock says something else there than where the reader is."""
    zone = zone_named(task.project.timezone)
    if task.due_at is None or zone is None:
        return ""
    is_same = task.due_at.astimezone(zone).utcoffset() == task.due_at.astimezone(reader().zone).utcoffset()
    return "" if is_same else in_zone(task.due_at, task.project.timezone)


def is_free(task: Task) -> bool:
    """Whether nobody does it: whoever was given it is suspended, or gone."""
    return task.assignee is None or task.assignee.state != "active"
