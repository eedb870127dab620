"""Who sends a file, and how much of them is kept here, by what they are on this instance."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission, Role
from fedirec.media.refusals import bytes_in_words
from fedirec.media.routes import Uploader
from fedirec.settings import Settings
from fedirec.web.language import gettext as _

_LOOKING: Final = frozenset({"GET", "HEAD"})


async def uploader_of(request: Request[Any]) -> Uploader:
    """Who makes the request, and may. Raises Unauthenticated or Forbidden."""
    permission = Permission.READ_OWN if request.method in _LOOKING else Permission.MANAGE_OWN
    viewer = require_viewer(request, permission)
    quota = quota_of(request.state["settings"], viewer.role)
    return Uploader(actor=viewer.actor, quota=quota, reason=_reason(viewer.role, quota))


def quota_of(settings: Settings, role: Role) -> int:
    """How many bytes the files of somebody in this role may have together; 0 for any number."""
    return {Role.GUEST: settings.guest_quota_bytes, Role.MEMBER: settings.member_quota_bytes}.get(
        role, settings.team_quota_bytes
    )


def _reason(role: Role, quota: int) -> str:
    if not quota:
        return ""
    words = {
        Role.GUEST: _("All files of a guest may have %(limit)s here, so that there is room for everybody."),
        Role.MEMBER: _("All files of a member may have %(limit)s here, so that there is room for everybody."),
    }.get(role, _("All your files may have %(limit)s here, so that there is room for everybody."))
    return words % {"limit": bytes_in_words(quota)}
