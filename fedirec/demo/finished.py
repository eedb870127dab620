"""How it is looked up that a project came to its end, over HTTP, as a stranger could."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.vocab import Vocabulary
from fedirec.demo.cast import PLACE, PRODUCTION, PROJECT, PROJECT_SLUG, SOUNDS, STEPS
from fedirec.demo.lookups import expect
from fedirec.demo.servers import until
from fedirec.demo.world import World
from fedirec.errors import Conflict
from fedirec.projects.vocab import ProductionObject


def project_can_be_followed(world: World) -> None:
    """It is a Group with a handle, led by two people of two instances."""
    project = world.document(world.project)
    expect(project["type"] == "Group" and project["name"] == PROJECT, "its address leads to something else")
    expect(project["preferredUsername"] == PROJECT_SLUG, "its handle is another one")
    led_by = set(world.document(f"{world.project}/moderators")["orderedItems"])
    wanted = {f"{world.server_of(name).origin}/u/{name}" for name in ("ana", "bo")}
    expect(led_by == wanted, f"it is led by {', '.join(sorted(led_by))}")


def steps_are_on_two_instances(world: World) -> None:
    steps = _items(world, world.document(world.project)["steps"])
    expect([step["name"] for step in steps] == [title for title, _text in STEPS], f"its steps are {steps}")
    carried = [uri for step in steps for uri in _ids(step.get("challenges"))]
    expect(carried == [world.challenge, world.sounds], f"its steps carry {carried}")
    for challenge in (world.challenge, world.sounds):
        expect(world.document(challenge).get("isPartOf") == world.project, f"{challenge} does not say where it belongs")


def project_is_shown_elsewhere(world: World, letter: str, name: str) -> None:
    words = until(
        f"{letter} shows the steps", lambda: _shows(world, name, world.project, *(title for title, _ in STEPS))
    )
    expect(PROJECT in words and SOUNDS in words, f"{letter} does not show all of it")


def post_has_its_licence(world: World) -> None:
    """What somebody of another server posted stands in the challenge, under the licence that they named."""
    accepted = world.document(world.document(f"{world.challenge}/submissions")["first"])["orderedItems"]
    expect(world.records["post"] in accepted, "it was not taken up")
    page = world.page_of("ana", world.records["post"])
    said = [link.get("href") for link in page.tree.all("a") if "license" in link.get("rel").split()]
    expect("https://creativecommons.org/licenses/by-sa/4.0/" in said, f"its licence is shown as {said}")


def foreign_was_told(world: World) -> None:
    """The other server was told of it: what to do, and that it was taken up."""
    kinds = {
        (each.get("type"), each.get("object")) for each in world.foreign.received if isinstance(each.get("object"), str)
    }
    expect(bool({("Announce", world.records["post"]), ("Add", world.records["post"])} & kinds), "it never heard that")
    expect(len(world.foreign.said_to_us()) < 4, "it was told too much")


def decisions_have_reasons(world: World) -> None:
    words = world.browsers["cy"].open(f"{world.challenge}/log").tree.text
    for wanted in ("One more window, by the sea.", "Ana"):
        expect(wanted in words, f"the log does not say “{wanted}”")


def manifest_is_whole(world: World) -> None:
    """The manifest of the production has the digest that it names, and the three records with theirs."""
    document = world.document(world.production)
    production = Vocabulary([ProductionObject]).read(document)
    if not isinstance(production, ProductionObject) or production.name != PRODUCTION:
        raise Conflict("its address leads to something else")
    expect(production.state == "released", f"it is {production.state}")
    expect([(link.label, link.url) for link in production.links] == [PLACE], "it does not say where to read it")
    used = {
        entry["id"] if "id" in entry else entry["record"] for entry in _items(world, document["manifest"]["sources"])
    }
    expect(used == {world.records[key] for key in ("story", "illustration", "post")}, f"made of {used}")


def book_is_everywhere(world: World, letter: str, name: str) -> None:
    """The released record is known on another instance, with its project and what it was made from."""
    wanted = (PRODUCTION, "The lamp that nobody put out", "One window, five stars")
    until(f"{letter} shows the book with its sources", lambda: _shows(world, name, world.records["book"], *wanted))


def _shows(world: World, name: str, uri: str, *wanted: str) -> str | None:
    words = world.page_of(name, uri).tree.text
    return words if all(each in words for each in wanted) else None


def _items(world: World, collection: Any) -> list[dict[str, Any]]:
    """What a collection holds, through all its pages."""
    found = world.document(collection) if isinstance(collection, str) else collection
    page, items = found.get("first", found), list[dict[str, Any]]()
    while page:
        shown = world.document(page) if isinstance(page, str) else page
        items += [each if isinstance(each, dict) else world.document(each) for each in shown.get("orderedItems", [])]
        page = shown.get("next")
    return items


def _ids(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
