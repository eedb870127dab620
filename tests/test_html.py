"""Foreign markup comes in, only what we know how to show comes out."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.html import MAX_BYTES, clean, excerpt, link_people, markdown, named_in, paragraphs, plain

SAFE_ATTRIBUTES = {"href", "rel", "class", "lang", "dir", "start", "value"}


class Reader(HTMLParser):
    """Every tag and attribute, as a parser that is not the sanitiser's sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Reader(html).tags:
        assert tag not in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "svg",
            "math",
            "img",
            "form",
            "input",
            "base",
        }
        assert set(attributes) <= SAFE_ATTRIBUTES
        href = attributes.get("href")
        assert href is None or re.match(r"(https?://|mailto:)", href, re.IGNORECASE)


ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\u200bscript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/inbox'>x</a>",
    "<a href='https:\\\\evil.example'>x</a>",
    "<a href='https://bank.example@evil.example/'>x</a>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<p onclick=alert(1) id=main>x</p>",
    "<form action='/logout'><input name=x><button>ok</button></form>",
    "<iframe src='https://evil.example'></iframe>",
    "<base href='https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<template><script>alert(1)</script></template>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src=x onerror=alert(1)>'>",
    "<p><a title='</a><img src=x onerror=alert(1)>'>x",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<span class='invisible btn danger modal'>x</span>",
    "<plaintext><script>alert(1)",
    "\ud800<b>\x00</b>\ufffe",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_nothing_that_runs_or_leads_astray(attack: str) -> None:
    cleaned = clean(attack)

    assert_harmless(cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>Hello <em>you</em></p>", "<p>Hello <em>you</em></p>"),
        ("<h1>Big</h1><h6>small</h6>", "<h2>Big</h2><h4>small</h4>"),
        ("<ruby>星<rp>(</rp><rt>ほし</rt><rp>)</rp></ruby>", "<ruby>星<rp>(</rp><rt>ほし</rt><rp>)</rp></ruby>"),
        ('<ol start="3"><li value="7">x</li></ol>', '<ol start="3"><li value="7">x</li></ol>'),
        ('<ol start="3e9"><li>x</li></ol>', "<ol><li>x</li></ol>"),
        ('<p lang="de" dir="rtl">x</p>', '<p lang="de" dir="rtl">x</p>'),
        ("a\u202eb\u2066c&#x202e;d", "abcd"),
        ("<b>unclosed", "<b>unclosed</b>"),
        ("<script>gone</script>stays", "stays"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
    ],
)
def test_known_markup_stays_and_the_rest_goes(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned


def test_a_mention_keeps_the_classes_that_fediverse_posts_use() -> None:
    cleaned = clean('<a href="https://b.example/@bo" class="u-url mention glow">@<span>bo</span></a>')

    assert 'class="u-url mention"' in cleaned
    assert 'rel="nofollow noopener noreferrer ugc"' in cleaned


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://evil.example/x">bank.example</a>',
        '<a href="https://evil.example/x">https://bank.example/login</a>',
        '<a href="https://evil.example/x"><span class="invisible">https://evil.example/</span>bank.example</a>',
        '<a href="https://evil.example/x"><b>bank.</b>example</a>',
        '<a href="https://evil.example/x">bank\u3002example</a>',
        '<a href="https://evil.example/x">ba\u200cnk.example</a>',
        '<a href="https://evil.example/x">@ana@bank.example</a>',
        '<a href="https://evil.example/x">see bank.example, really</a>',
        '<a href="https://evil.example/x">bank.example<span class="link-host"> (bank.example)</span></a>',
    ],
)
def test_a_link_that_names_another_host_shows_where_it_leads(link: str) -> None:
    cleaned = clean(link)

    assert cleaned.endswith('<span class="link-host"> (evil.example)</span></a>')
    assert cleaned.count("link-host") == 1
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://www.example.com/a"><span class="invisible">https://www.</span>example.com/a</a>',
        '<a href="https://example.com:8080/a">example.com:8080/a</a>',
        '<a href="https://example.com/a">my song, v1.2</a>',
        '<a href="https://b.example/@bo">@bo@b.example</a>',
        '<a href="mailto:bo@b.example">bo@b.example</a>',
    ],
)
def test_an_honest_link_is_left_as_it_is(link: str) -> None:
    assert "link-host" not in clean(link)


