"""What an instance shows of the trail and the credits of the film, read from its pages and documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx

from fedirec.demo.browser import Page
from fedirec.demo.cast import CREDITS, PIECES, derivations
from fedirec.demo.markup import Element
from fedirec.demo.world import World
from fedirec.errors import NotFound
from fedirec.remix.roles import label_of

INHABITANTS: Final = {"A": "ana", "B": "bo", "C": "cy"}
"""Somebody on each instance who can look something up."""

_REMOVES: Final = ("this record", "its source")


@dataclass(frozen=True, slots=True)
class Credit:
    """A line of the credits."""

    person: str
    generation: int
    roles: tuple[str, ...]


def path_of(world: World, letter: str, key: str) -> str:
    """Where the instance has its page about a piece; it asks for it when it does not know it. Raises NotFound."""
    if (letter, key) not in world.places:
        page = world.page_of(INHABITANTS[letter], world.records[key])
        if not page.path.startswith("/records/"):
            raise NotFound(f"{letter} knows no page of {world.records[key]}")
        world.places[letter, key] = page.path
    return world.servers[letter].origin + world.places[letter, key]


def told_trail(world: World, letter: str, key: str = "film") -> dict[str, Any]:
    """The trail and the credits of a piece as the instance tells them to programs. Raises NotFound."""
    return world.document(f"{path_of(world, letter, key)}/lineage", accept="application/json")


def credits_in(told: dict[str, Any]) -> list[Credit]:
    """The credits in such a document, with roles in words."""
    return [
        Credit(line["name"], line["generation"], tuple(label_of(role) for role in line["roles"]))
        for line in told["credits"]
    ]


def shown_page(world: World, letter: str, key: str = "film") -> Page:
    """The page about a piece, as a stranger sees it. Raises NotFound."""
    page = Page(world.get(path_of(world, letter, key), accept="text/html"))
    if page.status != httpx.codes.OK:
        raise NotFound(f"{page.url} answered {page.status}")
    return page


def shown_credits(world: World, letter: str, key: str = "film") -> list[Credit]:
    """The list of credits on the page about a piece. Raises NotFound."""
    listed = shown_page(world, letter, key).tree.first("ol", styled="credits")
    if listed is None:
        raise NotFound(f"{letter} shows no credits")
    return [_credit(line) for line in listed.all("li", styled="credit")]


def why_not_whole(world: World, told: dict[str, Any]) -> str:
    """What is missing from the trail of the film, or an empty text."""
    titles = {world.records[key]: piece.title for key, piece in PIECES.items()}
    found = {row["id"]: row["title"] for row in told["records"]}
    if missing := [title for uri, title in titles.items() if found.get(uri) != title]:
        return f"it lacks “{missing[0]}”"
    if strangers := [title for uri, title in found.items() if uri not in titles]:
        return f"it has “{strangers[0]}” in it"
    edges = {(edge["record"], edge["source"]) for edge in told["derivations"]}
    if edges != {(world.records[record], world.records[source]) for record, source in derivations()}:
        return "it does not say what was made from what"
    if any(row["isRemembered"] for row in told["records"]):
        return "a part of it is out of reach"
    return ""


def why_not_credited(lines: list[Credit]) -> str:
    """What is wrong with the credits of the film, or an empty text."""
    wanted = [Credit(*line) for line in CREDITS]
    for line in wanted:
        if line not in lines:
            return f"{line.person} is not named as {' and '.join(line.roles)} at {line.generation} removes: {lines}"
    if len(lines) != len(wanted):
        return f"somebody too many is named: {lines}"
    if lines[0] != wanted[0]:
        return f"{lines[0].person} is named before {wanted[0].person}"
    return ""


def why_not_agreed(told: dict[str, Any]) -> str:
    """To which remix of what the author has not agreed, or an empty text."""
    titles = {row["id"]: row["title"] for row in told["records"]}
    for step in told["derivations"]:
        if (step["permission"], step["acknowledgement"]) != ("by_licence", "automatic"):
            record, source = titles.get(step["record"], ""), titles.get(step["source"], "")
            said = f"{step['permission']}, {step['acknowledgement']}"
            return f"the author of “{source}” has not agreed to “{record}” ({said})"
    return ""


def has_whole_trail(world: World, letter: str) -> bool:
    """Whether the instance knows all pieces of the film, how they hang together, who agreed, and everybody's name."""
    try:
        told = told_trail(world, letter)
    except NotFound:
        return False
    return not (why_not_whole(world, told) or why_not_credited(credits_in(told)) or why_not_agreed(told))


def _credit(line: Element) -> Credit:
    remove = _text(line, "generation")
    return Credit(
        person=_text(line, "person-name"),
        generation=_REMOVES.index(remove) if remove in _REMOVES else int(remove.split()[0]),
        roles=tuple(_text(line, "roles").split(" · ")),
    )


def _text(element: Element, styled: str) -> str:
    found = element.first(styled=styled)
    return found.text if found else ""
