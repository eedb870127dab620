"""The page of a trail, its drawing as a file, and what is left out of both."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from fedirec.remix.models import Record, Source
from fedirec.web.trails import only
from fedirec.web.views import TrailEdge, TrailNode
from tests.bench import graphs
from tests.network import Instance

SVG = "{http://www.w3.org/2000/svg}"


async def graph(here: Instance) -> int:
    """A family of 200 relatives from elsewhere, and one that nobody could reach; the record in the middle."""

    async def fill() -> int:
        first = await graphs.add_graph(1, authors=await graphs.add_authors(), generations=4)
        await Source.create(record_id=first, uri="https://gone.example/records/1", relation="samples", position=40)
        return first

    return await here.run(fill)


async def test_a_large_trail_is_drawn_in_part_and_says_what_is_behind_each_sign(here: Instance) -> None:
    page = (await here.get(f"/records/remote/{await graph(here)}/lineage")).text

    assert page.count('class="trail-box') <= 60
    assert page.count(" here") >= 1
    assert re.search(r"fold.*? \d+ remix", page, re.DOTALL)
    assert re.search(r"fold.*? \d+ source", page, re.DOTALL)
    assert "gone.example" in page


async def test_one_kind_of_records_can_be_looked_at_alone(here: Instance) -> None:
    first = await graph(here)
    page = (await here.get(f"/records/remote/{first}/lineage?kind=audio")).text
    whole = (await here.get(f"/records/remote/{first}/lineage?kind=nonsense")).text
    rows = await here.run(lambda: Record.filter(kind="audio").limit(8).values_list("id", flat=True))

    assert any(f"/records/remote/{row}" in page for row in rows)
    assert f'href="/records/remote/{first}/lineage?kind=audio" aria-current="true"' in page
    assert "#video" not in page.split("</main>")[0].partition("trail-lines")[2].partition("</svg>\n</div>")[0]
    assert f'href="/records/remote/{first}/lineage" aria-current="true"' in whole


async def test_the_drawing_can_be_kept_as_a_file(here: Instance) -> None:
    answer = await here.get(f"/records/remote/{await graph(here)}/lineage.svg")
    root = ElementTree.fromstring(answer.content)  # noqa: S314  (our own answer)
    links = [link.attrib["href"] for link in root.iter(f"{SVG}a")]

    assert answer.headers["content-type"] == "image/svg+xml"
    assert "attachment" in answer.headers["content-disposition"]
    assert len(links) == 202
    assert all(link.startswith("https://") for link in links)
    assert "https://gone.example/records/1" in links
    assert not any(element.tag in (f"{SVG}script", f"{SVG}style", f"{SVG}image") for element in root.iter())


async def test_nobody_gets_a_drawing_of_what_they_may_not_see(here: Instance) -> None:
    first = await graph(here)
    await here.run(lambda: Record.filter(id=first).update(visibility="followers"))

    assert (await here.get(f"/records/remote/{first}/lineage.svg")).status_code == 404
    assert (await here.get(f"/records/remote/{first}/lineage")).status_code == 404


def test_lines_lead_past_what_is_not_shown() -> None:
    nodes = [
        TrailNode(key=key, title=key, url=f"/{key}", kind=kind, is_here=key == "here")
        for key, kind in (("song", "audio"), ("cover", "image"), ("here", "text"), ("loop", "audio"), ("film", "video"))
    ]
    steps = (("song", "cover"), ("cover", "here"), ("loop", "cover"), ("here", "film"), ("cover", "song"))
    shown, edges = only(nodes, [TrailEdge(parent=parent, child=child) for parent, child in steps], "audio")

    assert [node.key for node in shown] == ["song", "here", "loop"]
    assert {(edge.parent, edge.child) for edge in edges} == {("song", "here"), ("loop", "here"), ("loop", "song")}