fragments = st.sampled_from(
    [
        *ATTACKS,
        "<p>",
        "</p>",
        "<a href='https://a.example'>",
        "</a>",
        "<span class='link-host'>",
        "<span class='invisible'>",
        "</span>",
        "<b>",
        "</b>",
        "<table>",
        "<pre>\n\n",
        "<li>",
        "<h1>",
        "</h2>",
        "<br/>",
        "a.example",
        "&amp;",
        "&#x202e;",
        "<",
        '"',
        "\n",
        "\r",
    ]
)
markup = st.lists(fragments | st.text(max_size=8), max_size=30).map("".join)


@given(markup)
def test_cleaning_what_is_clean_changes_nothing(html: str) -> None:
    cleaned = clean(html)

    assert clean(cleaned) == cleaned
    assert_harmless(cleaned)


@given(markup)
def test_markdown_never_lets_raw_html_through(text: str) -> None:
    assert_harmless(markdown(text))


@given(markup, st.integers(min_value=1, max_value=50))
def test_an_excerpt_is_one_line_of_no_more_than_its_length(html: str, length: int) -> None:
    text = excerpt(html, length)

    assert len(text) <= length
    assert "\n" not in text


HUGE = {
    "bold in bold": "<b>" * 20_000,
    "formatting repeated in each paragraph": "<p>"
    + "".join(f"<b a{i}>" for i in range(98))
    + "</p>"
    + "<p>x</p>" * 7_500,
    "the same, tidily written": "<p>" + "".join(f'<b a="{i}">' for i in range(98)) + "</p>" + "<p>x</p>" * 7_500,
    "closers hidden in attributes": "".join(f'<b a="</b>" c{i}>' for i in range(1_500)) + "<p>x</p>" * 3_000,
    "closers hidden in comments": "".join(f"<b c{i}><!--</b>-->" for i in range(1_500)) + "<p>x</p>" * 3_000,
    "links": "<a href='https://a.example/'>b.example</a>" * 1_500,
    "attributes": "<a " + " ".join(f"a{i:x}" for i in range(11_000)) + ">x</a>",
    "an open attribute": "<a" + ' a="' * 16_000,
    "dots": "<a href='https://a.example'>" + "a." * 30_000 + "</a>",
    "signs": "<" * 64_000,
    "tables": "<table>" * 9_000,
    "lines": "</p" * 20_000 + "<br " * 10_000,
    "a megabyte": "<p>word</p>" * 100_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_hostile_markup_is_answered_quickly_and_never_grows(name: str) -> None:
    started = time.process_time()
    cleaned = clean(HUGE[name])
    excerpt(HUGE[name])

    assert time.process_time() - started < 1.0
    assert len(cleaned.encode()) <= MAX_BYTES
    assert clean(cleaned) == cleaned


def test_a_long_tidy_post_keeps_its_markup() -> None:
    post = "<p>Hello <em>there</em>,<br>world</p>" * 1_000

    assert clean(post) == post


def test_markup_that_is_too_deep_becomes_its_words() -> None:
    cleaned = clean("<p>before " + "<b>" * 500 + "deep")

    assert "before deep" in plain(cleaned)
    assert Reader(cleaned).tags == [("p", {})]


def test_an_authors_text_keeps_its_lines_and_gets_links() -> None:
    html = markdown("First stars\nI see *tonight*\n\nhttps://stars.example/a_b_c.\nmain.py <b>bold</b>")

    assert "<p>First stars<br>" in html
    assert "<em>tonight</em>" in html
    assert '<a href="https://stars.example/a_b_c"' in html
    assert "</a>.<br>" in html
    assert html.count("<a ") == 1
    assert "&lt;b&gt;bold&lt;/b&gt;" in html


def test_an_address_inside_code_stays_text() -> None:
    assert "<a " not in markdown("`https://a.example`")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two<br>three</p>", "One\ntwo\nthree"),
        ("Ana &amp; Bo &lt;3", "Ana & Bo <3"),
        ("<script>x</script>  a \t b ", "a b"),
        ("a\u202eb", "ab"),
        ("&#x202e;b", "b"),
        ("", ""),
    ],
)
def test_plain_text_is_words_and_line_ends(html: str, text: str) -> None:
    assert plain(html) == text


