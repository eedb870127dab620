"""Somebody on a server of another make is listed in a proposal of ours: they read it, reply, and accept it, signed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import skip_or_fail
from tests.interop.conftest import HomeOn
from tests.interop.home import Home
from tests.interop.peers import Json, Peer, running, until, why_not
from tests.peer import PUBLIC


@pytest.fixture(scope="module")
def home(home_on: HomeOn) -> Home:
    return home_on("sqlite")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    if reason := why_not("fedify"):
        skip_or_fail(reason)
    with running("fedify", tmp_path_factory.mktemp("proposals")) as peer:
        yield peer


def proposed(home: Home, peer: Peer) -> Json:
    """A proposal of ana's in which the person on the other server gets half."""
    project = home.ask("POST", "/projects", title="Tin", slug="tin_pay", text="Rain.", form="song")
    at = f"/projects/{project['id']}"
    home.ask("POST", f"{at}/steps/{project['steps'][0]['id']}/state", state="open")
    home.ask("POST", f"{at}/launch")
    group = f"{home.origin}/p/tin_pay"
    peer.tell("follow", whom=group)
    until(lambda: peer.state["following"].get(group))
    song = home.ask("POST", "/records", title="Drops", text="Drip.", licence="CC-BY-4.0")
    made = home.ask("POST", f"{at}/productions", title="Tin", text="A song.", licence="CC-BY-SA-4.0")["id"]
    home.ask("POST", f"/productions/{made}/records", records=[song["id"]])
    drummer = home.get("/lookup", address=peer.handle)["person"]["id"]
    home.ask("POST", f"/productions/{made}/roles", role="mus", person=drummer)
    home.ask("POST", f"/productions/{made}/freeze")
    pool = home.ask("POST", f"{at}/pools", kind="profit_split", title="Sales", currency="EUR", rule="consent")["key"]
    key = home.ask("POST", "/proposals", pool=pool, productions=[made], title="Sales of Tin")["key"]

    def drafted() -> Json:
        draft = home.get(f"/proposals/{key}/draft")
        if len(draft["lines"]) == 2:
            return draft
        home.ask("POST", f"/proposals/{key}/draft/arrangements", version=draft["version"], how="credits")
        return None  # the credit list was not drawn up yet

    draft = until(drafted)
    lines = [
        {"key": line["key"], "label": line["label"], "role": line["role"], "weight": 1, "reason": "It is heard."}
        for line in draft["lines"]
    ]
    draft = home.ask("PUT", f"/proposals/{key}/draft/lines", version=draft["version"], lines=lines)
    return home.ask("POST", f"/proposals/{key}/revisions", version=draft["version"])


def test_somebody_on_fedify_reads_a_proposal_replies_and_accepts_it(home: Home, peer: Peer) -> None:
    proposal = proposed(home, peer)
    uri = proposal["uri"]
    [sent] = until(lambda: peer.received("Create", proposal["group"]["uri"], uri))
    assert sent["trouble"] is None
    assert sent["proofs"], "it is proved by the Group"
    assert all(sent["proofs"])
    assert sent["document"]["object"]["digestMultibase"] == proposal["digest"]

    def posts() -> list[Json]:
        return [each for each in peer.state["theirs"].values() if uri in (each["content"] or "")]

    # Software that knows no proposals shows a letter to whoever is listed, and a post to which everybody can reply.
    until(lambda: len(posts()) == 2)
    [post] = [each for each in posts() if PUBLIC in each["to"]]
    [letter] = [each for each in posts() if each["to"] == [peer.actor]]
    assert letter["attributedTo"] == post["attributedTo"] == proposal["group"]["uri"]
    peer.tell("publish", text="<p>Half is fair.</p>", answers=post["id"])
    [comment] = until(lambda: home.get(f"/proposals/{proposal['key']}/comments")["items"])
    assert (comment["content_html"], comment["author"]["uri"]) == ("<p>Half is fair.</p>", peer.actor)

    agreed = peer.tell("agree", address=uri)
    assert agreed["status"] == 202
    assert (agreed["name"], agreed["intent"]) == ("Sales of Tin", f"{uri}#primary")
    assert agreed["money"].endswith("/currency/EUR")
    votes = until(lambda: (now := home.get(f"/proposals/{proposal['key']}")["votes"])["accepted"] and now)
    assert (votes["people"], votes["accepted"]) == (2, 1)
