"""The story: what people do at their browsers, one step after the other, until a film is there and everybody is named.

Nobody here knows a database or a function of the server. Each step opens pages, fills in the forms that stand on them,
and looks at what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from fedirec.clock import now
from fedirec.demo.browser import Browser, Page
from fedirec.demo.cast import (
    CHALLENGE,
    COVER_ALT,
    CURRENCY,
    KINDS,
    LICENCE,
    LINES,
    OPEN_FOR,
    PEOPLE,
    PIECES,
    PLACES,
    POT,
    PROMPT,
    REASONS,
    RULE,
    SLUG,
    THANKED,
    Somebody,
)
from fedirec.demo.servers import Server, until
from fedirec.demo.trails import has_whole_trail
from fedirec.demo.world import World, side_by_side
from fedirec.errors import NotFound
from fedirec.media.making import make_film, make_illustration, make_melody

IN_FORMS: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence of the story, and how it comes true."""

    words: str
    happen: Callable[[World], None]


def wait_for_servers(world: World) -> None:
    for server in world.servers.values():
        server.wait_until_ready()


def move_in(world: World) -> None:
    """Every instance is set up by its owner, and whoever else lives there has joined."""
    side_by_side(*(partial(_furnish, world, server) for server in world.servers.values()))


def open_challenge(world: World) -> None:
    """Ana's challenge is open, under her instance's address, with what it pays and until when."""
    cover = make_illustration(world.workshop / "dusk.jpg", size=(1200, 630), seed=11)
    browser = world.browsers["ana"]
    page = _add_file(browser, browser.open("/challenges/new"), cover, COVER_ALT)
    browser.send(
        page.form("title", "deadline", "do"),
        {
            "title": CHALLENGE,
            "slug": SLUG,
            "text": PROMPT,
            "kinds": KINDS,
            "timezone": "UTC",
            "deadline": (now() + OPEN_FOR).strftime(IN_FORMS),
            "licence": LICENCE,
            "pays": "pot",
            "amount": str(POT),
            "currency": CURRENCY,
            "rule": RULE,
            "do": "publish",
        },
    )


def follow_challenge(world: World) -> None:
    """Bo has found the challenge by its handle where he lives, and follows it."""
    browser = world.browsers["bo"]
    page = world.page_of("bo", world.challenge_handle)
    browser.send(page.form(action="/follow"), {})
    until("the challenge accepts Bo as a follower", lambda: _is_following(world))


def submit_story(world: World) -> None:
    """Bo's story is published on B and offered to the challenge on A."""
    browser = world.browsers["bo"]
    challenge = world.page_of("bo", world.challenge)
    page = browser.open(_contribute(challenge))
    _publish(world, "story", page, {})


def accept(world: World, key: str) -> None:
    """Ana has seen that a piece waits for her, and said yes."""
    browser, title = world.browsers["ana"], PIECES[key].title
    waiting = f"/c/{SLUG}/waiting"

    def find() -> Page | None:
        page = browser.open(waiting)
        return page if title in page.tree.text else None

    page = until(f"“{title}” reaches Ana", find)
    browser.send(page.form_beside(title, "do", "reason"), {"do": "accept", "reason": REASONS[key]})


def illustrate(world: World) -> None:
    """Cy has read the story and drawn what it says; the picture is published on C as made from it."""
    _read_story(world, "cy")
    picture = make_illustration(world.workshop / "one-window.png", seed=3)
    _remix(world, "illustration", picture)


def compose(world: World) -> None:
    """Dee has written a melody for the story; it is published on B."""
    _read_story(world, "dee")
    melody = make_melody(world.workshop / "second-star.mp3", seed=5)
    _remix(world, "melody", melody)


def cut_film(world: World) -> None:
    """Eve has made a film from what she found: the story, the picture and the melody as her own instance shows them."""
    lines = _read_story(world, "eve")
    picture = _borrow(world, "illustration", "img", "borrowed.png")
    melody = _borrow(world, "melody", "audio", "borrowed.mp3")
    path = world.workshop / "first-stars.mp4"
    film = make_film(path, illustration=picture, melody=melody, story_lines=lines, size=(768, 432))
    challenge = world.browsers["eve"].open(f"/c/{SLUG}")
    _remix(world, "film", film, start=_contribute(challenge))


def settle(world: World, letters: Sequence[str] = "ABC") -> None:
    """These instances know the whole trail of the film and all its credits."""
    for letter in letters:
        until(f"{letter} knows the whole trail", partial(has_whole_trail, world, letter))


def switch_off(world: World) -> None:
    world.servers["B"].stop()


def switch_on(world: World) -> None:
    world.servers["B"].start()
    world.servers["B"].wait_until_ready()


def sign_in_elsewhere(world: World, name: str) -> None:
    """That person is a guest on A: their own server, where they are signed in, has said who they are."""
    browser = world.browsers[name]
    page = browser.open(f"{world.servers['A'].origin}/sign-in/elsewhere")
    if page.url.path != "/sign-in/elsewhere":  # they still are
        return
    page = browser.send(page.form("handle"), {"handle": world.handle(name)})
    page = browser.open(_way(page, "/oauth/authorize?"))
    browser.open(_way(browser.send(page.form("answer"), {"answer": "yes"}), "/sign-in/elsewhere/back?"))