def test_an_excerpt_ends_between_words() -> None:
    assert excerpt("<p>First stars I see, tonight</p>", 20) == "First stars I see…"
    assert excerpt("<p>short</p>", 20) == "short"
    assert excerpt("x" * 50, 20) == "x" * 19 + "…"


PEOPLE = {"ana": "https://a.example/u/ana", "bo@b.example": 'https://b.example/u/bo?x="<b>'}


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("Hello @ana!", ["ana"]),
        ("@Ana, @ana and @BO@B.example.", ["ana", "bo@b.example"]),
        ("write to me@ana.example or https://a.example/@ana", []),
        ("`@ana` and [@ana](https://evil.example/)", []),
        ("    @ana\n", []),
        ("@@ana @ana@ @-", ["ana"]),
    ],
)
def test_people_are_named_outside_links_and_code(typed: str, named: list[str]) -> None:
    assert named_in(markdown(typed)) == named


@given(
    st.lists(st.sampled_from(["@ana", "@bo@b.example", "`", "[", "](https://x.example/)", "<b>", "*", " ", "\n", "&"]))
)
def test_linking_people_adds_nothing_but_mentions_and_stays_clean(pieces: list[str]) -> None:
    html = markdown("".join(pieces))
    linked = link_people(html, PEOPLE)
    assert clean(linked) == linked
    assert plain(linked) == plain(html)
    assert linked.count('class="u-url mention"') <= sum(piece.startswith("@") for piece in pieces)
    if not named_in(html):
        assert linked == html


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("One.\nTwo.\n\nThree", "<p>One.<br>Two.</p><p>Three</p>"),
        ("1 < 2 & <b>bold</b>", "<p>1 &lt; 2 &amp; &lt;b&gt;bold&lt;/b&gt;</p>"),
        (
            "see https://a.example/?x=1&y=2.",
            '<p>see <a href="https://a.example/?x=1&amp;y=2">https://a.example/?x=1&amp;y=2</a>.</p>',
        ),
        ('javascript:alert(1) "https://a.example/"x"', None),
        (" \n\n \t\n", ""),
    ],
)
def test_plain_text_becomes_paragraphs(typed: str, html: str | None) -> None:
    found = paragraphs(typed)
    assert html is None or found == html
    assert_harmless(clean(found))


@pytest.mark.parametrize("bit", [" ", "\n", "\n ", "<", "&", "https://", "https://a", "http://."])
def test_long_plain_text_takes_no_time(bit: str) -> None:
    begun = time.process_time()
    paragraphs(bit * (MAX_BYTES // len(bit)))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<figure><img src='x'><figcaption>Shut</figcaption></figure><ul><li>one</li></ul>", "Shut\n\none"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><th>3</th></tr></table>", "1 2 \n3"),
        ("<section><header>A</header>B</section>", "A\nB"),
        ("<details open><summary>S</summary>body</details>", "S\nbody"),
    ],
)
def test_what_stood_by_itself_still_does(html: str, words: str) -> None:
    assert plain(clean(html)) == words
    assert clean(clean(html)) == clean(html)
