"""What other sites and programs are told about our pages: previews, players in frames, feeds."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.clock import now
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.actions.submissions import accept_submission, submit_record
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.pages.sharing.feeds import Sort, place_of_sort, sorted_after
from fedirec.remix.terms import Terms
from fedirec.web.paging import Cursor
from tests.network import Instance, settle
from tests.remix.forms import picture
from tests.remix.test_pages_records import published, write

pytestmark = pytest.mark.one_database
ATOM = "{http://www.w3.org/2005/Atom}"


class Head(HTMLParser):
    """What stands in the head of a page."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.schema: dict[str, Any] = {}
        self._reads_schema = False
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := values.get("property") or values.get("name")):
            self.metas[name] = values.get("content", "")
        elif tag == "link":
            self.links.append(values)
        self._reads_schema = tag == "script" and values.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._reads_schema:
            self.schema = json.loads(data)
            self._reads_schema = False

    def link(self, rel: str, kind: str = "") -> str:
        return next((each["href"] for each in self.links if each["rel"] == rel and each.get("type", "") == kind), "")


def entries(feed: httpx.Response) -> list[Element]:
    assert feed.headers["content-type"].startswith("application/atom+xml")
    return fromstring(feed.content).findall(f"{ATOM}entry")  # noqa: S314  (it is our own)


def text_of(entry: Element, name: str) -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


