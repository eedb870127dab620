"""Files on the pages of records and challenges: in sizes, on their way, to be saved, and asked for all at once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.media.actions import keep_file
from fedirec.media.making import make_melody
from fedirec.remix.actions.challenges import ChallengeDraft, close_challenge, open_challenge
from fedirec.remix.actions.drafts import FileDraft, RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.terms import Terms
from tests.media.files import encoded, scene
from tests.network import Instance
from tests.remix.forms import send

pytestmark = pytest.mark.one_database


async def show(instance: Instance, author: Actor, title: str, **fields: Any) -> tuple[Record, str]:
    """A record of a picture, and its path."""
    path = instance.settings.data_dir / f"{title}.png"
    path.write_bytes(encoded(scene((1400, 900)), "PNG"))
    store, settings = instance.state["store"], instance.settings
    media = await instance.run(lambda: keep_file(store, author, file_name=path.name, source=path, settings=settings))
    files = (FileDraft(media=media, description="Four coloured corners"),)
    draft = RecordDraft(**{"title": title, "text": "", "licence": "CC-BY-SA-4.0", "files": files, **fields})
    record = await instance.run(publish_record, author, draft)
    return record, record.uri.removeprefix(instance.origin)


async def test_a_picture_is_there_at_once_and_in_sizes_when_they_are_made(here: Instance) -> None:
    ana = await here.join("ana")
    _record, path = await show(here, ana, "corners")
    page = (await here.get(path)).text
    assert "data-preparing" in page
    assert 'http-equiv="refresh"' in page, "without scripts the page comes again as a whole"
    assert "srcset" not in page
    await here.work()
    page = (await here.get(path)).text
    assert "data-preparing" not in page
    assert 'http-equiv="refresh"' not in page
    assert " 320w, " in page
    assert " 1280w" in page
    assert 'class="haze place" width="1400" height="900"' in page
    card = (await here.get("/explore")).text
    assert " 320w, " in card
    assert 'loading="lazy"' in card
    async with here.sign_in("ana") as member:
        assert " 320w, " in (await member.get("/?tab=here")).text


@pytest.mark.parametrize(
    ("licence", "offered"), [("CC-BY-SA-4.0", True), ("CC-BY-ND-4.0", False), ("LicenseRef-ARR", False)]
)
async def test_originals_are_for_those_who_may_remix(here: Instance, licence: str, offered: bool) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    _record, path = await show(here, ana, "corners", licence=licence)
    for name, may in ((None, offered), ("bo", offered), ("ana", True)):
        if name is None:
            page = (await here.get(path)).text
        else:
            async with here.sign_in(name) as member:
                page = (await member.get(path)).text
        assert ('download="corners.png"' in page) is may
        assert ("Remix this" in page) is may


async def test_what_a_licence_means_stands_there_point_by_point(here: Instance) -> None:
    ana = await here.join("ana")
    _record, path = await show(here, ana, "corners", licence="CC-BY-NC-SA-4.0")
    page = (await here.get(path)).text
    for words in (
        "You may remix it and share what you make.",
        "You must name its author.",
        "What you make from it carries the same licence.",
        "You may not earn money with it.",
    ):
        assert words in page, words
    _record, path = await show(here, ana, "kept", licence="LicenseRef-ARR")
    page = (await here.get(path)).text
    assert "This may not be remixed" in page
    assert "Ask ana" in page


async def hear(instance: Instance, author: Actor) -> str:
    """The path of a record of a sound."""
    path = make_melody(instance.settings.data_dir / "bells.ogg", seconds=2)
    store, settings = instance.state["store"], instance.settings
    media = await instance.run(lambda: keep_file(store, author, file_name=path.name, source=path, settings=settings))
    draft = RecordDraft(
        title="Bells", text="", licence="CC-BY-4.0", files=(FileDraft(media=media, description="Bells"),)
    )
    return (await instance.run(publish_record, author, draft)).uri.removeprefix(instance.origin)


WORDS = b"WEBVTT\n\n00:00.000 --> 00:01.000\n(bells)\n"


async def test_captions_come_and_go_by_their_author_alone(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    path = await hear(here, ana)
    page = f"{path}/captions"
    async with here.sign_in("ana") as author:
        form = await author.get(page)
        vtt = [("captions", ("words.vtt", WORDS, "text/vtt"))]
        assert (await send(author, form, page, files=vtt, language="de")).status_code == 303
        shown = (await author.get(page)).text
        assert "Deutsch" in shown
        assert 'srclang="de"' in (await here.get(path)).text
        async with here.sign_in("bo") as other:
            assert (await other.get(page)).status_code == 403
            assert (await send(other, form, page, files=vtt, language="en")).status_code == 403
            gone = await send(other, await author.get(page), f"{page}/remove")
            assert gone.status_code == 403
        assert (await send(author, await author.get(page), f"{page}/remove")).status_code == 303
        assert "Deutsch" not in (await author.get(page)).text.partition("<select")[0]
    assert "<track" not in (await here.get(path)).text
    assert (await here.get(page)).status_code == 303, "a stranger is asked to sign in"


@pytest.mark.parametrize(
    ("files", "changes", "said"),
    [
        ([("captions", ("words.vtt", b"1\n00:00", "text/vtt"))], {}, "no WebVTT file"),
        ([("captions", ("words.vtt", b"WEBVTT" + b" " * 600_000, "text/vtt"))], {}, "too large"),
        ([("captions", ("words.vtt", WORDS, "text/vtt"))], {"language": "xx-nonsense"}, ""),
        ([("captions", ("words.vtt", WORDS, "text/vtt"))], {"file": "somebody-elses"}, ""),
        (None, {}, "Please choose a file."),
    ],
    ids=["no captions", "large", "no language", "no file of theirs", "nothing"],
)
async def test_what_is_wrong_with_captions_is_said_beside_the_field(
    here: Instance, files: Any, changes: dict[str, str], said: str
) -> None:
    ana = await here.join("ana")
    path = await hear(here, ana)
    async with here.sign_in("ana") as author:
        form = await author.get(f"{path}/captions")
        answer = await send(author, form, f"{path}/captions", files=files or [], **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<track" not in (await here.get(path)).text


async def test_pictures_have_no_captions(here: Instance) -> None:
    ana = await here.join("ana")
    _record, path = await show(here, ana, "corners")
    async with here.sign_in("ana") as author:
        page = (await author.get(f"{path}/captions")).text
        assert "Only sounds and films have captions." in page
        assert f"{path}/captions" not in (await author.get(path)).text


async def test_a_page_of_cards_asks_as_often_for_many_files_as_for_one(
    here: Instance, caplog: pytest.LogCaptureFixture
) -> None:
    ana = await here.join("ana")

    async def statements() -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            assert (await here.get("/")).status_code == 200
        return len([entry for entry in caplog.records if entry.name == "tortoise.db_client"])

    await show(here, ana, "first")
    few = await statements()
    assert few > 3, "statements are counted at all"
    for number in range(4):
        await show(here, ana, f"more {number}")
    assert await statements() <= few + 1, "whoever made most of what is newest is asked once more, and that is all"


async def ask(instance: Instance, leader: Actor, **fields: Any) -> Challenge:
    terms = Terms(version=1, licence="CC-BY-SA-4.0")
    draft = ChallengeDraft(**{"title": "First stars", "slug": "stars", "text": "Look up.", "terms": terms, **fields})
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft)


async def test_a_challenge_says_first_what_it_asks_for_until_when_and_what_it_pays(here: Instance) -> None:
    ana = await here.join("ana")
    challenge = await ask(here, ana, kinds=["text", "image"], deadline_at=now() + timedelta(days=5, hours=1))
    page = (await here.get("/c/stars")).text
    head = page.partition("</header>\n  <nav")[0]
    for words in ("Open until", "in 5 days", "Text, Image", "Nobody is paid.", "CC BY-SA 4.0", "Contribute"):
        assert words in head, words
    assert 'href="#follow"' in head
    assert "your time ({zone})" in page, "a script knows the zone of somebody whom we do not know"
    assert "Yours could be the first." in page
    async with here.sign_in("ana") as leader:
        own = (await leader.get("/c/stars")).text
        await leader.post("/settings/reading", data={"timezone": "Asia/Tokyo"})
        abroad = (await leader.get("/c/stars")).text
    assert "your time ({zone})" in own, "nor does anybody else know, until they say so"
    assert "your time (Asia/Tokyo)" in abroad
    assert "/c/stars/waiting" in own
    await here.run(close_challenge, ana, challenge)
    closed = (await here.get("/c/stars")).text
    assert "Thank you!" in closed
    assert "See what is open" in closed
    assert "Contribute" not in closed


async def test_a_challenge_without_an_end_says_so(here: Instance) -> None:
    ana = await here.join("ana")
    await ask(here, ana)
    page = (await here.get("/c/stars")).text
    assert "its leader closes it" in page
    assert "everything" in page
