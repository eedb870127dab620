"""What a record is, in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fedirec.activitypub.vocab import PUBLIC, Vocabulary
from fedirec.remix.digest import digest_holds, record_digest
from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import Relation
from fedirec.remix.vocab import (
    TYPES,
    AttachmentObject,
    ContributorObject,
    Hashtag,
    Mention,
    RecordObject,
    SourceObject,
    TermsRef,
)

RELATORS = "http://id.loc.gov/vocabulary/relators/"
FILM = AttachmentObject(
    kind=Kind.VIDEO,
    url="https://b.example/media/9Z.mp4",
    digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
    description="Slowed rain over city lights",
)
RECORD = RecordObject(
    id="https://b.example/records/9Z",
    attributed_to="https://b.example/u/bo",
    published=datetime(2026, 11, 22, 10, tzinfo=UTC),
    name="Tin rain, slowed",
    content="<p>Rain on a <em>roof</em>.</p>",
    markdown="Rain on a *roof*.",
    licence="https://creativecommons.org/licenses/by-sa/4.0/",
    attachments=(FILM,),
    sources=(
        SourceObject(id="https://c.example/records/7", relation=Relation.SAMPLES),
        SourceObject(id="https://a.example/records/01J"),
    ),
    contributors=(
        ContributorObject(person="https://b.example/u/bo", role=f"{RELATORS}flm"),
        ContributorObject(person="https://a.example/u/ana", role=f"{RELATORS}rce"),
    ),
)


def test_the_digest_is_what_anybody_else_would_compute() -> None:
    # SHA-256 of the canonical JSON in docs/decisions/0006, computed apart from this code.
    assert record_digest(RECORD) == "zQmYVmrEpJUVWks3XiXnv5MnoR3dP445DfsxADFHi46TmPy"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Tin rain"},
        {"markdown": "Rain on a roof."},
        {"markdown": None},
        {"licence": "https://creativecommons.org/licenses/by/4.0/"},
        {"licence": None},
        {"attachments": ()},
        {"attachments": (replace(FILM, digest="zQmRzz8ESWApjwHq7hKvbW41k8aNqEU8gzL7vXJpivUBh9j"),)},
        {"attachments": (FILM, replace(FILM, digest=None))},
        {"sources": RECORD.sources[:1]},
        {"sources": (replace(RECORD.sources[0], relation=Relation.ADAPTS), RECORD.sources[1])},
        {"contributors": RECORD.contributors[:1]},
        {"contributors": (replace(RECORD.contributors[0], role=f"{RELATORS}fmk"), RECORD.contributors[1])},
    ],
    ids=repr,
)
def test_another_work_has_another_digest(change: dict[str, Any]) -> None:
    assert record_digest(replace(RECORD, **change)) != record_digest(RECORD)


@pytest.mark.parametrize(
    "change",
    [
        {"content": "<p>the same, with credits</p>"},
        {"updated": datetime(2026, 12, 1, tzinfo=UTC)},
        {"url": "https://b.example/@bo/9Z"},
        {"to": (PUBLIC,)},
        {"mentions": (Mention(href="https://a.example/u/ana"),)},
        {"hashtags": (Hashtag(name="rain"),)},
        {"warning": "loud", "sensitive": True},
        {"replies": "https://b.example/records/9Z/replies"},
        {"challenge": "https://a.example/c/rain", "terms": TermsRef(version=1, digest="zQm")},
        {"can_quote": (PUBLIC,)},
        {"record_digest": "zQm"},
        {"attachments": (replace(FILM, url="https://cdn.example/9Z.mp4", description="", width=1),)},
        {"sources": RECORD.sources[::-1], "contributors": RECORD.contributors[::-1]},
    ],
    ids=repr,
)
def test_what_comes_and_goes_around_a_work_leaves_its_digest(change: dict[str, Any]) -> None:
    assert record_digest(replace(RECORD, **change)) == record_digest(RECORD)


def test_the_content_counts_when_nobody_knows_what_was_typed() -> None:
    html = replace(RECORD, markdown=None)
    assert record_digest(html) != record_digest(replace(html, content="<p>other</p>"))


def test_a_record_cannot_hide_its_text_behind_an_empty_one() -> None:
    bare = replace(RECORD, markdown="", attachments=())
    assert record_digest(bare) != record_digest(replace(bare, content="<p>other</p>"))
    film = replace(RECORD, markdown="")
    assert record_digest(film) == record_digest(replace(film, content="<p>the same, with credits</p>"))


def test_the_digest_survives_the_journey() -> None:
    sent = replace(RECORD, record_digest=record_digest(RECORD))
    received = Vocabulary(TYPES).read(sent.write())
    assert isinstance(received, RecordObject)
    assert digest_holds(received)
    assert not digest_holds(replace(received, name="Tin rain, stolen"))
    assert not digest_holds(replace(received, record_digest=None))
