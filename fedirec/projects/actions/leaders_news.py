"""What leaders tell those who follow their project."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.models import Project
from fedirec.remix.actions.news import post_news
from fedirec.remix.models import News
from fedirec.remix.powers import Deed
from fedirec.web.language import gettext as _


async def tell_followers(leader: Actor, project: Project, *, title: str, text: str) -> News:
    """Those who follow the project hear what `leader` has to say, in its language.

    Raises what `post_news` raises, and Conflict before the project is launched.
    """
    async with transaction():
        await begin_deed(Deed.POST_NEWS, project, leader)
        if project.launched_at is None:
            raise Conflict(_("Launch it first."))
        return await post_news(leader, project.actor, title=title, text=text, language=project.language)
