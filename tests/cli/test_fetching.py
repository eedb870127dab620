"""`fedirec fetch` shows what we understand of others; `fedirec federation` decides who they are to us."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import done, refused, serving
from tests.cli.conftest import Place
from tests.ports import free_port


def test_people_records_and_challenges_elsewhere_are_shown_as_we_understand_them(
    neighbours: tuple[Place, Place],
) -> None:
    there, here = neighbours
    with serving("--development", folder=there.folder, port=there.port) as server:

        def fetched(address: str) -> str:
            return done("fetch", address, "--development", folder=here.folder)

        host = f"127.0.0.1:{there.port}"
        said = done("federation", "follow", host, "--development", folder=here.folder)
        assert said == f"Asked {host}. What it announces appears here once it agrees.\n"
        assert json.loads(done("federation", "followed", "--json", folder=here.folder)) == [
            {"host": host, "is_accepted": False}
        ]
        for nonsense, why in {
            "two words": "Write the host alone",
            "bo@far.example": "Write the host alone",
            "https://far.example/x": "Write the host alone",
            f"127.0.0.1:{here.port}": "That is this instance itself",
            f"127.0.0.1:{free_port()}": "",
        }.items():
            assert why in refused("federation", "follow", nonsense, "--development", folder=here.folder), nonsense
        assert done("federation", "unfollow", host, folder=here.folder) == f"{host} is not followed any more.\n"
        assert "does not follow" in refused("federation", "unfollow", host, folder=here.folder)

        person = fetched(f"@ana@127.0.0.1:{there.port}")
        assert "an actor (Person)" in person
        assert f"{there.origin}/u/ana#main-key" in person
        assert person == fetched(f"{there.origin}/u/ana")

        challenge = json.loads(done("fetch", f"{there.origin}/c/stars", "--json", "--development", folder=here.folder))
        understood = challenge["understood"]
        assert understood["what it is"] == "a challenge (open)"
        assert understood["pays"] == "pot: 500.00 EUR"
        assert understood["terms"].endswith("(holds)")
        assert understood["shared"] == "Half to each."
        assert challenge["document"]["type"] == "Group"

        first = server.get("/u/ana/outbox", accept="application/activity+json").json()["first"]
        outbox = server.get(first.removeprefix(there.origin), accept="application/activity+json").json()
        records = {
            activity["object"]["name"]: activity["object"]["id"]
            for activity in outbox["orderedItems"]
            if isinstance(activity["object"], dict) and activity["type"] == "Create"
        }
        song = fetched(records["A song"])
        assert "a record (text)" in song
        assert "may be remixed" in song
        assert f"adapts {records['A [red]poem[/red]']}" in song
        assert "(holds)" in song

        poem = fetched(records["A [red]poem[/red]"])
        assert "A [red]poem[/red]" in poem
        assert "\x1b" not in poem

        host = there.origin.partition("://")[2]
        assert host in refused("fetch", f"{there.origin}/records/none", "--development", folder=here.folder)
        assert done("federation", "block", host, "--reason", "a test", folder=here.folder) == f"{host} is blocked.\n"
        assert "is blocked here" in refused("fetch", f"{there.origin}/c/stars", "--development", folder=here.folder)
        assert refused("federation", "block", host, folder=here.folder).endswith("is blocked already.")
        peers = json.loads(done("federation", "peers", "--json", "--blocked", folder=here.folder))
        assert [(peer["host"], peer["state"]) for peer in peers] == [(host, "blocked")]
        done("federation", "unblock", host, folder=here.folder)
        assert host in done("federation", "peers", folder=here.folder)
        assert fetched(f"{there.origin}/u/ana") == person

    assert f"“{host}” could not be reached" in refused(
        "fetch", f"{there.origin}/c/stars", "--development", folder=here.folder
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://studio.example/u/ana", "lives here"),
        ("@ana@studio.example", "lives here"),
        ("https://127.0.0.1/u/ana", "not reachable from here"),
        ("http://studio.test/u/ana", "only https"),
        ("ana", "a handle looks like @name@host"),
        ("ftp://a.example/x", "an address starts with https://"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_one_sentence(studio: Path, address: str, told: str) -> None:
    assert told.lower() in refused("fetch", address, folder=studio).lower()


def test_a_peer_is_blocked_by_its_host_alone(studio: Path) -> None:
    assert "this instance itself" in refused("federation", "block", "studio.example", folder=studio)
    assert "Write the host alone" in refused("federation", "block", "b.example/u/bo", folder=studio)
    assert "We know no instance called b.example" in refused("federation", "unblock", "b.example", folder=studio)
