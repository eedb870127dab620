"""Taking part from one's own server: following, answering or remixing what is here, with an account of another one.

The visitor types their handle once; their own server says where its people do such things (`activitypub.intents`), and
they land there. What has no such place is found by pasting its address into the search there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.home import home_of, remember_home
from fedirec.activitypub.intents import Doing, find_dialog
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Invalid, NotFound
from fedirec.remix.actions.finding import is_handle
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.comments.showing import comment_url
from fedirec.remix.queries.challenges import challenge_of
from fedirec.remix.queries.comments import find_public_comment
from fedirec.remix.queries.people import find_known
from fedirec.remix.queries.records import records_at
from fedirec.remix.visibility import is_withheld
from fedirec.uris import host_of
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import onward, render
from fedirec.web.views import PersonView

_HANDLE: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What somebody would like to take part in."""

    uri: str
    doing: Doing
    title: str
    page_url: str
    """Its page here."""
    handle: str = ""
    """What to search for when it has one."""
    person: PersonView | None = None


async def show_elsewhere(request: Request[Any]) -> Response:
    query = request.query_params
    matter = await _matter_at(request, query.get("uri", ""), query.get("do", ""))
    return _page(request, matter, filled_form({"handle": home_of(request, viewer_of(request))}))


async def post_elsewhere(request: Request[Any]) -> Response:
    """The way on, as a header and as a link: a form may not lead to another site."""
    form = await read_form(request)
    matter = await _matter_at(request, form.value("uri"), form.value("do"))
    handle = form.line("handle", required=True, max=_HANDLE)
    url = ""
    if not form.errors:
        handle = handle if handle.startswith("@") or "@" not in handle else f"@{handle}"
        try:
            request.state["attempts"].check(f"elsewhere {visitor_of(request)}", cost=0.5)
            url = await _dialog_of(request, handle, matter)
        except FedirecError as error:
            form.refuse(error, beside="handle")
    response = _page(request, matter, form, url=url)
    if url:
        remember_home(response, request, handle)
    return response


async def _dialog_of(request: Request[Any], handle: str, matter: Matter) -> str:
    """Where the server of `handle` lets its people do that."""
    site = request.state["site"]
    if not is_handle(handle):
        raise Invalid("A handle looks like @you@your.server.")
    host = handle.rpartition("@")[2].lower()
    if host == site.uris.host:
        return f"{site.origin}{matter.page_url}" if matter.page_url.startswith("/") else matter.page_url
    dialogs = await request.state["remote"].find_dialogs(handle)
    back = f"{site.origin}{matter.page_url}" if matter.page_url.startswith("/") else matter.page_url
    found = find_dialog(dialogs, matter.doing, uri=matter.uri, back=back, handle=matter.handle)
    if found is None:
        raise NotFound(
            "%(host)s does not say where to do that. Please search there for what stands below.", blanks={"host": host}
        )
    return found


async def _matter_at(request: Request[Any], uri: str, do: str) -> Matter:
    """What is at `uri`, of all that everybody may see here. Raises NotFound."""
    cards = Cards(request)
    doing = Doing(do) if do in list(Doing) else None
    for record in await records_at([uri]):
        return _record_matter(record, cards, doing)
    if said := await find_public_comment(uri):
        if is_withheld(said.record, None):
            raise NotFound
        title = _("What %(name)s said") % {"name": said.author.name or said.author.handle}
        return Matter(uri=uri, doing=_one_of(doing), title=title, page_url=comment_url(cards, said))
    actor = await find_known(uri)
    if actor is None or actor.state != "active" or actor.type == "Application":
        raise NotFound("There is nothing here by that name.")
    challenge = await challenge_of(actor) if actor.type == "Group" else None
    return Matter(
        uri=actor.uri,
        doing=Doing.SEE if doing is Doing.SEE else Doing.FOLLOW,
        title=challenge.title if challenge else actor.name or actor.handle,
        page_url=cards.challenge_url(challenge) if challenge else cards.person_url(actor),
        handle=_handle_of(actor),
        person=None if challenge else cards.person(actor),
    )


def _record_matter(record: Record, cards: Cards, doing: Doing | None) -> Matter:
    if record.deleted_at or is_withheld(record, None):
        raise NotFound("There is nothing here by that name.")
    return Matter(uri=record.uri, doing=_one_of(doing), title=record.title, page_url=cards.record_url(record))


def _one_of(doing: Doing | None) -> Doing:
    return Doing.SEE if doing is Doing.SEE else Doing.ANSWER


def _handle_of(actor: Actor) -> str:
    return f"@{actor.handle}@{actor.host}"


def _page(request: Request[Any], matter: Matter, form: Form, *, url: str = "") -> Response:
    headings = {
        Doing.FOLLOW: _("Follow from your own server"),
        Doing.ANSWER: _("Answer from your own server"),
        Doing.SEE: _("Open it on your own server"),
    }
    return render(
        request,
        "remix/elsewhere.html",
        422 if form.errors else 200,
        onward(url) if url else {},
        form=form,
        matter=matter,
        heading=headings[matter.doing],
        url=url,
        host=host_of(url) if url else "",
    )


routes = [
    Route("/elsewhere", show_elsewhere, methods=["GET"]),
    Route("/elsewhere", post_elsewhere, methods=["POST"]),
]
