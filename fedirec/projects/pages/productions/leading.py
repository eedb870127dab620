"""Leaders choose what is in a production, say who did what, freeze it and release it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError, Invalid
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.picking import Pick, Placed, arrange, drop_record, use_records
from fedirec.projects.actions.productions.preparing import discard_production, set_links
from fedirec.projects.actions.productions.releasing import release_production, take_back_release
from fedirec.projects.actions.productions.roles import add_role, remove_role
from fedirec.projects.manifests import MAX_LABEL as MAX_ROLE
from fedirec.projects.manifests import MAX_PERSON, MAX_WORDS
from fedirec.projects.models import Production
from fedirec.projects.pages.finding import leader_in, whom
from fedirec.projects.pages.productions.showing import production_in
from fedirec.projects.pages.productions.views import credits_view, production_view
from fedirec.projects.pages.views import project_url
from fedirec.projects.queries.productions import choices_for, links_of, roles_of
from fedirec.projects.vocab.productions import MAX_LABEL, MAX_LINKS
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import record_at
from fedirec.remix.pages.visitors import members_only, number_of
from fedirec.remix.powers import Deed
from fedirec.remix.roles import ROLES, label_of
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

Done = Callable[[Request[Any], Viewer, Production, Form], Awaitable[str | None]]
"""Does what was asked for; the address to go on to where that is not the page itself."""
_MAX_PICKED: Final = 256


@members_only
async def show_leading(request: Request[Any]) -> Response:
    _viewer, project = await leader_in(request, Deed.PREPARE_PRODUCTION)
    return await _show(request, await production_in(request, project), Form())


async def _pick(_request: Request[Any], viewer: Viewer, production: Production, form: Form) -> str | None:
    chosen = {number_of(value) for value in form.many("pick", max=_MAX_PICKED)}
    rows = [row for row in await choices_for(production) if row.id in chosen]
    if not rows:
        raise Invalid(_("Please choose at least one."), field="pick")
    await use_records(viewer.actor, production, [Pick(record=row.record, submission=row) for row in rows])
    return None


async def _add(request: Request[Any], viewer: Viewer, production: Production, form: Form) -> str | None:
    address = form.address("address", required=True)
    if not form.errors:
        record = await record_at(request, address, maker=viewer.actor)
        await use_records(viewer.actor, production, [Pick(record=record)])
    return None


async def _arrange(_request: Request[Any], viewer: Viewer, production: Production, form: Form) -> str | None:
    do, _sign, key = form.value("do").partition(":")
    row = number_of(key) or 0
    if do == "drop-record":
        await drop_record(viewer.actor, production, row)
    elif do == "drop-role":
        await remove_role(viewer.actor, production, row)
    else:
        records, roles = (_placed(form, name) for name in ("record", "role"))
        if not form.errors:
            await arrange(viewer.actor, production, records=records, roles=roles)
    return None


def _placed(form: Form, name: str) -> dict[int, Placed]:
    """Where each entry of that name is to stand, by its row."""
    rows = [row for value in form.values(name)[:600] if (row := number_of(value)) is not None]
    return {
        row: Placed(
            place=form.number(f"{name}-place-{row}", min=0, max=9_999) or 0,
            words=form.line(f"{name}-words-{row}", max=MAX_WORDS),
        )
        for row in rows
    }


async def _name(request: Request[Any], viewer: Viewer, production: Production, form: Form) -> str | None:
    role = form.choice("role", [each.code for each in ROLES])
    who, name = form.line("who", max=600), form.line("name", max=MAX_PERSON)
    label, words = form.line("role_label", max=MAX_ROLE), form.line("words", max=MAX_WORDS)
    if not form.errors:
        person = await whom(request, who) if who else None
        await add_role(viewer.actor, production, role=role, person=person, name=name, label=label, words=words)
    return None


async def _link(_request: Request[Any], viewer: Viewer, production: Production, form: Form) -> str | None:
    labels, urls = form.values("label")[: MAX_LINKS + 1], form.values("url")[: MAX_LINKS + 1]
    pairs = [(label, url) for label, url in zip(labels, urls, strict=False) if url.strip()]
    await set_links(viewer.actor, production, pairs)
    return None


async def _freeze(_request: Request[Any], viewer: Viewer, production: Production, _form: Form) -> str | None:
    await freeze_production(viewer.actor, production)
    return None


async def _release(request: Request[Any], viewer: Viewer, production: Production, _form: Form) -> str | None:
    return Cards(request).record_url(await release_production(viewer.actor, production), is_local=True)


async def _take_back(_request: Request[Any], viewer: Viewer, production: Production, _form: Form) -> str | None:
    await take_back_release(viewer.actor, production)
    return None


async def _discard(request: Request[Any], viewer: Viewer, production: Production, _form: Form) -> str | None:
    await discard_production(viewer.actor, production)
    return project_url(Cards(request), production.project)


def _posting(deed: Deed, do: Done, *, said: str, beside: str = "") -> Callable[[Request[Any]], Awaitable[Response]]:
    """A form of the page: what is refused stands beside its field, and nothing that was typed is lost."""

    async def post(request: Request[Any]) -> Response:
        viewer, project = await leader_in(request, deed)
        production = await production_in(request, project)
        form = await read_form(request)
        where = None
        try:
            where = await do(request, viewer, production, form)
        except FedirecError as error:
            form.refuse(error, beside=beside)
        if form.errors:
            return await _show(request, await production_in(request, project), form, status=422)
        page = f"{production_view(Cards(request), production).url}/lead"
        return redirect(request, where or page, _(said))

    return post


async def _show(request: Request[Any], production: Production, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    lines = await roles_of(production)
    choices = await choices_for(production) if production.state == "draft" else []
    return render(
        request,
        "projects/production_lead.html",
        status,
        production=production_view(cards, production, whole=True),
        form=form,
        credits=await credits_view(cards, production),
        choices=[
            Choice(value=str(row.id), label=row.record.title, hint=row.record.author.name or row.record.author.handle)
            for row in choices
        ],
        lines=[(line, line.label or label_of(line.role, gettext=_)) for line in lines],
        roles=[Choice(value=each.code, label=_(each.label)) for each in ROLES],
        links=await links_of(production),
        max_links=MAX_LINKS,
        max_label=MAX_LABEL,
        has_files=bool(production.files),
        is_launched=production.project.launched_at is not None,
    )


_DEEDS: Final = (
    ("pick", Deed.PREPARE_PRODUCTION, _pick, N_("It is in it now."), "pick"),
    ("records", Deed.PREPARE_PRODUCTION, _add, N_("It is in it now."), "address"),
    ("arrange", Deed.PREPARE_PRODUCTION, _arrange, N_("Saved."), ""),
    ("roles", Deed.PREPARE_PRODUCTION, _name, N_("They are named. Whoever can be asked is asked."), "who"),
    ("links", Deed.ADD_LINK, _link, N_("Saved."), "url"),
    ("freeze", Deed.FREEZE_PRODUCTION, _freeze, N_("It is frozen. Release it when you like."), ""),
    ("release", Deed.RELEASE_PRODUCTION, _release, N_("It is released. Congratulations to all of you!"), ""),
    ("take-back", Deed.RELEASE_PRODUCTION, _take_back, N_("It is taken back."), ""),
    ("discard", Deed.PREPARE_PRODUCTION, _discard, N_("It is thrown away."), ""),
)
routes = [
    Route("/p/{slug}/productions/{key}/lead", show_leading, methods=["GET"]),
    *(
        Route(f"/p/{{slug}}/productions/{{key}}/{name}", _posting(deed, do, said=said, beside=beside), methods=["POST"])
        for name, deed, do, said, beside in _DEEDS
    ),
]
