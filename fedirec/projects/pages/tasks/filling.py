"""What stands in the forms about tasks, and among what they let choose."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.projects.actions.tasks import (
    TaskDraft,
)
from fedirec.projects.models import Project, Task
from fedirec.projects.queries.projects import steps_of
from fedirec.projects.queries.tasks import people_in
from fedirec.projects.tasks import MAX_TEXT, MAX_TITLE
from fedirec.remix.pages.visitors import number_of
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named
from fedirec.web.views import Choice


async def choices_in(project: Project) -> dict[str, Any]:
    """The people and the steps among whom a form about a task of `project` lets choose."""
    people, steps = await people_in(project), await steps_of(project)
    return {
        "people": [
            Choice(value="", label=_("Nobody yet")),
            *(Choice(value=str(each.id), label=_named(each)) for each in people),
        ],
        "steps": [
            Choice(value="", label=_("No step")),
            *(Choice(value=str(each.id), label=each.title) for each in steps),
        ],
        "zone": project.timezone if zone_named(project.timezone) else "UTC",
        "max_title": MAX_TITLE,
    }


def _named(person: Actor) -> str:
    handle = f"@{person.handle}" if person.is_local else f"@{person.handle}@{person.host}"
    return f"{person.name} ({handle})" if person.name else handle


async def draft_in(form: Form, project: Project, *, task: Task | None = None) -> TaskDraft:
    """What stands in the form; mistakes are told beside its fields."""
    title, text = form.line("title", required=True, max=MAX_TITLE), form.text("text", max=MAX_TEXT)
    due = form.instant("due", zone=project.timezone)
    if (
        task is not None
        and task.due_at is not None
        and due is not None
        and due == task.due_at.replace(second=0, microsecond=0)
    ):
        due = task.due_at  # the field knows no seconds
    steps = {str(step.id): step for step in await steps_of(project)}
    if task is not None and task.step is not None:
        steps.setdefault(str(task.step_id), task.step)
    step = form.choice("step", tuple(steps), required=False)
    return TaskDraft(
        title=title,
        text=text,
        step=steps.get(step),
        assignee=await chosen_person(form, project, kept=task.assignee if task else None),
        due_at=due,
    )


async def chosen_person(
    form: Form, project: Project, *, required: bool = False, kept: Actor | None = None
) -> Actor | None:
    """Who was chosen among those in `project`; `kept` may stay though they are not in it any more.

    None for nobody, and for a mistake, which is told beside the field.
    """
    chosen = form.value("assignee")
    if not chosen and not required:
        return None
    if kept is not None and chosen == str(kept.id):
        return kept
    person = next((each for each in await people_in(project) if each.id == number_of(chosen)), None)
    if person is None:
        form.fail("assignee", _("Choose somebody who is in the project."))
    return person
