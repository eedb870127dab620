"""The second part of the story: a project with two steps on two instances, until something is released.

Ana begins it on A and Bo, from B, leads it with her; somebody of a server of another make takes part as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from fedirec.clock import now
from fedirec.demo.browser import Page
from fedirec.demo.cast import (
    BRIEF,
    CHALLENGE,
    GRANT,
    LICENCE,
    OPEN_FOR,
    PLACE,
    POSTED,
    POSTED_ALT,
    PRODUCTION,
    PROJECT,
    PROJECT_SLUG,
    ROLE,
    SLUG,
    SOUNDS,
    SOUNDS_SLUG,
    STEPS,
)
from fedirec.demo.servers import until
from fedirec.demo.story import IN_FORMS, Step, sign_in_elsewhere
from fedirec.demo.world import World
from fedirec.errors import NotFound
from fedirec.media.making import make_illustration


def begin(world: World) -> None:
    """Ana's project is prepared: it has two steps, the first of which carries her challenge."""
    browser = world.browsers["ana"]
    form = browser.open("/projects/new").form("title", "silent_days", "do")
    typed = {"title": PROJECT, "slug": PROJECT_SLUG, "text": BRIEF, "form": "picture_book", "do": "publish"}
    browser.send(form, typed)
    for title, text in STEPS:
        browser.send(_lead(world).form("title", action=f"/p/{PROJECT_SLUG}/steps"), {"title": title, "text": text})
    _attach(world, "ana", STEPS[0][0], CHALLENGE)


def launch(world: World) -> None:
    """The first step is published, and everybody sees the project."""
    _publish_step(world, "ana", STEPS[0][0])
    world.browsers["ana"].send(_lead(world).form(action=f"/p/{PROJECT_SLUG}/launch"))


def lead_together(world: World) -> None:
    """Bo was invited where he lives, has said yes there, and leads the project with Ana."""
    ana, bo = world.browsers["ana"], world.browsers["bo"]
    people = f"/p/{PROJECT_SLUG}/people"
    ana.send(
        ana.open(people).form("who", "words"), {"who": world.handle("bo"), "words": "Would you see to the sounds?"}
    )

    copy = world.page_of("bo", world.project).path

    def invited() -> Page | None:
        page = bo.open(copy)
        return page if "invited" in page.tree.text else None

    page = until("the invitation reaches Bo", invited)
    bo.send(page.form("do", action=_membership(page)), {"do": "accept"})

    def has_joined() -> Page | None:
        page = ana.open(people)
        return page if any("/lead" in form.get("action") for form in page.tree.all("form")) else None

    page = until("Ana hears that Bo has joined", has_joined)
    action = next(form.get("action") for form in page.tree.all("form") if form.get("action").endswith("/lead"))
    ana.send(page.form(action=action))


def lead_from_elsewhere(world: World) -> None:
    """Bo has opened a challenge on B, signed in on A with his account on B, and made it part of the second step."""
    browser = world.browsers["bo"]
    page = browser.open("/challenges/new")
    typed = {
        "title": SOUNDS,
        "slug": SOUNDS_SLUG,
        "text": "Open it, and listen for a minute. Send what you hear.",
        "kinds": ["audio", "text"],
        "timezone": "UTC",
        "deadline": (now() + OPEN_FOR).strftime(IN_FORMS),
        "licence": LICENCE,
        "pays": "nothing",
        "do": "publish",
    }
    browser.send(page.form("title", "deadline", "do"), typed)
    copy = world.page_of("bo", world.project)
    form = copy.form("challenge", action=f"{copy.path}/challenges")
    browser.send(form, {"challenge": _choice(copy, SOUNDS), "do": "offer"})
    sign_in_elsewhere(world, "bo")
    _attach(world, "bo", STEPS[1][0], SOUNDS)
    _publish_step(world, "bo", STEPS[1][0])


