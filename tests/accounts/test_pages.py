"""The pages about people, as a browser sees them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from html import escape, unescape
from pathlib import Path

import httpx
import pytest
from PIL import Image

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.actions.setup import begin_setup, edit_instance
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Operator, Role
from fedirec.accounts.queries import get_account
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.models import Instance as InstanceRow
from fedirec.app import create_app, running
from fedirec.errors import NotFound
from fedirec.lanes import Job
from fedirec.settings import Settings
from tests.founding import PASSWORD
from tests.network import Instance, Network

pytestmark = pytest.mark.one_database

NEW = "four green bottles"


async def open_as(instance: Instance, registration: str, *, rules: str = "", question: str = "") -> None:
    """`instance` lets people join in that way."""
    operator = Operator(instance.state["site"].uris.instance_actor)
    await instance.run(
        lambda: edit_instance(
            operator, title="Studio", summary="We *draw*.", rules=rules, registration=registration, question=question
        )
    )
    await instance.run(instance.state["site"].load)


def text_of(page: httpx.Response) -> str:
    """The words of a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def link_in(page: httpx.Response, start: str) -> str:
    found = re.search(re.escape(start) + r"[\w-]+", page.text)
    assert found, page.text
    return found[0]


async def test_a_visitor_joins_keeps_codes_and_is_signed_in(here: Instance) -> None:
    await open_as(here, "open", rules="Be kind.")
    async with here.client() as browser:
        assert "Be kind." in (await browser.get("/sign-up")).text
        typed = {"name": "Ana", "display_name": "Ana M", "password": PASSWORD, "timezone": "Europe/Berlin"}
        refused = await browser.post("/sign-up", data=typed)
        assert refused.status_code == 422
        assert "agree" in text_of(refused)
        assert 'value="Ana M"' in refused.text
        assert PASSWORD not in refused.text

        welcome = await browser.post("/sign-up", data=typed | {"agreed": "on"})

        assert welcome.status_code == 200
        assert welcome.headers["cache-control"] == "no-store"
        codes = re.findall(r"\b(?:[0-9a-z]{4}-){3}[0-9a-z]{4}\b", text_of(welcome))
        assert len(set(codes)) == 10
        assert "\n".join(codes) in welcome.text, "all of them are copied with one press"
        assert 'href="/sign-up"' not in welcome.text, "whoever has joined is not asked to"
        settings = await browser.get("/settings")
        assert settings.status_code == 200
        assert "Ana M" in settings.text
        assert 'data-zone="Europe/Berlin"' in settings.text
        assert (await browser.get("/sign-in")).status_code == 303

    async with here.client() as other:
        again = await other.post("/recover", data={"name": "ana", "code": codes[0], "password": NEW})
        assert again.status_code == 303
        assert (await other.post("/sign-in", data={"name": "ana", "password": NEW})).status_code == 303
    assert (await _get(here, browser, "/settings")).status_code == 401


async def test_a_taken_name_is_told_beside_the_field(here: Instance) -> None:
    async with here.client() as browser:
        refused = await browser.post("/sign-up", data={"name": "olga", "password": PASSWORD})
        assert "Please type it once more" in text_of(refused), "a password is not sent back"
    assert refused.status_code == 422
    assert "That name is taken." in refused.text
    assert 'value="olga"' in refused.text


