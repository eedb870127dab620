"""The pages of one project."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.projects.models import Project
from fedirec.projects.pages.views import project_url
from fedirec.projects.stages import Stage
from fedirec.remix.pages.cards import Cards
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.web.language import gettext as _
from fedirec.web.views import Tab


def project_tabs(cards: Cards, project: Project, *, current: str, parts: Collection[Part]) -> list[Tab]:
    """Those that somebody who plays `parts` may see."""
    url = project_url(cards, project)
    pages = [("project", _("Project"), url), ("story", _("What happened"), f"{url}/story")]
    if project.actor.is_local:
        pages.append(("tasks", _("Tasks"), f"{url}/tasks"))
        if project.launched_at is not None:
            pages.append(("money", _("Money"), f"{url}/money"))
        pages += [("people", _("People"), f"{url}/people"), ("log", _("Log"), f"{url}/log")]
        if project.stage == Stage.ADOPTABLE or current == "takeover":
            pages.append(("takeover", _("Who will lead it?"), f"{url}/takeover"))
        if may_do(Deed.CHANGE_PROJECT, parts):
            pages.append(("lead", _("Lead it"), f"{url}/lead"))
    return [Tab(label=label, url=address, is_current=name == current) for name, label, address in pages]