async def test_the_page_of_a_record_tells_other_sites_what_it_is(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        page = await published(
            ana,
            files=[("files", ("stars.png", picture(), "image/png"))],
            title='Stars </script> & "night"',
            text="Lights on water",
            tags="night",
            licence="CC-BY-4.0",
        )
    record = await here.run(Record.get)
    head = Head(await here.get(page.url.path))
    assert head.metas["og:title"] == 'Stars </script> & "night"'
    assert head.metas["og:url"] == record.uri
    assert head.metas["og:description"] == "Lights on water"
    assert head.metas["og:image"].startswith(f"{here.origin}/media/")
    assert head.metas["fediverse:creator"] == "@ana@here.test"
    assert head.link("alternate", "application/atom+xml") == f"{here.origin}/u/ana/feed"
    assert head.link("canonical") == record.uri
    assert head.schema["@type"] == "ImageObject"
    assert head.schema["name"] == 'Stars </script> & "night"'
    assert head.schema["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert head.schema["author"]["name"] == "ana"
    assert (await here.get(head.metas["og:image"].removeprefix(here.origin))).status_code == 200


async def test_a_remix_names_its_sources_for_libraries_and_search_engines(here: Instance, there: Instance) -> None:
    first = await write(here, await here.join("ana"), "First")
    bo = await there.join("bo")
    source = await there.find_record(first.uri)
    from_first = await there.run(
        publish_record,
        bo,
        RecordDraft(title="Second", text="la", licence="CC-BY-4.0", sources=(SourceDraft(record=source),)),
    )
    head = Head(await there.get(from_first.uri.removeprefix(there.origin)))
    assert head.schema["isBasedOn"] == [first.uri]


async def test_what_a_warning_hides_stays_out_of_previews_and_feeds(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        await published(
            ana,
            files=[("files", ("spiders.png", picture(), "image/png"))],
            title="Eight legs",
            text="A very large one",
            warning="Spiders",
            licence="CC-BY-4.0",
        )
    record = await here.run(Record.get)
    head = Head(await here.get(record.uri.removeprefix(here.origin)))
    assert head.metas["og:description"] == "Spiders"
    assert "og:image" not in head.metas
    assert "associatedMedia" not in head.schema
    [entry] = entries(await here.get("/u/ana/feed"))
    assert "Spiders" in text_of(entry, "content")
    assert "large" not in text_of(entry, "content")
    assert entry.find(f"{ATOM}link[@rel='enclosure']") is None
    told = (await here.get(f"/oembed?url={record.uri}")).json()
    assert "thumbnail_url" not in told


async def test_a_copy_of_something_remote_names_the_original_and_is_not_to_be_indexed(
    here: Instance, there: Instance
) -> None:
    there_bo = await there.join("bo")
    original = await write(there, there_bo)
    copy = await here.find_record(original.uri)
    head = Head(await here.get(f"/records/remote/{copy.id}"))
    assert head.link("canonical") == original.uri
    assert head.metas["robots"] == "noindex"
    assert "og:title" not in head.metas
    assert (await here.get(f"/oembed?url={here.origin}/records/remote/{copy.id}")).status_code == 404


async def test_a_record_for_followers_is_neither_told_of_nor_embedded_nor_fed(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        page = await published(ana, title="Between us", text="Shh.", visibility="followers", licence="CC-BY-4.0")
        head = Head(page)
        embedded = await ana.get(f"{page.url.path}/embed")
        fed = await ana.get("/u/ana/feed")
    assert head.metas["robots"].startswith("noindex")
    assert "og:title" not in head.metas
    assert not head.schema
    assert embedded.status_code == 404
    assert entries(fed) == []
    assert (await here.get(f"/oembed?url={here.origin}{page.url.path}")).status_code == 404


async def test_oembed_answers_with_a_player_that_may_stand_in_any_page(here: Instance) -> None:
    record = await write(here, await here.join("ana"), "Song <i>one</i>")
    page = Head(await here.get(record.uri.removeprefix(here.origin)))
    found = await here.get(page.link("alternate", "application/json+oembed").removeprefix(here.origin))
    told = found.json()
    assert (told["version"], told["title"], told["author_name"]) == ("1.0", "Song <i>one</i>", "ana")
    assert told["license_url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert f'src="{record.uri}/embed"' in told["html"]
    assert "<i>" not in told["html"]
    assert found.headers["access-control-allow-origin"] == "*"
    player = await here.get(f"{record.uri.removeprefix(here.origin)}/embed")
    assert player.status_code == 200
    assert "frame-ancestors *" in player.headers["content-security-policy"]
    assert "x-frame-options" not in player.headers
    assert "Sign in" not in player.text
    whole = await here.get(record.uri.removeprefix(here.origin))
    assert "frame-ancestors 'none'" in whole.headers["content-security-policy"]
    assert whole.headers["x-frame-options"] == "DENY"


async def test_a_player_keeps_within_the_room_that_it_is_given(here: Instance) -> None:
    record = await write(here, await here.join("ana"))
    small = (await here.get(f"/oembed?url={record.uri}&maxwidth=300&maxheight=250")).json()
    assert small["width"] <= 300
    assert small["height"] <= 250


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("?url=https://there.test/records/1", 404),
        ("?url=https://here.test/", 404),
        ("?url=https://here.test/records/", 404),
        ("?url=https://here.test/records/01jd0000000000000000000000", 404),
        ("?url=https://here.test@evil.test/records/1", 404),
        ("?url=http://[", 404),
        ("?url=javascript:alert(1)", 404),
        ("?url=https://here.test/records/1&format=xml", 501),
        ("?url=https://here.test/records/1&maxwidth=-1", 400),
        ("?url=https://here.test/records/1&maxheight=wide", 400),
    ],
)
async def test_oembed_refuses_what_it_cannot_answer(here: Instance, query: str, status: int) -> None:
    assert (await here.get(f"/oembed{query}")).status_code == status


async def test_a_deleted_record_is_neither_embedded_nor_fed(here: Instance) -> None:
    ana = await here.join("ana")
    record = await write(here, ana)
    assert len(entries(await here.get("/feed"))) == 1
    await here.run(delete_record, ana, record)
    assert entries(await here.get("/feed")) == []
    frame = await here.get(f"{record.uri.removeprefix(here.origin)}/embed")
    assert frame.status_code == 410
    assert "frame-ancestors *" in frame.headers["content-security-policy"], "a site that shows it says so too"
    assert "This was deleted" in frame.text
    assert (await here.get(f"/oembed?url={record.uri}")).status_code == 404


async def test_people_tags_and_the_instance_have_feeds_that_go_on(here: Instance) -> None:
    ana = await here.join("ana")
    for number in range(23):
        await write(here, ana, f"Number {number}", tags=("count",))
    for path in ("/feed", "/u/ana/feed", "/tags/count/feed"):
        first = await here.get(path)
        titles = [text_of(entry, "title") for entry in entries(first)]
        following = fromstring(first.content).find(f"{ATOM}link[@rel='next']")  # noqa: S314
        assert following is not None
        rest = await here.get(following.attrib["href"].removeprefix(here.origin))
        titles += [text_of(entry, "title") for entry in entries(rest)]
        assert titles == [f"Number {number}" for number in reversed(range(23))]
    again = await here.get("/feed")
    async with here.client() as reader:
        unchanged = await reader.get("/feed", headers={"if-none-match": again.headers["etag"]})
    assert unchanged.status_code == 304


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(Sort)), unique=True), st.integers(1, 5))
def test_a_feed_of_several_sorts_goes_on_where_it_stopped(rows: list[tuple[int, Sort]], size: int) -> None:
    """All at one moment, each sort read for itself behind the same place."""

    at = now()

    def read(after: Cursor | None) -> list[Cursor]:
        behind = {sort: sorted_after(after, sort) for sort in Sort}
        left = [(key, sort) for key, sort in rows if (mark := behind[sort]) is None or key < mark.id]
        return sorted((place_of_sort(at, key, sort) for key, sort in left), key=lambda each: -each.id)[:size]

    found: list[Cursor] = []
    while piece := read(found[-1] if found else None):
        found += piece
    assert [each.id for each in found] == sorted((each.id for each in found), reverse=True)
    assert len(found) == len({each.id for each in found}) == len(rows)


