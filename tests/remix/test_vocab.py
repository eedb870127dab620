"""How records, prompts, posts and challenges travel, and what becomes of hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.consent import InteractionPolicy, Rule
from fedirec.activitypub.vocab import PUBLIC, ActorObject, Create, Json, Vocabulary
from fedirec.activitypub.vocab import TYPES as PROTOCOL_TYPES
from fedirec.ledger.currencies import CURRENCIES
from fedirec.remix.kinds import KINDS, Kind
from fedirec.remix.licences import CHOICES
from fedirec.remix.lineage import Relation
from fedirec.remix.roles import ROLES
from fedirec.remix.submissions import ChallengeState
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.remix.vocab import (
    TYPES,
    AttachmentObject,
    CaptionObject,
    ChallengeObject,
    ContributorObject,
    Hashtag,
    Mention,
    ObjectLink,
    PostObject,
    PromptObject,
    RecordObject,
    SourceObject,
    TermsRef,
    find_duration,
    write_duration,
)
from fedirec.remix.wishes import AiPreference

VOCABULARY = Vocabulary([*PROTOCOL_TYPES, *TYPES])
A, B = "https://a.example", "https://b.example"
ID, ANA, RAIN = f"{A}/records/1", f"{A}/u/ana", f"{A}/c/rain"
MINIMAL: Json = {"type": "Note", "id": ID, "attributedTo": ANA, "published": "2026-11-21T10:00:00Z"}

words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"], exclude_characters="\ufffe\uffff"), max_size=20)
lines = st.lists(words.filter(bool), max_size=5).map(" ".join)
texts = st.lists(lines, max_size=4).map("\n".join)
uris = st.builds("{}/{}".format, st.sampled_from([A, B, "https://c.example:8443"]), st.integers(0, 50))
moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))
digests = st.sampled_from(
    ["zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e", "zQmRzz8ESWApjwHq7hKvbW41k8aNqEU8gzL7vXJpivUBh9j"]
)
maybe_uri = st.none() | uris


def unique(values: st.SearchStrategy[Any], *, by: str, limit: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=limit, unique_by=lambda value: getattr(value, by)).map(tuple)


attachments = st.builds(
    AttachmentObject,
    kind=st.just(Kind.AUDIO),
    url=uris,
    media_type=st.sampled_from(["audio/mpeg", "audio/ogg", "application/octet-stream"]),
    description=lines,
    width=st.none() | st.integers(1, 10_000),
    height=st.none() | st.integers(1, 10_000),
    duration_ms=st.none() | st.integers(0, 86_400_000),
    digest=st.none() | digests,
    poster_url=maybe_uri,
    blurhash=st.none() | st.just("UBL_:rOpGG-;~qRjWBay9Ft7ofR*%MayWBj["),
    captions=unique(
        st.builds(CaptionObject, language=st.sampled_from(["en", "de-AT", "zh-Hant"]), url=uris, name=lines),
        by="language",
    ),
)
hashtags = st.builds(
    Hashtag, name=st.sampled_from(["Rain", "sky", "Ünïcode", "two_words", "名前", "y2k"]), href=maybe_uri
)
audiences = st.lists(uris | st.just(PUBLIC), max_size=3, unique=True).map(tuple)
rules = st.builds(Rule, automatic=audiences, manual=audiences)
note_fields: dict[str, st.SearchStrategy[Any]] = {
    "id": uris,
    "attributed_to": uris,
    "published": moments,
    "name": lines,
    "content": texts,
    "markdown": st.none() | texts,
    "language": st.sampled_from([None, "en", "de-AT", "zh-Hant"]),
    "warning": lines,
    "sensitive": st.booleans(),
    "updated": st.none() | moments,
    "to": st.lists(uris | st.just(PUBLIC), max_size=3, unique=True).map(tuple),
    "cc": st.lists(uris | st.just(PUBLIC), max_size=3, unique=True).map(tuple),
    "url": maybe_uri,
    "attachments": unique(attachments, by="url"),
    "hashtags": unique(hashtags, by="name"),
    "mentions": unique(st.builds(Mention, href=uris, name=lines), by="href"),
    "links": unique(st.builds(ObjectLink, href=uris, name=lines), by="href"),
    "in_reply_to": maybe_uri,
    "context": maybe_uri,
    "replies": maybe_uri,
    "audience": maybe_uri,
    "quote": maybe_uri,
    "quote_authorization": maybe_uri,
    "reply_authorization": maybe_uri,
    "policy": st.none() | st.builds(InteractionPolicy, reply=st.none() | rules, like=rules, announce=st.none() | rules),
}
records = st.builds(
    RecordObject,
    **note_fields,
    licence=st.sampled_from([None, *(licence.url for licence in CHOICES)]),
    sources=unique(st.builds(SourceObject, id=uris, relation=st.sampled_from(Relation)), by="id"),
    contributors=st.lists(
        st.builds(
            ContributorObject, person=uris, role=st.sampled_from([role.iri for role in ROLES] + [f"{B}/juggler"])
        ),
        max_size=4,
        unique=True,
    ).map(tuple),
    challenge=maybe_uri,
    terms=st.none() | st.builds(TermsRef, version=st.integers(1, 99), digest=digests),
    record_digest=st.none() | digests,
    can_quote=st.sampled_from([(), (PUBLIC,), (ANA, RAIN)]),
    can_quote_asked=st.sampled_from([(), (PUBLIC,)]),
    can_remix=st.sampled_from([(), (PUBLIC,), (f"{ANA}/followers", RAIN)]),
    can_remix_asked=st.sampled_from([(), (PUBLIC,)]),
    ai_preference=st.sampled_from(AiPreference),
)
prompts = st.builds(PromptObject, **note_fields, challenge=uris)
posts = st.builds(PostObject, **note_fields, type=st.sampled_from(["Note", "Question"]))
terms = st.builds(
    Terms,
    version=st.integers(1, 9),
    licence=st.sampled_from([choice.id for choice in CHOICES]),
    pays=st.sampled_from([Pays.NOTHING, Pays.PERHAPS]),
    decided_by=st.sampled_from(DecidedBy),
    text=texts,
) | st.builds(
    Terms,
    version=st.integers(1, 9),
    licence=st.sampled_from([choice.id for choice in CHOICES]),
    pays=st.just(Pays.POT),
    amount=st.integers(1, 10**13),
    currency=st.sampled_from(sorted(CURRENCIES)),
    text=texts,
)
challenges = st.builds(
    ChallengeObject,
    actor=st.builds(
        ActorObject,
        id=st.just(RAIN),
        type=st.just("Group"),
        handle=st.just("rain"),
        inbox=st.just(f"{RAIN}/inbox"),
        name=lines,
    ),
    leaders=st.lists(uris, max_size=3, unique=True).map(tuple),
    deadline=st.none() | moments,
    kinds_wanted=st.sets(st.sampled_from(KINDS)).map(lambda wanted: tuple(kind for kind in KINDS if kind in wanted)),
    terms=st.none() | terms,
    submissions=st.none() | st.just(f"{RAIN}/submissions"),
    prompt=st.none() | st.just(f"{A}/records/2"),
    state=st.sampled_from([ChallengeState.OPEN, ChallengeState.CLOSED]),
)


@given(records | prompts | posts | challenges)
def test_what_is_written_is_read_back(entity: RecordObject | PromptObject | PostObject | ChallengeObject) -> None:
    assert VOCABULARY.read(entity.write()) == entity


@given(records)
def test_an_activity_carries_a_record_as_it_is(inner: RecordObject) -> None:
    create = Create(id=f"{A}/activities/1", actor=inner.attributed_to, object=inner)
    assert VOCABULARY.read(create.write()) == create


@pytest.mark.parametrize(
    ("keys", "type"),
    [
        ({"kind": "record"}, RecordObject),
        ({"kind": "prompt"}, PromptObject),
        ({}, PostObject),
        ({"kind": "unheard-of"}, PostObject),
        ({"kind": ["record"]}, PostObject),
        ({"kind": "record", "type": ["fr:Record", "Note"]}, RecordObject),
        ({"kind": "record", "type": "Article"}, PostObject),
    ],
)
def test_the_kind_says_what_a_note_is(keys: Json, type: type[object]) -> None:
    assert isinstance(VOCABULARY.read(MINIMAL | keys), type)


@given(st.integers(0, 7 * 86_400_000))
def test_a_duration_that_is_written_is_read_back(milliseconds: int) -> None:
    assert find_duration(write_duration(milliseconds)) == milliseconds