def post_from_elsewhere(world: World) -> None:
    """Somebody of another server has answered Ana's challenge with a picture, and was told what to do."""
    fay, challenge = world.foreign, world.document(world.challenge)
    picture = make_illustration(world.workshop / "harbour.png", seed=23)
    post = partial(fay.post, challenge["inbox"], mentions={world.challenge: world.challenge_handle})
    world.records["post"] = post(POSTED, answers=challenge["prompt"], picture=(picture, POSTED_ALT))
    answer = until("the challenge says what to do", lambda: next(iter(fay.said_to_us()), None))
    post(GRANT, answers=str(answer["id"]))


def take_up_post(world: World) -> None:
    """The licence has arrived, and Ana has taken the picture up."""
    browser = world.browsers["ana"]

    def find() -> Page | None:
        page = browser.open(f"/c/{SLUG}/waiting")
        return page if POSTED in page.tree.text and "CC BY-SA 4.0" in page.tree.text else None

    page = until("the picture waits with its licence", find)
    browser.send(page.form_beside(POSTED, "do", "reason"), {"do": "accept", "reason": "One more window, by the sea."})


def produce(world: World) -> None:
    """The book is prepared from three pieces of three servers, frozen, and released."""
    browser = world.browsers["ana"]
    form = browser.open(f"/p/{PROJECT_SLUG}/productions/new").form("title", "licence", "do")
    page = browser.send(form, {"title": PRODUCTION, "text": BRIEF, "licence": LICENCE, "do": "publish"})
    at = page.path.partition("?")[0].removesuffix("/lead")
    lead = f"{at}/lead"
    world.production = f"{world.servers['A'].origin}{at}"
    for key in ("story", "illustration", "post"):
        browser.send(browser.open(lead).form("address"), {"address": world.records[key]})
    browser.send(browser.open(lead).form("role", "who"), {"role": ROLE, "who": world.handle("bo")})
    browser.send(browser.open(lead).form("label", "url"), {"label": PLACE[0], "url": PLACE[1]})
    browser.send(browser.open(lead).form(action=f"{at}/freeze"))
    browser.send(browser.open(lead).form(action=f"{at}/release"))
    world.records["book"] = str(world.document(world.production)["record"])


PROJECT_STEPS: Final[Sequence[Step]] = (
    Step(f"Ana begins a project on A with two steps: “{PROJECT}”", begin),
    Step("Its first step is published, and the project launched", launch),
    Step("Bo, on B, is invited, says yes, and leads it with her", lead_together),
    Step(
        "Bo signs in on A with his own account, and brings a challenge of B into the second step", lead_from_elsewhere
    ),
    Step("Fay, on a server of another make, answers with a post, and says which licence it has", post_from_elsewhere),
    Step("Ana takes up what Fay posted", take_up_post),
    Step("The book is put together from pieces of three servers, frozen and released", produce),
)


def _lead(world: World, name: str = "ana") -> Page:
    return world.browsers[name].open(f"{world.servers['A'].origin}/p/{PROJECT_SLUG}/lead")


def _attach(world: World, name: str, step: str, challenge: str) -> None:
    """A challenge that this person leads is part of the step."""

    def offered() -> Page | None:
        page = _lead(world, name)
        return page if any(option.text == challenge for option in page.tree.all("option")) else None

    page = until(f"“{challenge}” can be brought in", offered)
    world.browsers[name].send(page.form_beside(step, "challenge"), {"challenge": _choice(page, challenge)})


def _choice(page: Page, title: str) -> str:
    """The value of the challenge called `title` among those that can be chosen. Raises NotFound."""
    selects = (select for select in page.tree.all("select") if select.get("name") == "challenge")
    for option in (option for select in selects for option in select.all("option")):
        if option.text == title:
            return option.get("value")
    raise NotFound(f"the page {page.url} does not offer “{title}”")


def _publish_step(world: World, name: str, step: str) -> None:
    page = _lead(world, name)
    world.browsers[name].send(page.form_beside(step, "do"), {"do": "publish"})


def _membership(page: Page) -> str:
    return next(form.get("action") for form in page.tree.all("form") if form.get("action").endswith("/membership"))
