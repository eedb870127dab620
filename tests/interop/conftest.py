"""Instances of ours and servers of other makes, side by side on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.conftest import skip_or_fail
from tests.databases import Databases, why_no_postgres
from tests.interop.home import Home, at_home
from tests.interop.peers import Make, Peer, running, until, why_not

HomeOn = Callable[[str], Home]


@dataclass(frozen=True)
class Two:
    """Ana at home, and whoever lives on the other server; each follows the other."""

    home: Home
    peer: Peer


PAIRS: tuple[tuple[Make, str], ...] = (("fedify", "sqlite"), ("apkit", "sqlite"), ("fedify", "postgres"))


@pytest.fixture(scope="package")
def home_on(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[HomeOn]:
    """A function that says where ana lives, on that kind of database: one instance for all tests."""
    homes: dict[str, Home] = {}
    with ExitStack() as running_ones:

        def home_on(kind: str) -> Home:
            if kind not in homes:
                address = databases.new(kind)
                running_ones.callback(databases.drop, address)
                folder = tmp_path_factory.mktemp(f"home-{kind}")
                homes[kind] = running_ones.enter_context(at_home(folder, database=address))
            return homes[kind]

        yield home_on


@pytest.fixture(scope="package", params=PAIRS, ids="-".join)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, home_on: HomeOn) -> Iterator[Two]:
    make, kind = request.param
    if reason := why_not(make) or (why_no_postgres() if kind == "postgres" else None):
        skip_or_fail(reason)
    with running(make, tmp_path_factory.mktemp(f"{make}-{kind}")) as peer:
        home = home_on(kind)
        befriend(home, peer)
        yield Two(home, peer)


def befriend(home: Home, peer: Peer) -> None:
    """Each has found the other by handle, and follows them."""
    home.ask("POST", "/following", address=peer.handle)
    until(lambda: home.followed().get(peer.actor))
    peer.tell("follow", whom=peer.tell("find", address=home.handle)["id"])
    until(lambda: peer.state["following"].get(home.ana))
