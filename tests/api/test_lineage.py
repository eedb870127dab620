"""Programs are told how complete a lineage is, and can have others asked."""

from __future__ import annotations

from tests.api.conftest import Programs
from tests.network import Instance, Network
from tests.peer import Peer
from tests.remix.spreading import serve_pages, serve_source


async def test_a_program_asks_as_the_page_does(here: Instance, network: Network, program: Programs) -> None:
    peer = Peer(network)
    mia = peer.actor("mia")
    rain = serve_source(peer, mia)
    serve_pages(peer, [[]])
    record = await here.find_record(rain)
    olga = await program("olga")

    shown = await olga.get("show_lineage", record.id)
    assert shown["completeness"]["is_whole"] is False
    assert shown["completeness"]["untold"][0]["record"] == rain
    assert (await olga.get("ask_about_lineage", record.id))["is_asked"] is True
    await here.work()
    assert (await olga.get("ask_about_lineage", record.id))["is_asked"] is False
    shown = await olga.get("show_lineage", record.id)
    assert shown["completeness"]["is_whole"] is True
    assert shown["completeness"]["asked_at"]
