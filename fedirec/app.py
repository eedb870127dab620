"""Putting fedirec together: the only module that sees every package."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypedDict

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fedirec import __version__, clock
from fedirec.accounts import inbox as accounts_inbox
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.door import Door, new_attempts
from fedirec.accounts.pages import routes as accounts_pages
from fedirec.accounts.stopping import is_stop
from fedirec.accounts.uploader import uploader_of
from fedirec.activitypub import routes as activitypub_routes
from fedirec.activitypub import vocab
from fedirec.activitypub.asking import may_have
from fedirec.activitypub.delivery import Courier
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.inbox import Inbox
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Vocabulary
from fedirec.admin import inbox as admin_inbox
from fedirec.admin.pages import routes as admin_pages
from fedirec.api.crossing import Crossing, is_cookieless
from fedirec.api.routes import routes as api_routes
from fedirec.api.serving import new_allowance
from fedirec.credits import inbox as credits_inbox
from fedirec.credits import routes as credits_routes
from fedirec.credits import vocab as credits_vocab
from fedirec.credits.pages import routes as credits_pages
from fedirec.credits.pages.granting.ahead import GRANTING
from fedirec.credits.pages.pools.evidence import audience_of_files
from fedirec.credits.pages.pools.showing import BACKING
from fedirec.credits.pages.proposals.listing import WAITING as WAITING_PROPOSALS
from fedirec.credits.queries.credits import parts_in_credit_lists
from fedirec.credits.queries.ledger import Totals
from fedirec.db import fetch_rows, open_database
from fedirec.lanes import Runner
from fedirec.mail import Mail
from fedirec.media.cache import MediaCache
from fedirec.media.routes import media_routes, upload_routes
from fedirec.media.store import DiskStore, Store
from fedirec.media.workshop import Workshop
from fedirec.net import Net
from fedirec.payouts.actions.submitting import Cashier
from fedirec.payouts.keys import Vault
from fedirec.payouts.pages import routes as payouts_pages
from fedirec.payouts.queries.ways import Ways
from fedirec.projects import inbox as projects_inbox
from fedirec.projects import routes as projects_routes
from fedirec.projects import vocab as projects_vocab
from fedirec.projects.actions.finding import FINDERS
from fedirec.projects.pages import routes as projects_pages
from fedirec.projects.pages.fitting import STEPS_THAT_FIT
from fedirec.projects.pages.found import FED, FOUND, TAGGED
from fedirec.projects.pages.own import OF_MEMBER, OF_PERSON
from fedirec.projects.pages.takeovers import ADOPTABLE_PROJECTS
from fedirec.projects.pages.tasks.showing import OWN_TASKS
from fedirec.projects.queries.productions import released_in
from fedirec.projects.queries.tasks import dates_in
from fedirec.remix import inbox as remix_inbox
from fedirec.remix import routes as remix_routes
from fedirec.remix import vocab as remix_vocab
from fedirec.remix.actions.finding import Finder
from fedirec.remix.pages import routes as remix_pages
from fedirec.remix.queries.credits import Further
from fedirec.remix.queries.dates import Dates
from fedirec.remix.queries.digests import Released
from fedirec.settings import Settings
from fedirec.web import routes as web_routes
from fedirec.web.environment import Templates
from fedirec.web.errors import EXCEPTION_HANDLERS
from fedirec.web.ratelimit import RateLimit
from fedirec.web.sections import Sections
from fedirec.web.security import guards
from fedirec.worker.kinds import kinds_of_work

TEMPLATES: Final = [
    Path(__file__).parent / package / "templates"
    for package in ("accounts", "remix", "projects", "credits", "payouts", "admin", "api")
]
BEFORE_SETUP: Final = ("/setup", "/static/", "/livez", "/readyz", "/favicon.ico")


class State(TypedDict):
    """The running parts, which every request can reach."""

    settings: Settings
    site: Site
    net: Net
    keyring: Keyring
    vault: Vault
    ways: Ways
    cashier: Cashier
    remote: Remote
    inbox: Inbox
    courier: Courier
    store: Store
    workshop: Workshop
    media_cache: MediaCache
    templates: Templates
    post: Post
    released: Released
    dates: Dates
    further_credits: Further
    finders: Sequence[Finder]
    sections: Sections
    totals: Totals
    attempts: RateLimit
    api_allowance: RateLimit
    runner: Runner


@asynccontextmanager
async def running(
    settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None, everywhere: bool = True
) -> AsyncGenerator[State]:
    """Within it all parts of an instance are there, from the database to the door out.

    `transport` takes the place of the network. `everywhere` opens the database for all tasks of the process.
    """
    if settings.development:
        clock.shift_seconds(settings.clock_offset)
    keyring = Keyring.open(settings.master_key_file)
    vault = Vault(settings.payees_key_file)
    store = DiskStore(settings.media_dir, incoming=settings.data_dir / "incoming")
    net = Net(development=settings.development, user_agent=f"fedirec/{__version__}", transport=transport)
    async with AsyncExitStack() as open_parts:
        await open_parts.enter_async_context(open_database(settings.database, everywhere=everywhere))
        open_parts.push_async_callback(net.aclose)
        await store.sweep()
        site = Site()
        await site.load()
        vocabulary = Vocabulary([*vocab.TYPES, *remix_vocab.TYPES, *projects_vocab.TYPES, *credits_vocab.TYPES])
        remote = Remote(net=net, keyring=keyring, site=site, vocabulary=vocabulary)
        handlers = Handlers(
            accounts_inbox.handlers,
            remix_inbox.handlers,
            projects_inbox.handlers,
            credits_inbox.handlers,
            admin_inbox.handlers,
        )
        inbox = Inbox(remote=remote, handlers=handlers)
        courier = Courier(net=net, keyring=keyring)
        workshop = Workshop(store=store, settings=settings)
        cache = MediaCache(
            net=net,
            store=store,
            settings=settings,
            key=keyring.derive("media proxy"),
            sign=remote.sign,
            stays_away=remote.acquaintances.leaves_media,
        )
        templates = Templates(TEMPLATES)
        post = Post(mail=Mail(settings), keyring=keyring, site=site, templates=templates)
        ways = Ways(net=net, seal=vault, development=settings.development)
        cashier = Cashier(ways=ways, vault=vault)
        kinds = kinds_of_work(
            cashier=cashier,
            inbox=inbox,
            courier=courier,
            remote=remote,
            workshop=workshop,
            store=store,
            cache=cache,
            settings=settings,
            post=post,
        )
        yield State(
            settings=settings,
            site=site,
            net=net,
            keyring=keyring,
            vault=vault,
            ways=ways,
            cashier=cashier,
            remote=remote,
            inbox=inbox,
            courier=courier,
            store=store,
            workshop=workshop,
            media_cache=cache,
            templates=templates,
            post=post,
            released=released_in,
            dates=dates_in,
            further_credits=parts_in_credit_lists,
            finders=FINDERS,
            sections=Sections(
                home=(WAITING_PROPOSALS, STEPS_THAT_FIT, OWN_TASKS, OF_MEMBER),
                home_tabs=(ADOPTABLE_PROJECTS,),
                person=(OF_PERSON,),
                challenge=(BACKING, GRANTING),
                found=(FOUND,),
                tagged=(TAGGED,),
                fed=FED,
            ),
            totals=Totals(),
            attempts=new_attempts(),
            api_allowance=new_allowance(settings),
            runner=Runner(kinds, name="fedirec"),
        )


def create_app(settings: Settings, *, state: State) -> Starlette:
    """The application that answers requests with the parts in `state`."""
    app = Starlette(
        routes=[
            Route("/livez", show_alive),
            Route("/readyz", show_ready),
            *web_routes.routes,
            *activitypub_routes.routes,
            *media_routes(audience_of_files),
            *upload_routes(uploader_of),
            *api_routes,
            *remix_routes.routes,
            *projects_routes.routes,
            *credits_routes.routes,
            *accounts_pages,
            *credits_pages,
            *payouts_pages,
            *projects_pages,
            *remix_pages,
            *admin_pages,
            *web_routes.last_routes,
        ],
        middleware=[
            Middleware(_With, state),
            Middleware(Crossing),
            *guards(settings, is_cookieless=_is_cookieless, may_have=may_have),
            Middleware(SetupFirst),
            Middleware(Door),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.router.redirect_slashes = False  # it would lead to the host that the request names, whichever that is
    return app


def _is_cookieless(path: str) -> bool:
    """Whether an answer there depends on no cookie: programs have tokens, servers keys, letters signed links."""
    return is_cookieless(path) or is_stop(path)


class SetupFirst:
    """ASGI middleware: before the instance is set up, there is only the setup page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            site: Site = scope["state"]["site"]
            if not site.is_set_up and not scope["path"].startswith(BEFORE_SETUP):
                await site.load()  # another process may have done it
                if not site.is_set_up:
                    await RedirectResponse("/setup", status_code=303)(scope, receive, send)
                    return
        await self.app(scope, receive, send)


class _With:
    """ASGI middleware: requests find the running parts."""

    def __init__(self, app: ASGIApp, parts: State) -> None:
        self.app = app
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {**(scope.get("state") or {}), **self.parts}
        await self.app(scope, receive, send)


async def show_alive(request: Request[Any]) -> Response:
    """200 while the process answers at all."""
    return JSONResponse({"alive": True})


async def show_ready(request: Request[Any]) -> Response:
    """200 while the database answers too."""
    await fetch_rows("SELECT 1 AS one")
    return JSONResponse({"ready": True})
