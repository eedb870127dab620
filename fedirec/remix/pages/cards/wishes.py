"""What the author of a record wishes beyond its licence, in the reader's words."""

from __future__ import annotations

from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.remix.wishes import AiPreference, Remixing, remixing_within
from fedirec.web.language import gettext as _


def wishes_in_words(record: Record) -> tuple[tuple[str, str], ...]:
    """Each wish of the author of `record`, with the name of an icon; none of a post, whose author says nothing."""
    if record.is_post or record.deleted_at or record.visibility != "public":
        return ()
    name = {"name": record.author.name or record.author.handle}
    licence = licence_of(record)
    said: list[tuple[str, str]] = []
    if not licence.may_remix:
        said.append(("question", _("Whoever wants to remix it asks %(name)s first.") % name))
    else:
        said.append(
            {
                Remixing.ANYONE: ("check", _("%(name)s agrees to every remix beforehand.") % name),
                Remixing.FOLLOWERS: (
                    "people",
                    _("Whoever follows %(name)s may remix without asking; %(name)s is asked about others.") % name,
                ),
                Remixing.NOBODY: (
                    "question",
                    _("%(name)s is asked about each remix, and says whether they agree.") % name,
                ),
            }[remixing_within(licence, record.remixing)]
        )
    if record.ai_preference == AiPreference.DISALLOW:
        said.append(("no-machine", _("%(name)s asks that no machine is trained with it.") % name))
    elif record.ai_preference == AiPreference.ALLOW:
        said.append(("machine", _("Machines may be trained with it.")))
    return tuple(said)