async def test_sign_ups_from_one_address_run_dry(here: Instance) -> None:
    async with here.client() as browser:
        answers = [await browser.post("/sign-up", data={"name": "olga", "password": PASSWORD}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_joining_by_invitation_needs_the_link(here: Instance) -> None:
    await open_as(here, "invite")
    async with here.sign_in("olga") as olga, here.client() as browser:
        assert "You need an invitation" in text_of(await browser.get("/sign-up"))
        assert (await browser.post("/sign-up", data={"name": "ana", "password": PASSWORD})).status_code == 422

        made = await olga.post("/invitations", data={"uses": "1", "days": "7"})
        link = link_in(made, "https://here.test/sign-up?invitation=")
        assert made.headers["cache-control"] == "no-store"
        assert "for one more person" in text_of(await olga.get("/invitations"))
        page = await browser.get(link)
        assert "invited you" in text_of(page)
        secret = link.partition("=")[2]
        joined = await browser.post("/sign-up", data={"name": "ana", "password": PASSWORD, "invitation": secret})
        assert joined.status_code == 200

        assert "None at the moment" in text_of(await olga.get("/invitations"))
        async with here.client() as late:
            assert "You need an invitation" in text_of(await late.get(link))


async def test_an_invitation_can_be_withdrawn(here: Instance) -> None:
    async with here.sign_in("olga") as olga:
        await olga.post("/invitations", data={"uses": "3", "days": "7"})
        number = re.search(r'name="invitation" value="(\d+)"', (await olga.get("/invitations")).text)
        assert number
        assert (await olga.post("/invitations/withdraw", data={"invitation": number[1]})).status_code == 303
        assert (await olga.post("/invitations/withdraw", data={"invitation": number[1]})).status_code == 404
        assert (await olga.post("/invitations/withdraw", data={"invitation": "x"})).status_code == 400
        assert (await olga.post("/invitations", data={"uses": "0", "days": "7"})).status_code == 422


async def test_with_approval_somebody_waits_until_they_are_let_in(here: Instance) -> None:
    await open_as(here, "approval", question="What do you make?")
    async with here.client() as browser, here.sign_in("olga") as olga:
        assert "What do you make?" in (await browser.get("/sign-up")).text
        typed = {"name": "ana", "password": PASSWORD, "answer": "I draw <b>foxes</b>."}
        assert "Thank you, ana" in text_of(await browser.post("/sign-up", data=typed))
        refused = await browser.post("/sign-in", data={"name": "ana", "password": PASSWORD})
        assert "looked at your request" in text_of(refused)
        assert (await browser.get("/u/ana")).status_code == 404
        for find in (here.state["remote"].find_actor, here.state["remote"].find_by_handle):
            with pytest.raises(NotFound):
                await here.run(find, "https://here.test/u/ana" if "actor" in find.__name__ else "@ana@here.test")

        assert "ana would like to join." in text_of(await olga.get("/notifications"))
        pending = await olga.get("/admin/people/pending")
        assert "I draw &lt;b&gt;foxes&lt;/b&gt;." in pending.text
        form = link_in(pending, "/admin/people/pending/")
        assert (await olga.post(form, data={"answer": "perhaps"})).status_code == 400
        assert (await olga.post(form, data={"answer": "approve"})).status_code == 303
        assert (await olga.post(form, data={"answer": "approve"})).status_code == 409

        assert (await browser.post("/sign-in", data={"name": "ana", "password": PASSWORD})).status_code == 303
        assert "let somebody in" in text_of(await olga.get("/admin/audit"))


async def test_a_declined_request_frees_the_name(here: Instance) -> None:
    await open_as(here, "approval")
    async with here.client() as browser, here.sign_in("olga") as olga:
        typed = {"name": "ana", "password": PASSWORD, "answer": "Watches!"}
        await browser.post("/sign-up", data=typed)
        form = link_in(await olga.get("/admin/people/pending"), "/admin/people/pending/")
        assert (await olga.post(form, data={"answer": "decline"})).status_code == 303
        assert "Nobody is waiting" in text_of(await olga.get("/admin/people/pending"))
        assert (await browser.post("/sign-up", data=typed)).status_code == 200


async def test_a_closed_instance_says_so(here: Instance) -> None:
    await open_as(here, "closed")
    async with here.client() as browser:
        assert "not taking new members" in text_of(await browser.get("/sign-up"))
        assert "Join us" not in text_of(await browser.get("/sign-in"))


async def test_signing_in_leads_on_to_where_one_was_going_and_nowhere_else(here: Instance) -> None:
    for wanted, led in (
        ("/settings/security", "/settings/security"),
        ("https://evil.test/", "/"),
        ("//evil.test", "/"),
    ):
        async with here.client() as browser:
            assert f'value="{led}"' in (await browser.get("/sign-in", params={"next": wanted})).text
            answer = await browser.post("/sign-in", data={"name": "olga", "password": PASSWORD, "next": wanted})
            assert (answer.status_code, answer.headers["location"]) == (303, led)


async def test_the_session_cookie_is_out_of_reach_and_dies_with_the_session(here: Instance) -> None:
    async with here.client() as browser:
        answer = await browser.post("/sign-in", data={"name": "olga", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-fedirec-session=")
        for flag in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert flag.lower() in cookie.lower()
        assert "domain" not in cookie.lower()
        stolen = dict(browser.cookies)

        assert (await browser.post("/sign-out")).status_code == 303
        assert (await browser.get("/settings")).status_code == 401
    async with here.client() as thief:
        thief.cookies.update(stolen)
        assert (await thief.get("/settings")).status_code == 401


async def test_what_was_typed_is_kept_when_a_session_ends_meanwhile(here: Instance) -> None:
    typed = {"name": 'Olga <of> the "rain"', "bio": "two\nlines", "present": "my password"}
    async with here.client() as browser:
        plain, with_files = [
            await browser.post("/settings", **sent)
            for sent in ({"data": typed}, {"data": typed, "files": {"avatar": ("me.png", b"x" * 9_000, "image/png")}})
        ]
        too_large = await browser.post("/settings", data={"bio": "x" * 2_000_000})
        by_program = await browser.post("/settings", data=typed, headers={"accept": "application/json"})
    for answer in (plain, with_files):
        assert answer.status_code == 401
        assert '<form method="post" action="/settings"' in answer.text
        kept = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
        assert {name: unescape(value) for name, value in kept} == {"name": typed["name"], "bio": typed["bio"]}
        assert "my password" not in answer.text
    assert too_large.status_code == by_program.status_code == 401
    assert "Send it once more" not in too_large.text


async def test_signing_in_again_ends_the_session_that_the_browser_had(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("olga") as browser:
        before = dict(browser.cookies)
        await browser.post("/sign-in", data={"name": "ana", "password": PASSWORD})
        assert "ana" in text_of(await browser.get("/settings"))
    async with here.client() as thief:
        thief.cookies.update(before)
        assert (await thief.get("/settings")).status_code == 401


async def test_forms_of_other_sites_change_nothing(here: Instance) -> None:
    async with here.sign_in("olga") as browser:
        for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            answer = await browser.post("/settings/reading", data={"timezone": "Europe/Berlin"}, headers=headers)
            assert answer.status_code == 403
        account = await here.run(lambda: get_account("olga", host="here.test"))
        assert account.timezone == ""
        assert (await browser.post("/settings/reading", data={"timezone": "Europe/Berlin"})).status_code == 303


PAGES = {
    "/settings": 1,
    "/settings/reading": 1,
    "/settings/security": 1,
    "/settings/programs": 1,
    "/invitations": 1,
    "/notifications": 1,
    "/admin/people": 3,
    "/admin/people/pending": 3,
    "/admin/people/olga": 3,
    "/admin/audit": 2,
    "/admin/instance": 4,
}
"""Each page, and from which of these on people see it: member, treasurer, moderator, admin."""
LADDER = (Role.MEMBER, Role.TREASURER, Role.MODERATOR, Role.ADMIN)


async def test_pages_open_to_those_who_may_see_them_and_say_so_to_others(here: Instance) -> None:
    async with here.client() as stranger:
        for path in PAGES:
            assert (await stranger.get(path)).status_code == 401, path
    for height, role in enumerate(LADDER, 1):
        await here.join(role.value + "_1", role=role)
        async with here.sign_in(role.value + "_1") as browser:
            for path, least in PAGES.items():
                expected = 200 if height >= least else 403
                assert (await browser.get(path)).status_code == expected, (path, role)


async def test_a_member_can_press_no_button_of_those_who_run_the_place(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        for path, data in (
            ("/admin/people/olga/role", {"role": "member"}),
            ("/admin/people/olga/suspension", {}),
            ("/admin/people/pending/1", {"answer": "approve"}),
            ("/admin/instance", {"title": "Mine"}),
        ):
            assert (await browser.post(path, data=data)).status_code == 403, path
    assert (await here.run(lambda: get_account("olga", host="here.test"))).state == "active"


async def test_a_profile_with_a_picture_is_saved_and_told(here: Instance, tmp_path: Path) -> None:
    await here.join("ana")
    picture = tmp_path / "face.png"
    Image.new("RGB", (32, 32), "teal").save(picture)
    async with here.sign_in("ana") as browser:
        saved = await browser.post(
            "/settings",
            data={"name": "Ana María", "about": "I draw *foxes*."},
            files={"icon": ("face.png", picture.read_bytes(), "image/png")},
        )
        assert saved.status_code == 303, saved.text
        page = await browser.get("/settings")
        assert "I draw *foxes*." in page.text
        actor = await here.run(lambda: Actor.get(local_handle="ana"))
        assert actor.icon_url
        assert actor.icon_url in page.text
        refused = await browser.post(
            "/settings",
            data={"name": "Ana", "about": "kept"},
            files={"icon": ("face.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")},
        )
        assert refused.status_code == 422
        assert "face.svg" in refused.text, text_of(refused)
        assert "kept" in refused.text
    assert (await here.get(actor.icon_url.removeprefix(here.origin), accept="image/*")).status_code == 200
    document = (await here.get("/u/ana", accept="application/activity+json")).json()
    assert (document["name"], document["icon"]["url"]) == ("Ana María", actor.icon_url)
    assert "<em>foxes</em>" in document["summary"]
    assert await here.run(lambda: Outgoing.filter(type="Update", object_uri=actor.uri).count()) == 1


async def test_a_password_is_changed_and_the_other_browser_is_out(here: Instance) -> None:
    async with here.sign_in("olga") as one, here.sign_in("olga") as two:
        wrong = await one.post("/settings/password", data={"old": "not this one", "password": NEW})
        assert "Passwords have to be typed once more" in text_of(wrong)
        assert re.search(r'href="/settings/security"[^>]* aria-current', wrong.text), "it is still that page"
        assert wrong.status_code == 422
        assert "not your present password" in text_of(wrong)
        assert (await one.post("/settings/password", data={"old": PASSWORD, "password": NEW})).status_code == 303
        assert (await one.get("/settings")).status_code == 200
        assert (await two.get("/settings")).status_code == 401


async def test_sessions_are_listed_and_ended(here: Instance) -> None:
    async with here.sign_in("olga") as one, here.sign_in("olga") as two, here.sign_in("olga") as three:
        page = (await one.get("/settings/security")).text
        numbers = re.findall(r'name="session" value="(\d+)"', page)
        assert len(numbers) == 2
        await one.post("/settings/sessions", data={"session": numbers[0]})
        assert sorted([(await browser.get("/settings")).status_code for browser in (two, three)]) == [200, 401]
        await one.post("/settings/sessions", data={"others": "on"})
        assert [(await browser.get("/settings")).status_code for browser in (one, two, three)] == [200, 401, 401]


async def test_new_recovery_codes_need_the_password(here: Instance) -> None:
    async with here.sign_in("olga") as browser:
        assert (await browser.post("/settings/codes", data={"present": "not this one"})).status_code == 422
        made = await browser.post("/settings/codes", data={"present": PASSWORD})
        assert len(re.findall(r"<li><code", made.text)) == 10
        assert made.headers["cache-control"] == "no-store"


async def test_a_program_acts_with_its_token_only(here: Instance) -> None:
    async with here.sign_in("olga") as browser:
        made = await browser.post("/settings/programs", data={"name": "script", "scopes": ["read"]})
        token = link_in(made, "fedirec_")
        bearer = {"authorization": f"Bearer {token}"}
        async with here.client() as program:
            assert (await program.get("/notifications", headers=bearer)).status_code == 200
            assert (await program.post("/notifications/read", headers=bearer)).status_code == 403
            assert (await program.get("/admin/people", headers=bearer)).status_code == 403
            assert (
                await program.get("/notifications", headers={"authorization": "Bearer nonsense"})
            ).status_code == 401
        number = re.search(r'name="token" value="(\d+)"', (await browser.get("/settings/programs")).text)
        assert number
        await browser.post("/settings/programs/revoke", data={"token": number[1]})
        async with here.client() as program:
            assert (await program.get("/notifications", headers=bearer)).status_code == 401


async def test_a_token_that_somebody_made_with_a_token_is_no_stronger(here: Instance) -> None:
    async with here.sign_in("olga") as browser:
        made = await browser.post("/settings/programs", data={"name": "script", "scopes": ["read", "write", "account"]})
        bearer = {"authorization": f"Bearer {link_in(made, 'fedirec_')}"}
        async with here.client() as program:
            refused = await program.post(
                "/settings/programs", data={"name": "more", "scopes": ["admin"]}, headers=bearer
            )
            assert refused.status_code == 422


async def test_what_was_seen_is_marked_and_what_came_since_is_not(here: Instance, there: Instance) -> None:
    bo = await there.join("bo")
    ana, met = await here.join("ana"), await here.meet(bo)
    for uri in ("https://there.test/r/1", "https://there.test/r/2"):
        await here.run(notify, ana, Notice.REMIXED, met, uri, "/r", {"title": "Fox"})
    async with here.sign_in("ana") as browser:
        page = await browser.get("/notifications")
        assert text_of(page).count("bo made something from “Fox”.") == 2
        last = re.search(r'name="last" value="(\d+)"', page.text)
        assert last
        await here.run(lambda: notify(ana, Notice.FOLLOWED, met, met.uri, "/x"))
        await browser.post("/notifications/read", data={"last": last[1]})
        assert "made something" not in text_of(await browser.get("/notifications?show=new"))
        assert "bo follows you." in text_of(await browser.get("/notifications?show=new"))
        assert "something new" in text_of(page)


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=99999999999999999999"])
async def test_a_place_that_no_list_has_is_a_clear_error(here: Instance, query: str) -> None:
    async with here.sign_in("olga") as browser:
        assert (await browser.get(f"/notifications?{query}")).status_code == 400


async def test_a_member_is_suspended_and_comes_back(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("olga") as olga, here.sign_in("ana") as ana:
        assert "ana" in text_of(await olga.get("/admin/people?q=AN"))
        done = await olga.post("/admin/people/ana/suspension", data={"reason": "spam"})
        assert done.headers["location"] == "/admin/people/ana"
        assert (await ana.get("/settings")).status_code == 401
        page = text_of(await olga.get("/admin/people/ana"))
        assert "suspended somebody" in page
        assert "Why: spam" in page
        refused = await ana.post("/sign-in", data={"name": "ana", "password": PASSWORD})
        assert "suspended" in text_of(refused)
        assert (await here.get("/u/ana", accept="application/activity+json")).status_code in (404, 410)
        await olga.post("/admin/people/ana/suspension", data={"reason": ""})
        assert (await ana.post("/sign-in", data={"name": "ana", "password": PASSWORD})).status_code == 303


async def test_the_only_owner_is_told_why_they_stay(here: Instance) -> None:
    async with here.sign_in("olga") as olga:
        answer = await olga.post("/admin/people/olga/role", data={"role": "member"})
        assert answer.status_code == 303
        assert "This is the only owner." in text_of(await olga.get("/admin/people/olga"))
        assert (await olga.post("/admin/people/olga/role", data={"role": "king"})).status_code == 400
        assert (await olga.get("/admin/people/nobody")).status_code == 404


async def test_a_role_is_given_on_the_page_of_the_member(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("olga") as olga, here.sign_in("ana") as ana:
        await olga.post("/admin/people/ana/role", data={"role": "moderator"})
        assert (await ana.get("/admin/people")).status_code == 200
        assert "What you may do here has changed." in text_of(await ana.get("/notifications"))


async def test_what_the_instance_says_of_itself_is_edited_and_shown(here: Instance) -> None:
    async with here.sign_in("olga") as olga:
        typed = {"title": "Studio", "summary": "We *draw*.", "rules": "Be **kind**.", "registration": "invite"}
        assert (await olga.post("/admin/instance", data=typed)).status_code == 303
        assert (await olga.post("/admin/instance", data=typed | {"title": ""})).status_code == 422
        assert (await olga.post("/admin/instance", data=typed | {"registration": "x"})).status_code == 422
        assert (await olga.get("/admin")).headers["location"] == "/admin/people"
    assert "<em>draw</em>" in (await here.get("/about")).text
    rules = await here.get("/rules")
    assert "<strong>kind</strong>" in rules.text
    assert "Studio" in text_of(rules)


async def test_the_page_about_the_instance_names_those_who_look_after_it(here: Instance) -> None:
    await here.join("bo")
    async with here.client() as browser:
        page = text_of(await browser.get("/about")).partition("Who looks after it")[2]
    assert "olga" in page.lower()
    assert "bo" not in page.lower().split()


async def test_what_people_typed_about_themselves_is_never_markup(here: Instance) -> None:
    await open_as(here, "approval", rules="<script>x</script>", question="<img src=x>")
    async with here.client() as browser, here.sign_in("olga") as olga:
        typed = {
            "name": "ana",
            "display_name": '"><svg onload=x>',
            "password": PASSWORD,
            "answer": "<script>y</script>",
        }
        await browser.post("/sign-up", data=typed | {"agreed": "on"})
        for page in (
            await browser.get("/sign-up"),
            await olga.get("/admin/people/pending"),
            await olga.get("/notifications"),
        ):
            assert "<svg onload" not in page.text
            assert "<script>x" not in page.text
            assert "<script>y" not in page.text
            assert "<img src=x" not in page.text


class FreshServer:
    """An instance that nobody has set up, under an address."""

    def __init__(self, browser: httpx.AsyncClient, token: str) -> None:
        self.browser = browser
        self.token = token


@pytest.fixture
async def fresh(database_url: str, tmp_path: Path) -> AsyncGenerator[FreshServer]:
    settings = Settings.load({"data_dir": tmp_path, "database_url": database_url})
    async with running(settings, transport=Network(), everywhere=False) as state:
        token = await begin_setup()
        assert token is not None
        transport = httpx.ASGITransport(create_app(settings, state=state))
        origin = "https://studio.example"
        async with httpx.AsyncClient(
            transport=transport, base_url=origin, headers={"origin": origin, "accept": "text/html"}
        ) as browser:
            yield FreshServer(browser, token)


SETUP = {
    "origin": "https://studio.example",
    "title": "Studio",
    "rules": "Be kind.",
    "registration": "open",
    "name": "ana",
    "password": PASSWORD,
}


async def test_before_setup_everything_leads_to_the_setup_page_which_wants_the_link(fresh: FreshServer) -> None:
    for path in ("/", "/sign-in", "/u/ana", "/settings"):
        answer = await fresh.browser.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/setup"), path
    early = await fresh.browser.get("/setup")
    assert early.status_code == 403
    assert "The server has printed a link" in text_of(early)
    assert "/sign-up" not in early.text, "nothing else is offered yet"
    guess = await fresh.browser.get("/setup?token=guess")
    assert guess.status_code == 403
    assert "This link does not work any more" in text_of(guess)
    page = await fresh.browser.get("/setup", params={"token": fresh.token})
    assert page.status_code == 200
    assert 'value="https://studio.example"' in page.text
    assert "never be changed" in text_of(page)


async def test_the_setup_page_makes_the_instance_and_signs_the_owner_in(fresh: FreshServer) -> None:
    wrong = await fresh.browser.post(
        "/setup", data=SETUP | {"token": fresh.token, "name": "admin", "password": "short"}
    )
    assert wrong.status_code == 422
    assert "Be kind." in wrong.text
    assert "That name is reserved" in text_of(wrong)
    assert "A password has at least" in text_of(wrong), "all mistakes are told at once"
    for nonsense in ("https://far.example", "far.example/about", "bo@far.example", "far..example", "<b>", "far:99999"):
        named = SETUP | {"token": fresh.token, "instances": f"near.example\n{nonsense}"}
        wrong = await fresh.browser.post("/setup", data=named)
        assert wrong.status_code == 422, nonsense
        assert 'id="instances-error"' in wrong.text, nonsense
        assert f"near.example\n{escape(nonsense)}</textarea>" in wrong.text, "what was typed stays"
    many = "\n".join(f"n{number}.example" for number in range(21))
    wrong = await fresh.browser.post("/setup", data=SETUP | {"token": fresh.token, "instances": many})
    assert "Name up to 20 instances." in text_of(wrong)
    assert await InstanceRow.exists(set_up_at=None)

    wished = {"token": fresh.token, "instances": "Near.example,\n near.example far.example:8443"}
    done = await fresh.browser.post("/setup", data=SETUP | wished)

    assert done.status_code == 200
    jobs = await Job.filter(kind="instance").order_by("id")
    assert [job.payload["host"] for job in jobs] == ["near.example", "far.example:8443"]
    assert len(re.findall(r"<li><code", done.text)) == 10
    assert (await fresh.browser.get("/admin/instance")).status_code == 200
    assert (await Account.get(actor__handle="ana")).role == "owner"
    webfinger = await fresh.browser.get("/.well-known/webfinger", params={"resource": "acct:ana@studio.example"})
    assert webfinger.json()["subject"] == "acct:ana@studio.example"
    late = await fresh.browser.get("/setup", params={"token": fresh.token})
    assert (late.status_code, late.headers["location"]) == (303, "/sign-in")
    again = await fresh.browser.post("/setup", data=SETUP | {"token": fresh.token, "name": "eve"})
    assert again.status_code == 410
    assert await Account.all().count() == 1


async def test_another_address_has_to_be_confirmed_on_the_setup_page(fresh: FreshServer) -> None:
    typed = SETUP | {"token": fresh.token, "origin": "https://other.example"}
    asked = await fresh.browser.post("/setup", data=typed)
    assert asked.status_code == 422
    assert "You opened this page at studio.example" in text_of(asked)
    assert 'name="other_origin"' in asked.text
    done = await fresh.browser.post("/setup", data=typed | {"other_origin": "on"})
    assert 'href="https://other.example/sign-in"' in done.text
    assert "session" not in done.headers.get("set-cookie", "")


async def _get(instance: Instance, browser: httpx.AsyncClient, path: str) -> httpx.Response:
    """A page, as a browser with the cookies of `browser` gets it."""
    async with instance.client() as again:
        again.cookies.update(browser.cookies)
        return await again.get(path)
