"""What plays and shows files, as a browser gets it before any script has run."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import fedirec.remix
from fedirec.web.environment import Templates
from fedirec.web.language import Reader, reading
from fedirec.web.views import CaptionView, MediaView, PictureView, StreamView

PAGE = '{% from "remix/players.html" import player %}{{ player(medium, title, author) }}'
FILM = MediaView(
    kind="video",
    url="/media/film.webm",
    media_type="video/webm",
    number=2,
    alt="A lamp goes out",
    poster_url="/media/poster.jpg",
    pictures=(
        PictureView(url="/media/s.webp", width=320, height=180),
        PictureView(url="/media/l.webp", width=1280, height=720),
    ),
    streams=(StreamView(url="/media/film.mp4", media_type="video/mp4"),),
    captions=(
        CaptionView(url="/media/en.vtt", language="en-GB", label="English"),
        CaptionView(url="/media/de.vtt", language="de", label="Deutsch"),
        CaptionView(url="/media/en-us.vtt", language="en-US", label="American"),
    ),
    width=1280,
    height=720,
    seconds=42,
)
SONG = MediaView(
    kind="audio", url="/media/song.wav", media_type="audio/wav", peaks=(0, 255, 40), seconds=190.4, file_name="song.wav"
)
PICTURE = MediaView(
    kind="image",
    url="/media/sky.png",
    media_type="image/png",
    alt="Stars",
    blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    pictures=(
        PictureView(url="/media/s.webp", width=320, height=180),
        PictureView(url="/media/m.webp", width=640, height=360),
    ),
    width=1600,
    height=900,
)


class Elements(HTMLParser):
    """The elements of a page, in order, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    def one(self, tag: str) -> dict[str, str | None]:
        (found,) = self.all(tag)
        return found


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "one.html").write_text(PAGE)
    (package,) = fedirec.remix.__path__
    return Templates([Path(package) / "templates", folder])


def shown(templates: Templates, medium: MediaView, *, locale: str = "en", title: str = "Lights") -> Elements:
    with reading(Reader(locale=locale)):
        return Elements(templates.render("one.html", {"medium": medium, "title": title, "author": "Ana"}))


def test_a_film_offers_what_plays_everywhere_before_what_was_sent(templates: Templates) -> None:
    page = shown(templates, FILM)
    assert page.one("video")["id"] == "media-2"
    assert "controls" in page.one("video")
    assert page.one("video")["poster"] == "/media/l.webp"
    assert (page.one("video")["width"], page.one("video")["height"]) == ("1280", "720")
    assert [source["src"] for source in page.all("source")] == ["/media/film.mp4", "/media/film.webm"]
    assert "data-player" in page.one("figure")
    assert "A lamp goes out" in page.words


@pytest.mark.parametrize(("locale", "on"), [("en", "English"), ("de", "Deutsch"), ("fr", None)])
def test_captions_are_on_for_whoever_reads_their_language(templates: Templates, locale: str, on: str | None) -> None:
    tracks = shown(templates, FILM, locale=locale).all("track")
    assert [track["label"] for track in tracks] == ["English", "Deutsch", "American"]
    assert {track["kind"] for track in tracks} == {"captions"}
    assert [track["label"] for track in tracks if "default" in track] == ([on] if on else [])


def test_a_sound_is_a_drawn_wave_over_controls_that_work_without_scripts(templates: Templates) -> None:
    page = shown(templates, SONG)
    assert page.one("audio")["id"] == "media-1"
    assert "controls" in page.one("audio")
    assert [source["src"] for source in page.all("source")] == ["/media/song.wav"]
    assert any((path.get("d") or "").startswith("M") for path in page.all("path"))
    assert "3:10" in page.words
    assert all("hidden" in button for button in page.all("button") if "data-play" in button)
    assert page.one("figure")["data-seconds"] == "190.4"


def test_a_picture_comes_in_sizes_keeps_its_place_and_leads_to_the_largest(templates: Templates) -> None:
    page = shown(templates, PICTURE)
    image = page.one("img")
    assert image["srcset"] == "/media/s.webp 320w, /media/m.webp 640w"
    assert image["sizes"]
    assert (image["width"], image["height"], image["alt"]) == ("1600", "900", "Stars")
    assert page.one("a")["href"] == "/media/m.webp"
    assert len([rect for rect in page.all("rect") if rect.get("fill")]) == 12
    assert "Stars" in page.words, "a description is there for those who see as well"


def test_a_picture_nobody_has_described_is_named_by_its_work(templates: Templates) -> None:
    page = shown(templates, MediaView(kind="image", url="/media/x.png", media_type="image/png"))
    assert page.one("a")["aria-label"] == "Lights"
    assert page.one("a")["href"] == "/media/x.png"


@pytest.mark.parametrize("medium", [FILM, SONG, PICTURE], ids=lambda medium: medium.kind)
def test_a_file_that_is_being_prepared_says_so_and_can_be_used_already(templates: Templates, medium: Any) -> None:
    made = {name: getattr(medium, name) for name in medium.__slots__}
    page = shown(templates, MediaView(**{**made, "state": "processing", "progress": 40}))
    assert "data-preparing" in page.one("figure")
    assert page.one("progress")["value"] == "40"
    assert "You can go on meanwhile." in page.words
    assert "by itself" not in page.words, "that is for the script to say that does it"
    assert [each["data-watched"] for each in page.all("span") if "data-watched" in each] == [
        "You can go on; the page looks again by itself."
    ]
    assert page.all("video") or page.all("audio") or page.all("img")


def test_a_file_that_could_not_be_prepared_says_why(templates: Templates) -> None:
    made = {name: getattr(SONG, name) for name in SONG.__slots__}
    page = shown(templates, MediaView(**{**made, "state": "failed", "problem": "It stops in the middle."}))
    assert "It stops in the middle. What was sent is kept as it is." in page.words
    assert "data-preparing" not in page.one("figure")


def test_a_file_that_is_gone_leaves_its_description(templates: Templates) -> None:
    made = {name: getattr(FILM, name) for name in FILM.__slots__}
    page = shown(templates, MediaView(**{**made, "is_missing": True}))
    assert "cannot be fetched any more" in page.words
    assert "A lamp goes out" in page.words
    assert not page.all("video")


ATTACKS = ['"><script>alert(1)</script>', "' onerror=alert(1) x='", "</video><script>", "javascript:alert(1)"]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("medium", [FILM, SONG, PICTURE], ids=lambda medium: medium.kind)
def test_what_people_type_stays_words(templates: Templates, medium: Any, attack: str) -> None:
    made = {name: getattr(medium, name) for name in medium.__slots__}
    page = shown(
        templates,
        MediaView(**{**made, "alt": attack, "file_name": attack, "problem": attack, "state": "failed"}),
        title=attack,
    )
    assert not page.all("script")
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on") or name == "style"]
