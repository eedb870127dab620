"""What the instance says of itself, and where those who run it change that."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec import __version__
from fedirec.accounts.actions.setup import MAX_TEXT, MAX_TITLE, edit_instance
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.setup import registration_choices
from fedirec.accounts.pages.views import once_more, person_view
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import those_who_may
from fedirec.activitypub.site import Site
from fedirec.errors import FedirecError, NotFound
from fedirec.html import markdown
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


async def show_admin(request: Request[Any]) -> Response:
    """The first of the pages that the viewer may see."""
    viewer = require_viewer(request, Permission.SEE_AUDIT)
    return redirect(request, admin_tabs(request, viewer)[0].url)


async def show_instance(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_INSTANCE)
    instance = request.state["site"].instance
    form = filled_form(
        {
            "title": instance.name,
            "summary": instance.summary,
            "rules": instance.rules,
            "registration": instance.registration,
            "question": instance.registration_question,
            "demands_signatures": "yes" if instance.demands_signatures else "",
        }
    )
    return render(
        request,
        "accounts/instance.html",
        form=form,
        tabs=admin_tabs(request, viewer),
        registrations=registration_choices(),
    )


async def post_instance(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_INSTANCE)
    form = await read_form(request)
    typed: dict[str, Any] = {
        "title": form.line("title", required=True, max=MAX_TITLE),
        "summary": form.text("summary", max=MAX_TEXT),
        "rules": form.text("rules", max=MAX_TEXT),
        "registration": form.choice("registration", [choice.value for choice in registration_choices()]),
        "question": form.line("question", max=300),
        "demands_signatures": form.flag("demands_signatures"),
    }
    values: dict[str, Any] = {"tabs": admin_tabs(request, viewer), "registrations": registration_choices()}
    if form.errors:
        return once_more(request, "accounts/instance.html", form, **values)
    try:
        await edit_instance(viewer, **typed)
    except FedirecError as error:
        return once_more(request, "accounts/instance.html", form, error, **values)
    await request.state["site"].load()
    return redirect(request, "/admin/instance", _("Saved."))


async def show_about(request: Request[Any]) -> Response:
    instance = request.state["site"].instance
    return render(
        request,
        "accounts/about.html",
        summary_html=markdown(instance.summary),
        registration=instance.registration,
        people=[person_view(account.actor) for account in await those_who_may(Permission.SUSPEND)],
    )


async def show_rules(request: Request[Any]) -> Response:
    return render(request, "accounts/rules.html", rules_html=markdown(request.state["site"].instance.rules))


async def show_nodeinfo(request: Request[Any]) -> Response:
    """What runs here, and who looks after it (NodeInfo 2.1, with the names of FEP-0151). It counts nobody."""
    site: Site = request.state["site"]
    instance = site.instance
    if instance is None or not site.is_set_up:
        raise NotFound("this instance is not set up yet")
    document = {
        "version": "2.1",
        "software": {"name": "fedirec", "version": __version__},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": instance.registration == "open",
        "usage": {"users": {}},
        "metadata": {
            "nodeName": instance.name,
            "nodeDescription": instance.summary,
            "staffAccounts": [account.actor.uri for account in await those_who_may(Permission.SUSPEND)],
            "federation": {"enabled": True},
        },
    }
    kind = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"'
    return JSONResponse(document, headers={"content-type": kind, "access-control-allow-origin": "*"})


routes = [
    Route("/admin", show_admin, methods=["GET"]),
    Route("/admin/instance", show_instance, methods=["GET"]),
    Route("/admin/instance", post_instance, methods=["POST"]),
    Route("/about", show_about, methods=["GET"]),
    Route("/rules", show_rules, methods=["GET"]),
    Route("/nodeinfo/2.1", show_nodeinfo, methods=["GET"]),
]
