"""What strangers write is read as far as it makes sense, and no further."""

from __future__ import annotations

import time

import pytest

from fedirec.activitypub.vocab import PUBLIC, Announce, Delete, Entity, Json, Ref, Tombstone, Vocabulary
from fedirec.activitypub.vocab import TYPES as PROTOCOL_TYPES
from fedirec.errors import Invalid
from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import Relation
from fedirec.remix.roles import REMIXER
from fedirec.remix.vocab import (
    TYPES,
    AttachmentObject,
    Hashtag,
    PostObject,
    RecordObject,
    SourceObject,
    find_duration,
    find_hashtag,
    hashtag_key,
)

VOCABULARY = Vocabulary([*PROTOCOL_TYPES, *TYPES])
A, B = "https://a.example", "https://b.example"
ID, ANA, RAIN = f"{A}/records/1", f"{A}/u/ana", f"{A}/c/rain"
MINIMAL: Json = {"type": "Note", "id": ID, "attributedTo": ANA, "published": "2026-11-21T10:00:00Z"}


def record(**keys: object) -> RecordObject:
    read = VOCABULARY.read(MINIMAL | {"kind": "record"} | keys)
    assert isinstance(read, RecordObject)
    return read


def post(**keys: object) -> PostObject:
    read = VOCABULARY.read(MINIMAL | keys)
    assert isinstance(read, PostObject)
    return read


