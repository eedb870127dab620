"""The page of a tag, from everywhere, and following it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.peers import hosts_of
from fedirec.remix.actions.tags import follow_tag, unfollow_tag
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.home import place_of
from fedirec.remix.pages.sharing.heads import tag_head
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.tags import follows_tag
from fedirec.remix.vocab import hashtag_key
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import page_of as page_of_rows
from fedirec.web.paging import wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sections import load_sections


async def show_tag(request: Request[Any]) -> Response:
    """The records with a tag, from everywhere."""
    cards, member = Cards(request), viewer_of(request)
    name = hashtag_key(request.path_params["name"])[:100]
    wanted = wanted_page(request)
    rows = await explore(Wish(tag=name), viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    await cards.dress(rows)
    page = page_of_rows(rows, request, wanted=wanted, place=place_of, show=cards.record)
    return render(
        request,
        "remix/tag.html",
        head=tag_head(cards, name),
        name=name,
        page=page,
        further=await load_sections(request.state["sections"].tagged, request, name) if wanted.after is None else [],
        hosts=await hosts_of(record.host for record in page),
        may_follow=member is not None and member.can(Permission.FOLLOW),
        follows=member is not None and await follows_tag(member.actor, name),
    )


async def post_tag(request: Request[Any]) -> Response:
    """Somebody follows a tag, or stops."""
    viewer = require_viewer(request, Permission.FOLLOW)
    form = await read_form(request)
    name = hashtag_key(request.path_params["name"])[:100]
    page = f"/tags/{quote(name, safe='')}"
    if form.value("do") == "unfollow":
        await unfollow_tag(viewer.actor, name)
        return redirect(request, page, _("You do not follow #%(name)s any more.") % {"name": name})
    name = await follow_tag(viewer.actor, name)
    return redirect(request, page, _("What carries #%(name)s stands on your first page now.") % {"name": name})


routes = [
    Route("/tags/{name}", show_tag, methods=["GET"]),
    Route("/tags/{name}", post_tag, methods=["POST"]),
]
