"""What people type is read, answered beside the field, and never lost."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Conflict, FedirecError, Gone, Invalid, NotFound, PeerUnavailable
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import Reader, reading
from fedirec.web.sentences import told
from fedirec.web.uploads import MAX_FIELDS, READ_ANYWAY, file_name

GOOD = {
    "title": "Rain on tin",
    "story": "It rained, and we listened.",
    "licence": "CC0-1.0",
    "kinds": ["text", "image"],
    "pot": "12",
    "closes": "2026-12-04T18:00",
    "zone": "Europe/Berlin",
    "source": "words.example/records/1",
    "password": "secret words",
}


class Fields(HTMLParser):
    """The inputs of a page, by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.named: dict[str, dict[str, str | None]] = {}
        self.checked: list[tuple[str | None, str | None]] = []
        self.selected: list[str | None] = []
        self.texts: dict[str, str] = {}
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in ("input", "textarea", "select") and attributes.get("name"):
            self.named[str(attributes["name"])] = attributes
            if "checked" in attributes:
                self.checked.append((attributes["name"], attributes["value"]))
        if tag == "option" and "selected" in attributes:
            self.selected.append(attributes["value"])
        self._area = str(attributes.get("name")) if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.texts[self._area] = data
            self._area = ""


async def test_a_good_form_leads_on_and_says_so_once(browser: httpx.AsyncClient) -> None:
    sent = await browser.post("/new", data=GOOD)
    assert (sent.status_code, sent.headers["location"]) == (303, "/explore")

    first = await browser.get("/explore")
    second = await browser.get("/explore")

    assert "Your record is out in the world." in first.text
    assert "Your record is out in the world." not in second.text


async def test_errors_stand_beside_their_fields_and_what_was_typed_stays(browser: httpx.AsyncClient) -> None:
    bad = {
        **GOOD,
        "title": "<b>Far too long a title</b>",
        "story": "hm\r\n",
        "licence": "CC-BY-4.0",
        "kinds": [],
        "pot": "101",
        "closes": "2026-03-29T02:30",
        "source": "javascript:alert(1)",
    }
    answer = await browser.post("/new", data=bad)
    fields = Fields(answer.text)

    assert answer.status_code == 422
    assert fields.named["title"]["value"] == "<b>Far too long a title</b>"
    assert "<b>Far" not in answer.text
    assert fields.texts["story"] == "\nhm\r\n"
    assert fields.selected == ["CC-BY-4.0"]
    assert fields.named["pot"]["value"] == "101"
    assert fields.named["title"]["aria-invalid"] == "true"
    assert fields.named["title"]["aria-describedby"] == "title-error title-hint"
    assert fields.named["password"].get("value") is None
    assert "secret words" not in answer.text
    for sentence in (
        "That is 27 characters; at most 20 fit here.",
        "Please write at least 5 characters.",
        "Please choose at least one.",
        "The most is 100.",
        "the clocks go forward that night",
        "Please paste a whole address",
    ):
        assert sentence in answer.text


