"""The description of the API is true: against the routes, against the pages, and for whoever reads it by machine."""

from __future__ import annotations

import re
from typing import Final

from openapi_spec_validator import validate
from starlette.routing import Route

from fedirec.accounts.pages import routes as accounts_pages
from fedirec.accounts.uploader import uploader_of
from fedirec.admin.pages import routes as admin_pages
from fedirec.api.endpoints import TABLE
from fedirec.api.openapi import openapi_document, plain_path
from fedirec.api.pages import NOUNS
from fedirec.api.serving import endpoint_routes
from fedirec.credits.pages import routes as credits_pages
from fedirec.media.routes import upload_routes
from fedirec.payouts.pages import routes as payouts_pages
from fedirec.projects.pages import routes as projects_pages
from fedirec.remix.pages import routes as remix_pages
from tests.network import Instance

WITHOUT: Final = {
    "/sign-in": "A program has a token; nobody should type their password into one.",
    "/sign-out": "A token is revoked instead.",
    "/sign-up": "A person joins, reads the rules and keeps the recovery codes.",
    "/recover": "It is for people who have nothing but a recovery code.",
    "/setup": "It happens once, behind a one-time link, before there is anybody who could have a token.",
    "/appeal": "It is for people who are suspended, and so have no token; members appeal by the decision.",
    "/mail/stop/{token}": "It is for whoever has a letter, signed in or not.",
    "/mail/confirm/{token}": "It is for whoever reads the mail at that address.",
    "/elsewhere": "It only finds the page of another server, where a visitor follows or answers from.",
    "/sign-in/elsewhere": "Somebody's own server says who they are, to a browser.",
    "/oauth/authorize": "Whoever is asked to vouch for somebody is asked in their browser.",
    "/api/oauth/token": "Another server asks it, with what a browser brought there, and needs no token for it.",
    "/api/i": "Another server asks it, as it would ask Misskey, with the token that it was given just before.",
    "/settings/visit/sessions": "A guest has no token: their own server lets them in.",
    "/settings/visit/leave": "A guest has no token: their own server lets them in.",
    "/records/remote/{id:int}/licence": "Only guests have posts of their own, and they have no token.",
    "/forget-me": "It only clears a cookie.",
    "/money/details": "Where money goes is said by a person in a browser, who proves that they are there.",
    "/money/details/confirm": "Where money goes is said by a person in a browser, who proves that they are there.",
    "/money/details/erase": "Where money goes is said by a person in a browser, who proves that they are there.",
    "/money/terms": "A person reads the terms and accepts them.",
    "/money/named/{id:int}": "Who somebody is, they say in a browser.",
    "/treasury/payees/statements": "What everybody was paid is taken by a person, on record.",
    "/treasury/payees/named/{id:int}": "Who somebody is, a person decides.",
    "/pay/{key}/who": "Who somebody is, people say to each other.",
    "/money/moves/{id:int}": "Who somebody is, they say in a browser.",
    "/money/code": "It is shown once, to a person.",
    "/money/code/use": "Who somebody is, they say in a browser.",
    "/money/code/deny": "Who somebody is, they say in a browser.",
    "/admin/money": "How an instance handles money an admin decides who reads what it means.",
    "/admin/money/account": "No account number passes through a program.",
    "/admin/money/keys/{adapter}": "No key of a provider passes through a program.",
    "/c/{slug}/grants": "What binds for good is read by a person before they agree.",
    "/credits/asked/{digest}": "What binds for good is read by a person before they agree.",
    "/treasury/transfers": "What stands on a statement, a person reads there and writes down.",
    "/treasury/resume": "Whether all was compared with the bank's statement, a person says.",
    "/treasury/payees/codes/{id:int}": "Who somebody is, a person decides.",
    "/treasury/payees/{key}/read": "Nobody's account number leaves for a program.",
    "/treasury/payees/{key}/hold": "What a treasurer decides about a person, they look at first.",
    "/treasury/payees/{key}/form": "What a treasurer decides about a person, they look at first.",
}
"""Forms that no program needs, and why."""


async def test_it_is_openapi_and_served(here: Instance) -> None:
    answer = await here.get("/api/openapi.json", accept="application/json")
    assert answer.status_code == 200
    validate(answer.json())
    assert answer.json() == openapi_document("https://here.test")


def test_it_describes_exactly_the_routes() -> None:
    routes = [*endpoint_routes, *upload_routes(uploader_of)]
    served = {
        (re.sub(r":\w+\}", "}", route.path), method)
        for route in routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    described = {
        (path, method.upper())
        for path, operations in openapi_document("https://here.test")["paths"].items()
        for method in operations
    }
    # HEAD comes with GET; POST is how tus goes where only GET and POST are let through.
    extra = {(path, method) for path, method in served - described if method not in ("HEAD", "OPTIONS")}
    assert described <= served
    assert extra == {("/api/uploads/{key}", "POST")}


def test_every_operation_has_a_name_of_its_own_and_a_heading() -> None:
    names = [endpoint.name for endpoint in TABLE]
    assert len(names) == len(set(names))
    places = [(endpoint.method, plain_path(endpoint)) for endpoint in TABLE]
    assert len(places) == len(set(places))
    assert {endpoint.noun for endpoint in TABLE} == set(NOUNS)


def test_every_form_on_a_page_has_an_operation_that_does_the_same() -> None:
    forms = {
        route.path
        for route in [*accounts_pages, *remix_pages, *projects_pages, *credits_pages, *payouts_pages, *admin_pages]
        if isinstance(route, Route) and "POST" in (route.methods or ())
    }
    covered = {page for endpoint in TABLE for page in endpoint.pages}
    assert covered <= forms
    assert forms - covered == set(WITHOUT)
