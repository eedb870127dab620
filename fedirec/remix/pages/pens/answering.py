"""An invitation to write a record together is answered or taken back; whoever writes with the author leaves."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.remix.actions.pens import accept_pen, decline_pen, lay_down_pen, take_back_pen
from fedirec.remix.pages.presses import Press, do_what_was_pressed
from fedirec.remix.pages.visitors import row_in
from fedirec.remix.queries.pens import get_pen_of
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _


async def post_pen_answer(request: Request[Any]) -> Response:
    """The invitation is accepted, declined or taken back, or somebody is a co-author no more."""
    viewer = require_viewer(request, Permission.PUBLISH)
    pen = await get_pen_of(viewer.actor, row_in(request))
    form, actor = await read_form(request), viewer.actor
    said = _("You write it together now.")
    left = _("You are not a co-author any more. What you wrote stays, with your name.")
    presses = {
        "decline": Press(lambda: decline_pen(actor, pen), "/pens", _("They will be told.")),
        "accept": Press(lambda: accept_pen(actor, pen), f"/pens/{pen.id}", said),
        "lay_down": Press(lambda: lay_down_pen(actor, pen), "/pens", left),
        "take_back": Press(
            lambda: take_back_pen(actor, pen), "/pens?side=given", _("From now on you write it without them.")
        ),
    }
    return await do_what_was_pressed(request, form, presses, on=f"/pens/{pen.id}")