async def test_boxes_that_were_ticked_stay_ticked(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/new", data={**GOOD, "title": "", "kinds": ["image"], "sensitive": "on"})

    assert Fields(answer.text).checked == [("kinds", "image"), ("pays", "none"), ("sensitive", "on")]


async def test_a_page_that_nobody_has_filled_shows_no_mistakes(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/new")

    assert "aria-invalid" not in page.text
    assert 'role="alert"' not in page.text
    assert Fields(page.text).named["zone"]["value"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("typed", "options", "moment"),
    [
        ("2026-12-04T18:00", {"zone": "Europe/Berlin"}, datetime(2026, 12, 4, 17, tzinfo=UTC)),
        ("2026-07-04T18:00:30", {"zone": "Europe/Berlin"}, datetime(2026, 7, 4, 16, 0, 30, tzinfo=UTC)),
        ("2026-12-04T18:00", {"zone": "Mars/Olympus"}, datetime(2026, 12, 4, 23, tzinfo=UTC)),
        ("2026-12-04T18:00", {}, datetime(2026, 12, 4, 23, tzinfo=UTC)),
        ("2026-10-25T02:30", {"zone": "Europe/Berlin"}, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29T02:30", {"zone": "Europe/Berlin"}, None),
        ("2026-12-04", {}, None),
        ("2026-13-04T18:00", {}, None),
        ("2026-12-04T18:00+02:00", {}, None),
        ("0001-01-01T00:00", {"zone": "Asia/Tokyo"}, None),
        ("tomorrow", {}, None),
    ],
)
def test_a_moment_is_read_in_its_zone(typed: str, options: dict[str, str], moment: datetime | None) -> None:
    form = Form([("closes", typed)])

    with reading(Reader(zone=ZoneInfo("America/New_York"))):
        assert form.instant("closes", **options) == moment  # type: ignore[arg-type]

    assert bool(form.errors) == (moment is None)


def test_a_deadline_lies_ahead() -> None:
    form = Form([("closes", "2001-01-01T00:00")])

    assert form.instant("closes", future=True) is None
    assert "still to come" in form.error("closes")


@pytest.mark.parametrize(
    ("typed", "number"),
    [("7", 7), (" 7 ", 7), ("-3", -3), ("", None), ("7.5", None), ("1e3", None), ("٣", None), ("9" * 30, None)],
)
def test_a_number_is_a_whole_number(typed: str, number: int | None) -> None:
    assert Form([("n", typed)]).number("n") == number


def test_a_text_is_composed_and_free_of_controls() -> None:
    assert Form([("t", " cafe\u0301\x00\r\nbar\x1b ")]).text("t") == "café\nbar"
    assert Form([("t", "a\n b")]).line("t") == "a b"


def test_an_answer_that_was_not_offered_is_refused() -> None:
    form = Form([("licence", "mine"), ("kinds", "text"), ("kinds", "spell"), ("kinds", "text")])

    assert form.choice("licence", ["CC0-1.0"]) == ""
    assert form.many("kinds", ["text", "image"]) == ["text"]
    assert set(form.errors) == {"licence", "kinds"}


def test_what_a_rule_says_goes_beside_its_field_or_above_the_form() -> None:
    form = Form()
    form.refuse(Conflict("that name is taken", field="name"))
    form.refuse(Conflict("somebody was quicker"))

    assert form.errors == {"name": "That name is taken.", "": "Somebody was quicker."}


def test_the_first_mistake_of_a_field_is_told() -> None:
    form = Form()
    form.fail("title", "first")
    form.fail("title", "second")

    assert form.error("title") == "first"


def test_a_form_can_be_filled_before_anybody_types() -> None:
    form = filled_form({"title": "Rain", "kinds": ["text", "image"], "open": True, "shut": False, "none": None, "n": 3})

    assert form.value("title") == "Rain"
    assert form.values("kinds") == ["text", "image"]
    assert form.flag("open")
    assert not form.flag("shut")
    assert "none" not in form
    assert form.number("n") == 3


async def test_files_go_to_disk_and_are_gone_after_the_answer(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await browser.post(
        "/upload",
        files=[
            ("file", ("../../etc/pass wd.png", b"\x89PNG" + b"x" * 200_000, "image/PNG")),
            ("file", ("b", b"b" * 9)),
        ],
        data={"title": "x"},
    )

    told = answer.json()
    assert told["files"][0] == ["pass wd.png", "image/png", 200_004, "89504e4778787878"]
    assert told["files"][1][0] == "b"
    assert all(Path(path).is_relative_to(tmp_path / "incoming") for path in told["paths"])
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "kept", "error"),
    [
        ([("a", b"x" * 300_001), ("b", b"x")], ["b"], "“a” is too large: a file may have up to 0.3 MB."),
        ([("b", b"x"), ("a", b"x" * 2_000_000)], ["b"], "“a” is too large: a file may have up to 0.3 MB."),
        ([("a", b"x"), ("b", b"x"), ("c", b"x")], ["a", "b"], "“c” was left out: no more than 2 files, please."),
    ],
)
async def test_too_many_or_too_large_files_are_left_out_and_nothing_else_is_lost(
    browser: httpx.AsyncClient, tmp_path: Path, files: list[tuple[str, bytes]], kept: list[str], error: str
) -> None:
    answer = await browser.post("/upload", files=[("file", file) for file in files], data={"title": "Rain"})

    told = answer.json()
    assert told["title"] == "Rain"
    assert [name for name, *_ in told["files"]] == kept
    assert told["errors"] == {"file": error}
    assert list((tmp_path / "incoming").iterdir()) == []


async def test_files_that_no_form_could_take_are_refused_before_they_are_read(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(
        "/upload",
        content=b"",
        headers={"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(READ_ANYWAY + 10_000_000)},
    )

    assert answer.status_code == 413


async def test_an_empty_file_is_named_and_an_unused_field_is_nothing(browser: httpx.AsyncClient) -> None:
    empty = (await browser.post("/upload", files=[("file", ("a.png", b""))])).json()
    unused = b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n'
    nothing = await browser.post("/upload", content=unused, headers={"Content-Type": "multipart/form-data; boundary=b"})

    assert empty["errors"]["file"] == "a.png is empty. Please choose the file again."
    assert nothing.json()["files"] == []


BROKEN = [
    ("text/plain", b"title=x", 415),
    ("application/json", b"{}", 415),
    ("multipart/form-data", b"--b--\r\n", 400),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nhalf', 400),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", 400),
    ("multipart/form-data; boundary=b", b"not a form at all", 400),
    ("multipart/form-data; boundary=" + "b" * 300, b"", 400),
    ("application/x-www-form-urlencoded", b"a=1&" * (MAX_FIELDS + 1), 413),
    ("application/x-www-form-urlencoded", b"n" * 400 + b"=1", 413),
    ("application/x-www-form-urlencoded", b"title=" + b"x" * 950_000, 413),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"x" * 300_001 + b"\r\n--b--\r\n",
        413,
    ),
]


@pytest.mark.parametrize(("content_type", "body", "status"), BROKEN)
async def test_what_is_no_form_of_ours_is_refused(
    browser: httpx.AsyncClient, content_type: str, body: bytes, status: int
) -> None:
    answer = await browser.post("/new", content=body, headers={"Content-Type": content_type})

    assert answer.status_code == status


@given(st.text(max_size=300))
def test_a_file_name_is_never_a_path(name: str) -> None:
    safe = file_name(name)

    assert "/" not in safe
    assert "\\" not in safe
    assert not safe.startswith(".")
    assert len(safe) <= 150
    assert all(char.isprintable() for char in safe)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            PeerUnavailable("“%(host)s” could not be found", blanks={"host": "nowhere.example"}),
            "„nowhere.example“ ist nicht zu finden.",
        ),
        (
            PeerUnavailable("%(host)s took too long to answer", blanks={"host": "localhost"}),
            "localhost hat zu lange nicht geantwortet.",
        ),
        (
            Gone("%(host)s says that it is not there any more", blanks={"host": "a.example"}),
            "a.example sagt, dass es das nicht mehr gibt.",
        ),
        (
            Invalid("A password has at least %(n)s characters.", blanks={"n": 10}),
            "Ein Passwort hat mindestens 10 Zeichen.",
        ),
        (NotFound("there is no such challenge here"), "So einen Aufruf gibt es hier nicht."),
        (NotFound("b.example says something new"), "b.example says something new."),
        (Conflict("100 % sure"), "100 % sure."),
    ],
)
def test_an_error_is_told_in_the_readers_language(error: FedirecError, words: str) -> None:
    with reading(Reader(locale="de")):
        assert told(error) == words
