"""Captions: what is read, what is written, and who gets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Invalid, NotFound, TooLarge
from fedirec.media.actions import add_caption, attach_media, keep_file, prune_orphans, remove_caption
from fedirec.media.actions.captioning import MAX_CAPTIONS
from fedirec.media.captions import MAX_TIME, Cue, clean_language, read_captions, write_captions
from fedirec.media.models import Caption
from fedirec.media.queries import dress, media_at, used_paths
from fedirec.media.store import DiskStore
from fedirec.settings import Settings

HELLO = b"WEBVTT\n\n00:01.000 --> 00:02.500\nHello\n"


def said(text: str) -> list[str]:
    return [cue.text for cue in read_captions(text.encode())]


def test_captions_are_times_and_words() -> None:
    text = """\ufeffWEBVTT - of a film\r
Kind: captions\r
\r
NOTE nobody reads this\r
\r
STYLE\r
::cue { background: url(https://evil.test/) }\r
\r
REGION\r
id:fred\r
\r
second\r
01:00:00.000 --> 01:00:02.000 position:10% align:left line:0\r
<v.loud Ana>Hello &amp; <b>good</b> evening\r
  it   is <i.red>late</i>\r
\r
00:01.000 --> 00:02.500\r
first\r
"""
    assert read_captions(text.encode()) == [
        Cue(start_ms=1000, end_ms=2500, text="first"),
        Cue(start_ms=3_600_000, end_ms=3_602_000, text="Ana: Hello & good evening\nit is late"),
    ]


HOSTILE = [
    ("no header", b"1\n00:01.000 --> 00:02.000\nx", Invalid, "WEBVTT"),
    ("subrip", b"1\n00:00:01,000 --> 00:00:02,000\nx", Invalid, "WEBVTT"),
    ("glued header", b"WEBVTTX\n\n00:01.000 --> 00:02.000\nx", Invalid, "WEBVTT"),
    ("empty", b"", Invalid, "WEBVTT"),
    ("no cues", b"WEBVTT\n\nNOTE x\n", Invalid, "no captions"),
    ("only tags", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n", Invalid, "no captions"),
    ("latin-1", "WEBVTT\n\n00:01.000 --> 00:02.000\nä".encode("latin-1"), Invalid, "UTF-8"),
    ("utf-16", "WEBVTT\n\n00:01.000 --> 00:02.000\nä".encode("utf-16"), Invalid, "UTF-8"),
    ("picture", b"\x89PNG\r\n\x1a\n" + bytes(90), Invalid, "UTF-8"),
    ("page", b"<!doctype html><script>alert(1)</script>", Invalid, "WEBVTT"),
    ("comma", b"WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nx", Invalid, "line 3"),
    ("backwards", b"WEBVTT\n\n00:03.000 --> 00:02.000\nx", Invalid, "line 3 ends before"),
    ("no time", b"WEBVTT\n\n00:03.000 --> 00:03.000\nx", Invalid, "line 3 ends before"),
    ("no end", b"WEBVTT\n\nid\n00:03.000 -->\nx", Invalid, "line 4"),
    ("minutes", b"WEBVTT\n\n00:61.000 --> 01:02.000\nx", Invalid, "line 3"),
    ("forever", b"WEBVTT\n\n00:00:01.000 --> 9999:00:00.000\nx", Invalid, "line 3"),
    ("arrow", b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny", Invalid, "empty line"),
    ("large", HELLO + b" " * 500_000, TooLarge, "500 kB"),
    ("many", b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * 5_001, TooLarge, "5,000"),
    ("wordy", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 1_001, TooLarge, "1,000 characters"),
]


@pytest.mark.parametrize(("name", "data", "error", "words"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_what_is_no_webvtt_is_refused_with_its_line(
    name: str, data: bytes, error: type[FedirecError], words: str
) -> None:
    with pytest.raises(error, match=words):
        read_captions(data)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>", ""),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<c.red.bg_blue>red</c> <00:01.500>and <ruby>kan<rt>ji</rt></ruby>", "red and kanji"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a &amp;amp; b &#x202e;drawkcab", "a &amp; b drawkcab"),
        ("zero\u200bwidth \u202eturned\u202c \x07bell", "zerowidth turned bell"),
        ("<v Ana Lopez>hi</v>", "Ana Lopez: hi"),
        ("\N{HEBREW LETTER ALEF}\u200f!", "\N{HEBREW LETTER ALEF}\u200f!"),
    ],
)
def test_what_is_written_is_only_text(written: str, plain: str) -> None:
    data = f"WEBVTT\n\n00:01.000 --> 00:02.000\n{written}\n\n00:03.000 --> 00:04.000\nend\n"

    cues = read_captions(data.encode())

    assert [cue.text for cue in cues] == ([plain, "end"] if plain else ["end"])
    out = write_captions(cues)
    body = out.decode().partition("\n\n")[2].replace(" --> ", "")
    assert "<" not in body
    assert ">" not in body
    assert read_captions(out) == cues


_WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@given(
    st.lists(
        st.tuples(st.integers(0, MAX_TIME - 1), st.integers(1, 10_000), st.lists(_WORDS, min_size=1, max_size=4)),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_is_read_again(parts: list[tuple[int, int, list[str]]]) -> None:
    data = write_captions(
        [
            Cue(start_ms=start, end_ms=min(start + length, MAX_TIME), text="\n".join(words))
            for start, length, words in parts
        ]
    )

    cues = read_captions(data)

    assert len(cues) <= len(parts)
    assert read_captions(write_captions(cues)) == cues


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"WEBVTT\n\n{text}".encode()))
def test_nothing_breaks_the_reader(data: bytes) -> None:
    try:
        cues = read_captions(data)
    except FedirecError:
        return
    assert read_captions(write_captions(cues)) == cues


@pytest.mark.parametrize(("tag", "clean"), [("de", "de"), ("PT-BR", "pt-BR"), ("zh_Hant", "zh-Hant"), (" en ", "en")])
def test_languages_are_tagged_as_usual(tag: str, clean: str) -> None:
    assert clean_language(tag) == clean


@pytest.mark.parametrize("tag", ["", "x", "german", "de/..", "de-" + "a" * 30, "日本"])
def test_other_tags_are_refused(tag: str) -> None:
    with pytest.raises(Invalid):
        clean_language(tag)


async def test_captions_come_and_go_in_several_languages(
    store: DiskStore, owner: Actor, settings: Settings, film: Path
) -> None:
    media = await keep_file(store, owner, file_name="film.mp4", source=film, settings=settings)

    await add_caption(store, owner, key=media.key, language="en", data=HELLO)
    german = await add_caption(
        store, owner, key=media.key, language="DE", data=HELLO.replace(b"Hello", b"Hallo"), label="Deutsch  (groß)"
    )

    dressed = (await dress([media.id]))[media.id]
    assert [(caption.language, caption.label) for caption in dressed.captions] == [
        ("de", "Deutsch (groß)"),
        ("en", "English"),
    ]
    rows, media_type = await media_at(german.path)
    assert ([row.id for row in rows], media_type) == ([media.id], "text/vtt; charset=utf-8")
    data = b"".join([piece async for piece in store.read(german.path)])
    assert data == b"WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHallo\n"

    again = await add_caption(store, owner, key=media.key, language="de", data=HELLO.replace(b"Hello", b"Servus"))
    assert await Caption.filter(media_id=media.id).count() == 2
    with pytest.raises(NotFound):
        await store.size(german.path)
    await remove_caption(store, owner, key=media.key, language="de")
    assert await used_paths([again.path]) == set()
    with pytest.raises(NotFound):
        await remove_caption(store, owner, key=media.key, language="de")
    assert await prune_orphans(store) == 0


async def test_captions_are_for_ones_own_sounds_and_films(
    store: DiskStore, owner: Actor, settings: Settings, melody: Path, illustration: Path
) -> None:
    sound = await keep_file(store, owner, file_name="a.mp3", source=melody, settings=settings)
    image = await keep_file(store, owner, file_name="a.png", source=illustration, settings=settings)
    bo = await Actor.create(
        uri="https://a.test/u/bo", type="Person", handle="bo", host="a.test", is_local=True, created_at=now()
    )
    await attach_media(owner, keys=[sound.key])

    await add_caption(store, owner, key=sound.key, language="en", data=HELLO)
    with pytest.raises(NotFound):
        await add_caption(store, bo, key=sound.key, language="en", data=HELLO)
    with pytest.raises(NotFound):
        await remove_caption(store, bo, key=sound.key, language="en")
    with pytest.raises(Invalid, match="Only sounds and films"):
        await add_caption(store, owner, key=image.key, language="en", data=HELLO)
    for number in range(MAX_CAPTIONS - 1):
        await add_caption(store, owner, key=sound.key, language=f"en-a{number:02}", data=HELLO)
    with pytest.raises(Conflict, match="20 languages"):
        await add_caption(store, owner, key=sound.key, language="fr", data=HELLO)