BEGINNING: Final[Sequence[Step]] = (
    Step("Three instances start: [b]A[/], [b]B[/] and [b]C[/]", wait_for_servers),
    Step("Ana and Eve move in on A, Bo and Dee on B, Cy on C", move_in),
    Step(f"Ana opens a challenge on A: “{CHALLENGE}”", open_challenge),
    Step("Bo, on B, follows it", follow_challenge),
    Step("Bo writes a story and submits it", submit_story),
    Step("Ana takes it up", partial(accept, key="story")),
    Step("Cy, on C, illustrates Bo's story", illustrate),
    Step("Dee, on B, writes a melody for it", compose),
    Step("Eve, on A, cuts a film from story, illustration and melody", cut_film),
    Step("Ana accepts the film", partial(accept, key="film")),
    Step("All three show the same trail and the same credits", settle),
)
OUTAGE: Final = Step("B is switched off", switch_off)
RETURN: Final = Step("B is switched on again", switch_on)


def _furnish(world: World, server: Server) -> None:
    owner = PEOPLE[PLACES[server.letter].owner]
    browser = world.browsers[owner.name] = Browser(server.origin)
    form = browser.open(server.setup_link.removeprefix(server.origin)).form("token", "origin", "name", "password")
    place = PLACES[server.letter]
    described = {"origin": server.origin, "title": place.title, "summary": place.summary, "registration": "open"}
    browser.send(form, {**described, **_account(owner)})
    for person in PEOPLE.values():
        if person.letter == server.letter and person is not owner:
            browser = world.browsers[person.name] = Browser(server.origin)
            form = browser.open("/sign-up").form("name", "password", "agreed")
            browser.send(form, {**_account(person), "agreed": "on"})


def _account(person: Somebody) -> dict[str, str]:
    return {"name": person.name, "display_name": person.shown, "password": person.password}


def _is_following(world: World) -> bool:
    page = world.page_of("bo", world.challenge)
    return any(form.first("button", styled="pressed") for form in page.tree.all("form"))


def _contribute(challenge: Page) -> str:
    """Where the page of a challenge leads somebody who wants to take part."""
    for link in challenge.tree.all("a"):
        if link.get("href").startswith("/records/new?challenge="):
            return link.get("href")
    raise NotFound(f"{challenge.url} offers no way to take part")


def _read_story(world: World, reader: str) -> list[str]:
    """The lines of Bo's story, from the page that the reader's own instance has about it. Raises NotFound."""
    words = world.page_of(reader, world.records["story"]).tree.text
    if missing := [line for line in LINES if line not in words]:
        raise NotFound(f"{reader} cannot read “{missing[0]}”")
    return list(LINES)


def _borrow(world: World, key: str, tag: str, name: str) -> Path:
    """A file of another instance, as Eve's instance shows it to her."""
    browser = world.browsers["eve"]
    path = world.workshop / name
    path.write_bytes(browser.fetch(world.page_of("eve", world.records[key]).address_of(tag)))
    return path


def _add_file(browser: Browser, page: Page, file: Path, alt: str) -> Page:
    """The page once the file has arrived, with words for those who cannot see or hear it."""
    page = browser.send(page.form("files", "do"), {"do": "keep"}, files=[("files", file)])
    field = next(name for name in page.form("file_key").values if name.startswith("alt-"))
    return browser.send(page.form("file_key"), {field: alt, "do": "keep"})


def _remix(world: World, key: str, file: Path, *, start: str = "/records/new") -> None:
    """A piece with a file is published, made from its sources, whose addresses were pasted."""
    piece = PIECES[key]
    browser = world.browsers[piece.author]
    page = _add_file(browser, browser.open(start), file, piece.alt)
    for source, _relation in piece.sources:
        page = browser.send(page.form("seek", "do"), {"seek": world.records[source], "do": "keep"})
    relations = [name for name in page.form("seek").values if name.startswith("relation-")]
    typed = {name: relation for name, (_source, relation) in zip(relations, piece.sources, strict=True)}
    if key == "film":
        name, role = THANKED
        page = browser.send(page.form("who", "do"), {"who": name, "who_role": role, "do": "keep"})
    _publish(world, key, page, typed)


def _publish(world: World, key: str, page: Page, typed: dict[str, str]) -> None:
    piece = PIECES[key]
    browser = world.browsers[piece.author]
    words = {"title": piece.title, "text": piece.text, "licence": LICENCE, "own_role": piece.role, "tags": piece.tags}
    done = browser.send(page.form("title", "do"), {**words, **typed, "language": "en", "do": "publish"})
    world.records[key] = str(done.url).partition("/published")[0]


def _way(page: Page, there: str) -> str:
    """Where the page leads somebody who is on the way to another server and back. Raises NotFound."""
    for link in page.tree.all("a"):
        if there in link.get("href"):
            return link.get("href")
    raise NotFound(f"the page {page.url} does not lead to {there}")