@pytest.mark.parametrize(
    "author",
    [
        None,
        1,
        "1",
        "ana",
        "/u/ana",
        "@ana@a.example",
        "acct:ana@a.example",
        "javascript:alert(1)",
        "https://ana:secret@a.example/u/ana",
        [],
        [ANA, f"{A}/u/bo"],
        [ANA, 7],
        {},
        {"type": "Person", "name": "Ana"},
        {"id": 7},
        {"id": "ana"},
        [{"type": "Person"}],
        True,
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", ["record", "prompt", None])
def test_anything_but_exactly_one_author_is_refused(author: object, kind: str | None) -> None:
    with pytest.raises(Invalid, match="attributedTo"):
        VOCABULARY.read(MINIMAL | {"kind": kind, "attributedTo": author})


@pytest.mark.parametrize("author", [ANA, [ANA], {"id": ANA, "type": "Person"}], ids=repr)
def test_one_author_may_be_written_in_any_usual_way(author: object) -> None:
    assert post(attributedTo=author).attributed_to == ANA


@pytest.mark.parametrize(
    "change", [{"id": None}, {"id": "1"}, {"published": None}, {"published": "yesterday"}, {"published": 7}]
)
def test_a_note_without_an_id_or_a_date_is_refused(change: Json) -> None:
    with pytest.raises(Invalid):
        VOCABULARY.read(MINIMAL | change)


def test_lists_are_cut_where_nobody_needs_more() -> None:
    many = range(5_000)
    flooded = record(
        tag=[
            {"type": "Hashtag", "name": f"#tag{number}"}
            if number % 2
            else {"type": "Mention", "href": f"{B}/u/{number}"}
            for number in many
        ],
        attachment=[{"type": "Image", "url": f"{B}/{number}.png"} for number in many],
        isBasedOn=[f"{B}/records/{number}" for number in many],
        contributor=[{"type": "Role", "contributor": f"{B}/u/{number}"} for number in many],
        interactionPolicy={"canQuote": {"automaticApproval": [f"{B}/u/{number}" for number in many]}},
    )
    assert [len(found) for found in (flooded.hashtags, flooded.mentions, flooded.attachments)] == [32, 32, 16]
    assert [len(found) for found in (flooded.sources, flooded.contributors, flooded.can_quote)] == [32, 32, 8]


def test_text_is_cut_and_freed_of_control_characters() -> None:
    read = record(
        name=" Rain\x00 on\n\ttin \x1b[31m" + "n" * 5_000,
        content="<p>a\x00b\x07c\ud800d\r\ne</p>" + "ä" * 100_000,
        summary="w" * 5_000,
        attachment={"type": "Image", "url": f"{A}/1.png", "name": "x" * 10_000},
        source={"content": "é" * 100_000, "mediaType": "text/markdown"},
    )
    assert read.name.startswith("Rain on tin [31mnnn")
    assert len(read.name) == 500
    assert read.content.startswith("<p>abcd\ne</p>")
    assert len(read.content.encode()) <= 64_000
    assert len((read.markdown or "").encode()) == 64_000
    assert (len(read.warning), len(read.attachments[0].description)) == (500, 1_500)


def test_huge_documents_are_read_in_no_time() -> None:
    begun = time.process_time()
    record(
        name=" " * 5_000_000,
        content="<" * 5_000_000,
        tag=[{"type": "Hashtag", "name": "#" + "a" * 100_000}] * 1_000,
        attachment=[{"type": "Audio", "url": f"{A}/1.mp3", "duration": "P" + "1" * 100_000}] * 1_000,
        license="https://creativecommons.org/" + "x" * 1_000_000,
    )
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "keys",
    [
        {"name": 7, "content": ["x"], "summary": {}, "sensitive": "yes", "url": 7, "updated": None},
        {"tag": ["#rain", 7, None, {"type": "Mention"}, {"type": "Hashtag"}, {"type": "Mention", "href": "x"}]},
        {
            "attachment": [
                {"type": "Link", "href": A},
                {"type": "Document", "url": f"{A}/x.pdf", "mediaType": "application/pdf"},
            ]
        },
        {"attachment": [{"type": "Image"}, {"type": "Image", "url": "javascript:x"}, {"type": [], "url": f"{A}/1"}, 7]},
        {"isBasedOn": ["x", 7, {}, None], "derivation": ["x", {"source": 7}, {"relation": "adapts"}]},
        {"contributor": [7, {}, {"type": "Role", "roleName": "x"}, "ana", None]},
        {"license": "free for all", "challenge": 7, "challengeTerms": {"termsVersion": "1", "termsDigest": "z"}},
        {"inReplyTo": ["x", "y"], "context": 7, "replies": {"type": "Collection"}, "recordDigest": 7},
        {"interactionPolicy": "all", "contentMap": ["x"], "source": "x", "to": 7, "cc": {"id": 7}},
    ],
    ids=repr,
)
def test_what_makes_no_sense_is_passed_over(keys: Json) -> None:
    assert record(**keys) == record()


def test_a_source_keeps_its_relation_and_an_unknown_one_adapts() -> None:
    read = record(
        isBasedOn=[f"{B}/1", {"id": f"{B}/2", "type": "Note"}, f"{B}/3", f"{B}/1"],
        derivation=[
            {"source": f"{B}/1", "relation": "samples"},
            {"source": f"{B}/1", "relation": "contains"},
            {"source": f"{B}/2", "relation": "stole"},
            {"source": f"{B}/9", "relation": "samples"},
        ],
    )
    assert read.sources == (
        SourceObject(id=f"{B}/1", relation=Relation.SAMPLES),
        SourceObject(id=f"{B}/2"),
        SourceObject(id=f"{B}/3"),
    )
    assert record(wasDerivedFrom=f"{B}/4").sources == (SourceObject(id=f"{B}/4"),)


def test_contributors_are_read_with_their_roles_however_spelled() -> None:
    read = record(
        contributor=[
            {"type": "Role", "roleName": "https://id.loc.gov/vocabulary/relators/ill", "contributor": ANA},
            {"type": "Role", "roleName": "mus", "contributor": {"id": ANA}},
            {"type": "Role", "roleName": REMIXER, "contributor": ANA},
            {"type": "Role", "roleName": f"{B}/roles/juggler", "contributor": ANA},
            {"type": "Role", "roleName": "juggler", "contributor": ANA},
            {"type": "Person", "id": f"{B}/u/bo"},
            f"{B}/u/bo",
        ]
    )
    relators = "http://id.loc.gov/vocabulary/relators/"
    assert [(part.person, part.role) for part in read.contributors] == [
        (ANA, f"{relators}ill"),
        (ANA, f"{relators}mus"),
        (ANA, REMIXER),
        (ANA, f"{B}/roles/juggler"),
        (ANA, f"{relators}ctb"),
        (f"{B}/u/bo", f"{relators}ctb"),
    ]


@pytest.mark.parametrize(
    ("url", "read"),
    [
        (f"{A}/@ana/1", f"{A}/@ana/1"),
        ([f"{A}/1", f"{A}/2"], f"{A}/1"),
        ({"type": "Link", "href": f"{A}/1"}, f"{A}/1"),
        (
            [
                {"type": "Link", "mediaType": "video/mp4", "href": f"{A}/1.mp4"},
                {"type": "Link", "mediaType": "text/html", "href": f"{A}/watch"},
            ],
            f"{A}/watch",
        ),
        ("javascript:alert(1)", None),
        (["data:text/html,x", {"href": "ftp://x.example/"}], None),
    ],
)
def test_the_page_of_a_post_is_found_however_it_is_written(url: object, read: str | None) -> None:
    assert post(url=url).url == read


def test_a_film_that_is_no_note_brings_its_file_along() -> None:
    links = [
        {"type": "Link", "mediaType": "text/html", "href": f"{A}/watch"},
        {"type": "Link", "mediaType": "video/mp4", "href": f"{A}/1.mp4"},
    ]
    film = post(type="Video", name="Rain", summary="About rain", url=links, duration="PT42S")
    assert (film.type, film.url, film.warning) == ("Video", f"{A}/watch", "")
    assert film.attachments == (
        AttachmentObject(
            kind=Kind.VIDEO, url=f"{A}/1.mp4", media_type="video/mp4", description="Rain", duration_ms=42_000
        ),
    )


PERSON, CHANNEL = f"{A}/accounts/ana", f"{A}/channels/rain"


@pytest.mark.parametrize(
    "authors",
    [
        [PERSON, CHANNEL],
        [{"type": "Person", "id": PERSON}, {"type": "Group", "id": CHANNEL}],
        [{"type": "Group", "id": CHANNEL}, {"type": "Person", "id": PERSON}],
    ],
    ids=repr,
)
def test_a_film_is_by_the_person_and_not_by_their_channel(authors: list[object]) -> None:
    assert post(type="Video", attributedTo=authors).attributed_to == PERSON
    with pytest.raises(Invalid, match="attributedTo"):
        post(type="Note", attributedTo=authors)


@pytest.mark.parametrize(
    "authors",
    [
        [PERSON, f"{B}/channels/rain"],
        [f"{B}/accounts/bo", CHANNEL],
        [PERSON, CHANNEL, ANA],
        [PERSON, 7],
        [PERSON, {"type": "Person"}],
        [{"type": "Group"}, {"type": "Person"}],
    ],
    ids=repr,
)
def test_a_film_of_two_origins_or_three_authors_is_refused(authors: list[object]) -> None:
    with pytest.raises(Invalid, match="attributedTo"):
        post(type="Video", attributedTo=authors)


@pytest.mark.parametrize(
    ("attachment", "media_type"),
    [
        ({"type": "Document", "url": f"{A}/covers/1.JPG?v=2"}, "image/jpeg"),
        ({"type": "Link", "href": f"{A}/pictures/1.webp"}, "image/webp"),
        ({"type": "Link", "href": f"{A}/song", "mediaType": "audio/mpeg"}, "audio/mpeg"),
        ({"type": "Audio", "url": f"{A}/1.ogg"}, "audio/ogg"),
        ({"type": "Image", "url": f"{A}/1.mp4"}, "application/octet-stream"),
        ({"type": "Image", "url": f"{A}/1"}, "application/octet-stream"),
        ({"type": "Link", "href": f"{A}/an-article"}, None),
        ({"type": "Document", "url": f"{A}/1.pdf"}, None),
        ({"type": "Document", "url": f"{A}/1.png.exe"}, None),
        ({"type": "Link", "href": "javascript:x.png"}, None),
    ],
    ids=repr,
)
def test_what_a_file_is_may_be_said_by_its_name_alone(attachment: Json, media_type: str | None) -> None:
    found = post(attachment=[attachment]).attachments
    assert [file.media_type for file in found] == ([media_type] if media_type else [])


@pytest.mark.parametrize(("said", "milliseconds"), [(42, 42_000), (0, 0), (-1, None), (1e12, None), ("42", None)])
def test_a_duration_may_be_a_number_of_seconds(said: object, milliseconds: int | None) -> None:
    sound = {"type": "Audio", "mediaType": "audio/ogg", "url": f"{A}/1.ogg", "duration": said}
    assert post(attachment=sound).attachments[0].duration_ms == milliseconds


@pytest.mark.parametrize(
    ("gone", "type"),
    [(ID, Ref), ({"type": "Note", "id": ID}, Ref), ({"type": "Tombstone", "id": ID}, Tombstone), ({"id": [ID]}, Ref)],
    ids=repr,
)
def test_of_what_is_gone_only_the_name_counts(gone: object, type: type[Entity]) -> None:
    delete = VOCABULARY.read({"type": "Delete", "id": f"{ID}#delete", "actor": ANA, "object": gone})
    assert isinstance(delete, Delete)
    assert (delete.object.id, delete.object.__class__) == (ID, type)


@pytest.mark.parametrize("inner", [{"type": "Update", "object": MINIMAL}, {"type": "Create", "object": ID}], ids=repr)
def test_an_activity_passed_on_without_its_actor_is_what_it_is_about(inner: Json) -> None:
    announce = VOCABULARY.read({"type": "Announce", "id": f"{ID}#announce", "actor": ANA, "object": inner})
    assert isinstance(announce, Announce)
    assert announce.object == Ref(ID)


@pytest.mark.parametrize(
    ("keys", "content", "language"),
    [
        ({"content": "hi", "contentMap": {"en": "hi"}}, "hi", "en"),
        ({"content": "hallo", "contentMap": {"en": "hi", "de": "hallo"}}, "hallo", "de"),
        ({"contentMap": {"de": "hallo", "en": "hi"}}, "hallo", "de"),
        ({"content": "hi", "contentMap": {"en": "other"}}, "hi", None),
        ({"content": "hi", "contentMap": {"not a language!": "hi"}}, "hi", None),
        ({"content": None}, "", None),
        ({"content": "hi", "language": {"identifier": "en", "name": "English"}}, "hi", "en"),
        ({"content": "hi", "language": {"identifier": "und"}}, "hi", None),
        ({"content": "a < b\n\nc", "mediaType": "text/markdown"}, "<p>a &lt; b</p><p>c</p>", None),
        ({"content": "a < b", "mediaType": "text/plain; charset=utf-8"}, "<p>a &lt; b</p>", None),
        ({"content": "<b>a</b>", "mediaType": "text/html"}, "<b>a</b>", None),
    ],
)
def test_the_language_is_that_of_the_text(keys: Json, content: str, language: str | None) -> None:
    assert (post(**keys).content, post(**keys).language) == (content, language)


def test_only_markdown_is_taken_for_what_the_author_typed() -> None:
    assert record(source={"content": "*x*", "mediaType": "text/markdown; charset=utf-8"}).markdown == "*x*"
    assert record(source={"content": "*x*", "mediaType": "text/html"}).markdown is None
    assert record(source={"content": "*x*"}).markdown is None


def test_a_record_is_of_the_kind_of_its_media() -> None:
    assert record().media_kind is Kind.TEXT
    poster = {"type": "Image", "url": f"{A}/1.png"}
    sound = {"type": "Document", "mediaType": "audio/ogg", "url": f"{A}/1.ogg"}
    assert record(attachment=[poster, sound]).media_kind is Kind.AUDIO


def test_a_digest_that_is_none_is_not_kept() -> None:
    image = {"type": "Image", "url": f"{A}/1.png"}
    good = "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"
    assert record(attachment=image | {"digestMultibase": good}).attachments[0].digest == good
    for bad in ("", "sha256:abc", "z0OIl" * 10, "z" * 1_000, 7):
        assert record(attachment=image | {"digestMultibase": bad}).attachments[0].digest is None


def test_older_words_for_who_may_quote_are_understood() -> None:
    assert record(interactionPolicy={"canQuote": {"always": ["as:Public"]}}).can_quote == (PUBLIC,)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("PT42.5S", 42_500),
        ("PT1M2.5S", 62_500),
        ("PT1H", 3_600_000),
        ("P1DT1S", 86_401_000),
        ("PT0S", 0),
        ("PT0.0004S", 0),
        ("P", None),
        ("PT", None),
        ("P1Y", None),
        ("-PT1S", None),
        ("42", None),
        ("P8D", None),
        ("PT" + "9" * 400 + "S", None),
        (None, None),
    ],
)
def test_durations_are_read_to_the_millisecond(text: str | None, milliseconds: int | None) -> None:
    assert find_duration(text) == milliseconds


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("#Rain", "Rain"),
        ("rain", "rain"),
        ("#2026", None),
        ("#y2k", "y2k"),
        ("#two words", None),
        ("#", None),
        ("##x", None),
        ("#<script>", None),
        ("#" + "a" * 100, "a" * 100),
        ("#" + "a" * 101, None),
        ("#" + "\ufb03" * 50, None),
        (7, None),
    ],
)
def test_a_hashtag_is_one_word_with_a_letter(typed: object, tag: str | None) -> None:
    assert find_hashtag(typed) == tag


def test_hashtags_are_the_same_in_every_case_and_width() -> None:
    assert hashtag_key("#\uff32\uff21\uff29\uff2e") == hashtag_key("rain") == Hashtag(name="Rain").key
    read = record(tag=[{"type": "Hashtag", "name": name} for name in ("#Rain", "#RAIN", "rain")])
    assert read.hashtags == (Hashtag(name="Rain"),)
