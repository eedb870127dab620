"""Parts of pictures, as they are kept and as they travel."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.contexts import COMMENT_CONTEXT
from fedirec.activitypub.models import Actor
from fedirec.errors import Invalid
from fedirec.media.models import Media
from fedirec.remix.actions.comments import CommentDraft, edit_comment
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.models import Record
from fedirec.remix.regions import SMALLEST, WHOLE, Region, read_address, whereabouts, write_fragment
from fedirec.uris import new_key
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.forms import fields_of, send
from tests.remix.test_comments import document_at, known_at, post, publish, reply, say

PICTURE = "https://there.test/media/a.webp"


@st.composite
def regions(draw: st.DrawFn) -> Region:
    width, height = draw(st.integers(SMALLEST, WHOLE)), draw(st.integers(SMALLEST, WHOLE))
    x, y = draw(st.integers(0, WHOLE - width)), draw(st.integers(0, WHOLE - height))
    return Region(x=x, y=y, width=width, height=height)


@given(regions())
def test_what_is_written_is_read_as_it_was(region: Region) -> None:
    assert read_address(f"{PICTURE}#{write_fragment(region)}") == (PICTURE, region)
    assert Region.load(region.dump()) == region


@given(st.text(max_size=60))
def test_whatever_stands_behind_an_address_is_a_region_or_nothing(fragment: str) -> None:
    found = read_address(f"{PICTURE}#{fragment}")
    assert found is None or found[1].x + found[1].width <= WHOLE


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "t=4",
        "xywh=1,2,3,4",
        "xywh=pixel:1,2,3,4",
        "xywh=percent:1,2,3",
        "xywh=percent:-1,2,3,4",
        "xywh=percent:1e2,2,3,4",
        "xywh=percent:120,2,3,4",
        "xywh=percent:10,10,0,0",
        "xywh=percent:10,10,nan,10",
        "xywh=percent:\u0661,2,3,4",
        "xywh=percent:1,2,3,4&track=2",
    ],
)
def test_what_is_no_region_in_percent_is_none(fragment: str) -> None:
    assert read_address(f"{PICTURE}#{fragment}") is None


def test_what_was_rounded_elsewhere_ends_at_the_edge() -> None:
    found = read_address(f"{PICTURE}#xywh=percent:33.4,0,66.7,100")
    assert found is not None
    assert found[1] == Region(x=334_000, y=0, width=666_000, height=WHOLE)


@pytest.mark.parametrize(
    ("x", "y", "words"), [(0, 0, "upper left"), (450_000, 450_000, "in the middle"), (900_000, 900_000, "lower right")]
)
def test_a_region_is_somewhere_in_words(x: int, y: int, words: str) -> None:
    assert whereabouts(Region(x=x, y=y, width=100_000, height=100_000)) == words


@pytest.mark.parametrize(
    "sides", [(0, 0, 0, 10), (-1, 0, WHOLE, WHOLE), (1, 0, WHOLE, WHOLE), (0, 0, WHOLE, WHOLE + 1)]
)
def test_a_rectangle_that_cannot_be_is_refused(sides: tuple[int, int, int, int]) -> None:
    x, y, width, height = sides
    with pytest.raises(Invalid):
        Region(x=x, y=y, width=width, height=height)


# On a record


EYE = Region(x=100_000, y=200_000, width=250_000, height=125_000)


async def picture(instance: Instance, author: Actor, **fields: Any) -> Record:
    """A record of `author` with a picture of 800 by 600."""

    async def keep() -> Media:
        return await Media.create(
            key=new_key(),
            owner=author,
            kind="image",
            media_type="image/webp",
            size=1,
            width=800,
            height=600,
            sha256="0" * 64,
            digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
            path=f"{new_key()}.webp",
            file_name="face.webp",
        )

    return await publish(instance, author, "A face", files=[FileDraft(media=await instance.run(keep))], **fields)


async def test_what_is_said_about_a_part_of_a_picture_is_framed_wherever_the_record_is_known(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    record = await picture(here, ana)
    await there.find_record(record.uri)

    said = await say(there, bo, record.uri, "This *eye* looks at me", region=EYE)
    await settle(here, there)

    document = await document_at(there, said.uri)
    [shown] = (await document_at(here, record.uri))["attachment"]
    assert document["region"] == f"{shown['url']}#xywh=percent:10,20,25,12.5"
    assert document["content"].startswith(f'<p><a href="{record.uri}#xywh=percent:10,20,25,12.5">upper left</a> This ')
    copy = await known_at(here, said.uri)
    assert copy.region == EYE.dump()
    assert copy.content == "<p>This <em>eye</em> looks at me</p>"
    page = (await here.get(record.uri.removeprefix(here.origin))).text
    assert 'data-region="xywh=percent:10,20,25,12.5"' in page
    assert '<rect class="region-frame" x="80" y="120" width="200" height="75"' in page

    await there.run(edit_comment, bo, said, CommentDraft(text="All of it looks at me"))
    await settle(here, there)
    assert (await known_at(here, said.uri)).region is None


async def test_a_region_of_something_else_is_no_region(network: Network, here: Instance) -> None:
    ana = await here.join("ana")
    record, other = await picture(here, ana), await publish(here, ana)
    with pytest.raises(Invalid):
        await say(here, ana, other.uri, "This eye", region=EYE)
    with pytest.raises(Invalid):
        await say(here, ana, record.uri, "This eye", region=Region(file=1, x=0, y=0, width=WHOLE, height=WHOLE))
    peer = Peer(network, "social.test")
    mia = peer.actor("mia")
    region = f"{PICTURE}#xywh=percent:1,1,50,50"
    forged: dict[str, Any] = {"kind": "comment", "region": region, "@context": COMMENT_CONTEXT}
    note = reply(peer, mia, record.uri, text="There", **forged)
    await post(peer, here, peer.activity("Create", mia, note, cc=[ana.uri]))
    assert (await known_at(here, note["id"])).region is None


async def test_a_part_is_typed_without_scripts_and_nothing_typed_is_lost(here: Instance) -> None:
    record = await picture(here, await here.join("ana"))
    path = record.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        page = await browser.get(f"{path}/comments")
        typed: dict[str, Any] = {"text": "This eye", "region_left": "10", "region_top": "20", "region_width": "95"}
        refused = await send(browser, page, f"{path}/comments", **typed)
        assert refused.status_code == 422
        assert "Please fill in all four" in refused.text
        beyond = await send(browser, refused, f"{path}/comments", region_height="12,5")
        assert "reaches beyond the picture" in beyond.text
        assert fields_of(beyond, f"{path}/comments")["region_width"] == ["95"]
        strange = await send(browser, beyond, f"{path}/comments", region_width="wide")
        assert "Please write numbers" in strange.text
        sent = await send(browser, strange, f"{path}/comments", region_width="25")
        assert sent.status_code == 303
        shown = await browser.get(path)
        assert "This part of the picture: upper left" in shown.text