async def test_an_entry_says_who_made_it_and_what_may_be_done_with_it(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        await published(
            ana,
            files=[("files", ("stars.png", picture(), "image/png"))],
            title="Stars & \x0bmore",
            text="Lights *on* water",
            tags="night",
            licence="CC-BY-4.0",
            language="en",
        )
    record = await here.run(Record.get)
    [entry] = entries(await here.get("/u/ana/feed"))
    assert text_of(entry, "id") == record.uri
    assert text_of(entry, "title").startswith("Stars &")
    assert "Lights <em>on</em> water" in text_of(entry, "content")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "ana"
    licence = entry.find(f"{ATOM}link[@rel='license']")
    assert licence is not None
    assert licence.attrib["href"] == "https://creativecommons.org/licenses/by/4.0/"
    enclosure = entry.find(f"{ATOM}link[@rel='enclosure']")
    assert enclosure is not None
    assert enclosure.attrib["type"].startswith("image/")
    category = entry.find(f"{ATOM}category")
    assert category is not None
    assert category.attrib["term"] == "night"


async def test_the_feed_of_a_challenge_holds_what_became_part_of_it(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    terms = Terms(version=1, licence="CC-BY-4.0")
    draft = ChallengeDraft(title="First stars", slug="first_stars", text="Show us.", terms=terms)
    challenge: Challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    bo = await there.join("bo")
    answer = await write(there, bo, "From there")
    await there.run(submit_record, bo, answer, await there.find_challenge(challenge.actor.uri))
    await settle(here, there)
    path = challenge.actor.uri.removeprefix(here.origin)
    assert entries(await here.get(f"{path}/feed")) == []
    submission = await here.run(Submission.get)
    await here.run(accept_submission, ana, submission, "It fits.")
    [entry] = entries(await here.get(f"{path}/feed"))
    assert text_of(entry, "title") == "From there"
    head = Head(await here.get(path))
    assert head.link("alternate", "application/atom+xml") == f"{challenge.actor.uri}/feed"
    assert head.metas["og:title"] == "First stars"


async def test_a_person_and_a_tag_say_where_their_feed_is(here: Instance) -> None:
    await write(here, await here.join("ana"), tags=("night",))
    person, tag = Head(await here.get("/u/ana")), Head(await here.get("/tags/night"))
    assert person.link("alternate", "application/atom+xml") == f"{here.origin}/u/ana/feed"
    assert person.metas["fediverse:creator"] == "@ana@here.test"
    assert person.schema["mainEntity"]["alternateName"] == "@ana@here.test"
    assert tag.link("alternate", "application/atom+xml") == f"{here.origin}/tags/night/feed"


async def test_there_is_no_feed_of_nobody(here: Instance) -> None:
    for path in ("/u/nobody/feed", "/c/nothing/feed"):
        assert (await here.get(path)).status_code == 404
    assert (await here.get("/feed?after=nonsense")).status_code == 400
