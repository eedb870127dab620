"""Comments that others do not see any more: their record's author and moderators decide it, and the log says so."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import may_hide_comments, refuse
from fedirec.accounts.viewer import Viewer
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Gone
from fedirec.remix.actions.passing_on import pass_on, take_away
from fedirec.remix.models import Comment
from fedirec.web.language import gettext as _


async def hide_comment(viewer: Viewer, comment: Comment) -> None:
    """Others do not see the comment on the record any more; the log says who did that."""
    _refuse_strangers(viewer, comment)
    if comment.deleted_at:
        raise Gone(_("That comment was deleted."))
    if comment.hidden_at:
        return
    async with transaction():
        comment.hidden_at, comment.hidden_by_id = now(), viewer.actor.id
        await comment.save(update_fields=["hidden_at", "hidden_by_id"])
        await audit(viewer, "hide_comment", comment.uri, record=comment.record.uri)
        await take_away(comment)


async def unhide_comment(viewer: Viewer, comment: Comment) -> None:
    """The comment stands on the record again. What a moderator hid, only a moderator can show."""
    _refuse_strangers(viewer, comment)
    if comment.hidden_at is None:
        return
    if comment.hidden_by_id not in (viewer.actor.id, comment.record.author_id):
        refuse(may_hide_comments(viewer, is_author=False), _("Moderators have hidden that comment."))
    async with transaction():
        comment.hidden_at = comment.hidden_by_id = None
        await comment.save(update_fields=["hidden_at", "hidden_by_id"])
        await audit(viewer, "unhide_comment", comment.uri, record=comment.record.uri)
        await pass_on(comment)


def may_hide(viewer: Viewer, comment: Comment) -> bool:
    """Whether `viewer` may hide `comment`, or show it again: it is about a record of theirs, or they moderate."""
    return may_hide_comments(viewer, is_author=comment.record.author_id == viewer.actor.id)


def _refuse_strangers(viewer: Viewer, comment: Comment) -> None:
    refuse(may_hide(viewer, comment), _("Only the author of the record and moderators can hide comments."))
