"""What a project says by itself to those who follow it, when a rule or a date did something."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project
from fedirec.remix.actions.news import publish_news
from fedirec.remix.news import NewsKind
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _


async def say(
    project: Project,
    *,
    title: str,
    text: str,
    who: Actor | None = None,
) -> None:
    """Followers everywhere read it in the language of the project.

    Part of the caller's transaction. `title` and `text` are marked with N_; “%(title)s” in the text is the project's,
    “%(who)s” is `who`. Nobody hears of what is not launched.
    """
    if project.launched_at is None:
        return
    blanks = {"title": project.title, "who": (who.name or who.handle) if who else ""}
    await publish_news(
        await project.actor,
        kind=NewsKind.UPDATE,
        title=in_its_language(project, title),
        text=in_its_language(project, text) % blanks,
        author=None,
        language=_language_of(project),
    )


def in_its_language(project: Project, words: str) -> str:
    """`words`, marked with N_, in the language of the project, or in the nearest that we speak."""
    with reading(Reader(locale=_language_of(project))):
        return _(words)


def _language_of(project: Project) -> str:
    return best_language([project.language] if project.language else [])
