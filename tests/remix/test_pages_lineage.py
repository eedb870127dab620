"""The page of a trail, its drawing as a file, and what is left out of both."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from pyld import jsonld

from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Attachment, Record, Source
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


async def make_record(here: Instance, name: str, *, title: str, sources: Sequence[Record] = ()) -> Record:
    """A record of a new member."""
    author: Actor = await here.join(name)
    drafted = [SourceDraft(record=source) for source in sources]
    draft = RecordDraft(title=title, text="la", licence="CC-BY-4.0", sources=drafted)
    made = await here.run(publish_record, author, draft)
    made.author = author
    return made


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


async def hub(here: Instance, relatives: int) -> int:
    """A record from elsewhere of which half of so many were made directly, and the others of those."""

    async def fill() -> int:
        author = await graphs.add_authors()
        first = await graphs.add_records(relatives + 1, authors=author)
        await Source.bulk_create(
            [
                Source(
                    record_id=first + number,
                    parent_id=first + (number - relatives // 2 if number > relatives // 2 else 0),
                    uri=f"https://h0.example/of/{number}",
                    relation="adapts",
                    position=0,
                )
                for number in range(1, relatives + 1)
            ]
        )
        return first

    return await here.run(fill)


@pytest.mark.timeout(120)
async def test_ten_thousand_relatives_break_no_page_no_drawing_and_no_file(here: Instance) -> None:
    first = await hub(here, 10_000)
    for path, most_bytes in (
        (f"/records/remote/{first}/lineage", 400_000),
        (f"/records/remote/{first}", 400_000),
        (f"/records/remote/{first}/lineage.svg", 800_000),
        (f"/records/remote/{first}/lineage.json", 4_000_000),
        (f"/records/remote/{first}/lineage.jsonld", 4_000_000),
    ):
        started = time.process_time()
        answer = await here.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) < most_bytes, (path, len(answer.content))
        assert time.process_time() - started < 4, path


async def test_what_is_folded_away_opens(here: Instance) -> None:
    first = await graph(here)
    whole = (await here.get(f"/records/remote/{first}/lineage")).text
    opening = re.findall(r'href="([^"]+around=(\d+))" class="trail-box fold"', whole)
    moved = (await here.get(html.unescape(opening[0][0]))).text

    assert "Back to" not in whole
    assert "Back to" in moved
    assert moved.count('class="trail-box') <= 60
    assert f'href="/records/remote/{opening[0][1]}"' in moved
    assert set(re.findall(r'href="(/records/remote/\d+)" class="trail-box', moved)) - set(
        re.findall(r'href="(/records/remote/\d+)" class="trail-box', whole)
    )


async def test_a_large_trail_is_listed_generation_by_generation(here: Instance) -> None:
    first = await hub(here, 140)
    page = (await here.get(f"/records/remote/{first}/lineage")).text
    one = (await here.get(f"/records/remote/{first}/lineage?generation=1")).text
    rest = (await here.get(f"/records/remote/{first}/lineage?generation=1&from=60")).text

    def listed(page: str) -> list[str]:
        piece = page.partition('id="generation"')[2].partition("</section>")[0]
        return re.findall(r'href="/records/remote/(\d+)"', piece)

    assert "generation=2#generation" in html.unescape(page)
    assert listed(page) == []
    assert len(listed(one)) == 60
    assert len(listed(rest)) == 10
    assert set(listed(one)) | set(listed(rest)) == {str(first + number) for number in range(1, 71)}
    for nonsense in ("0", "-", "x", "99999999999999999999", "-0", "7"):
        assert (await here.get(f"/records/remote/{first}/lineage?generation={nonsense}&from=9")).status_code == 200


async def test_search_engines_and_libraries_read_where_a_record_comes_from(here: Instance) -> None:
    source = await make_record(here, "ana", title="A poem </script>")
    remix = await make_record(here, "bo", title="A song", sources=[source])
    page = (await here.get(f"/records/{remix.uri.rpartition('/')[2]}")).text
    provenance, schema = [json.loads(found) for found in re.findall(r"ld\+json\">(.*?)</script>", page)]

    assert schema["@context"] == "https://schema.org"
    assert schema["isBasedOn"] == [source.uri]
    assert schema["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "ana" in schema["creditText"]
    assert provenance["wasDerivedFrom"] == [source.uri]
    assert provenance["wasAttributedTo"] == remix.author.uri
    trail = (await here.get(f"/records/{remix.uri.rpartition('/')[2]}/lineage")).text
    [graph] = [json.loads(found) for found in re.findall(r"ld\+json\">(.*?)</script>", trail)]
    assert {work["@id"]: work.get("isBasedOn") for work in graph["@graph"]} == {
        remix.uri: [source.uri],
        source.uri: None,
    }


async def test_the_trail_can_be_kept_in_the_words_of_prov(here: Instance) -> None:
    source = await make_record(here, "ana", title="A poem")
    remix = await make_record(here, "bo", title="A song", sources=[source])
    answer = await here.get(f"/records/{remix.uri.rpartition('/')[2]}/lineage.jsonld")
    document = answer.json()
    expanded = jsonld.expand(document, {"documentLoader": refuse})
    prov = "http://www.w3.org/ns/prov#"
    found = {each["@id"]: each for each in expanded[0].get("@graph", expanded)}

    assert answer.headers["content-type"] == "application/ld+json"
    assert found[remix.uri][f"{prov}wasDerivedFrom"] == [{"@id": source.uri}]
    assert found[source.uri][f"{prov}wasAttributedTo"] == [{"@id": source.author.uri}]
    assert f"{prov}Agent" in found[source.author.uri]["@type"]
    assert found[remix.uri]["http://schema.org/creditText"]


def refuse(url: str, options: object) -> None:
    raise AssertionError(f"{url} was fetched")


async def test_pictures_in_the_drawing_come_from_us_and_none_is_shown_that_a_warning_hides(here: Instance) -> None:
    first = await graph(here)

    async def dress() -> None:
        near = await Source.filter(record_id=first, parent_id__not_isnull=True).order_by("id").limit(2)
        for row, (warning, name) in zip(near, (("", "seen"), ("blood", "veiled")), strict=True):
            await Record.filter(id=row.parent_id).update(warning=warning)
            await Attachment.create(
                record_id=row.parent_id,
                position=0,
                kind="image",
                media_type="image/png",
                url=f"https://h1.example/{name}.png",
                blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
            )

    await here.run(dress)
    page = (await here.get(f"/records/remote/{first}/lineage")).text
    pictures = re.findall(r'<image href="([^"]+)"', page)

    assert len(pictures) == 1
    assert pictures[0].startswith("/media/remote/")
    assert "size=small" in pictures[0]


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
