from __future__ import annotations

import copy
import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub import contexts, ld
from fedirec.activitypub.ld import documents, expansion
from fedirec.errors import Invalid

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
DOCUMENTS = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "documents").glob("*.json")}

MASTODON_TERMS: dict[str, Any] = {
    "ostatus": "http://ostatus.org#",
    "atomUri": "ostatus:atomUri",
    "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
    "conversation": "ostatus:conversation",
    "sensitive": "as:sensitive",
    "toot": "http://joinmastodon.org/ns#",
    "votersCount": "toot:votersCount",
    "Emoji": "toot:Emoji",
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
    "blurhash": "toot:blurhash",
    "Hashtag": "as:Hashtag",
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
}
MASTODON_NOTE: dict[str, Any] = {
    "id": "https://masto.example/users/mo/statuses/1",
    "type": "Note",
    "summary": None,
    "inReplyTo": "https://here.example/c/rain/prompt",
    "published": "2026-11-21T10:00:00Z",
    "url": "https://masto.example/@mo/1",
    "attributedTo": "https://masto.example/users/mo",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "cc": ["https://masto.example/users/mo/followers", "https://here.example/c/rain"],
    "sensitive": False,
    "atomUri": "https://masto.example/users/mo/statuses/1",
    "inReplyToAtomUri": "https://here.example/c/rain/prompt",
    "conversation": "tag:masto.example,2026-11-21:objectId=1:objectType=Conversation",
    "content": "<p>My rain</p>",
    "contentMap": {"en": "<p>My rain</p>"},
    "interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}},
    "attachment": [
        {
            "type": "Document",
            "mediaType": "image/png",
            "url": "https://files.masto.example/1.png",
            "name": "A window",
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            "focalPoint": [0.0, -0.5],
            "width": 640,
            "height": 480,
        }
    ],
    "tag": [
        {"type": "Mention", "href": "https://here.example/c/rain", "name": "@rain@here.example"},
        {"type": "Hashtag", "href": "https://masto.example/tags/rain", "name": "#rain"},
        {"id": "https://masto.example/emojis/1", "type": "Emoji", "name": ":drop:", "icon": {"type": "Image"}},
    ],
    "replies": {
        "id": "https://masto.example/users/mo/statuses/1/replies",
        "type": "Collection",
        "first": {"type": "CollectionPage", "partOf": "https://masto.example/users/mo/statuses/1/replies", "items": []},
    },
    "likes": {"id": "https://masto.example/users/mo/statuses/1/likes", "type": "Collection", "totalItems": 0},
}
MASTODON_CREATE: dict[str, Any] = {
    "@context": [AS, MASTODON_TERMS],
    "id": "https://masto.example/users/mo/statuses/1/activity",
    "type": "Create",
    "actor": "https://masto.example/users/mo",
    "published": "2026-11-21T10:00:00Z",
    "to": [PUBLIC],
    "cc": ["https://masto.example/users/mo/followers"],
    "object": MASTODON_NOTE,
}
MASTODON_ACTOR: dict[str, Any] = {
    "@context": [
        AS,
        "https://w3id.org/security/v1",
        {
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "toot": "http://joinmastodon.org/ns#",
            "featured": {"@id": "toot:featured", "@type": "@id"},
            "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
            "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
            "movedTo": {"@id": "as:movedTo", "@type": "@id"},
            "schema": "http://schema.org#",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "discoverable": "toot:discoverable",
            "suspended": "toot:suspended",
            "memorial": "toot:memorial",
            "indexable": "toot:indexable",
            "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
        },
    ],
    "id": "https://masto.example/users/mo",
    "type": "Person",
    "following": "https://masto.example/users/mo/following",
    "followers": "https://masto.example/users/mo/followers",
    "inbox": "https://masto.example/users/mo/inbox",
    "outbox": "https://masto.example/users/mo/outbox",
    "featured": "https://masto.example/users/mo/collections/featured",
    "preferredUsername": "mo",
    "name": "Mo",
    "summary": "<p>Hello</p>",
    "url": "https://masto.example/@mo",
    "manuallyApprovesFollowers": False,
    "discoverable": True,
    "indexable": True,
    "published": "2026-01-01T00:00:00Z",
    "memorial": False,
    "alsoKnownAs": ["https://old.example/users/mo"],
    "publicKey": {
        "id": "https://masto.example/users/mo#main-key",
        "owner": "https://masto.example/users/mo",
        "publicKeyPem": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
    },
    "tag": [],
    "attachment": [{"type": "PropertyValue", "name": "Home", "value": "<a href='https://mo.example'>mo.example</a>"}],
    "endpoints": {"sharedInbox": "https://masto.example/inbox"},
    "icon": {"type": "Image", "mediaType": "image/png", "url": "https://files.masto.example/mo.png"},
}
PLEROMA_CREATE = MASTODON_CREATE | {
    "@context": [AS, "https://pleroma.example/schemas/litepub-0.1.jsonld", {"@language": "und"}],
}
LEMMY_ANNOUNCE: dict[str, Any] = {
    "@context": ["https://join-lemmy.org/context.json", AS],
    "id": "https://lemmy.example/activities/announce/1",
    "type": "Announce",
    "actor": "https://lemmy.example/c/music",
    "to": ["as:Public"],
    "cc": ["https://lemmy.example/c/music/followers"],
    "object": "https://lemmy.example/post/1",
}
GOTOSOCIAL_CREATE = MASTODON_CREATE | {"@context": ["https://gotosocial.org/ns", AS, {"sensitive": "as:sensitive"}]}
FEP_8B32_CREATE: dict[str, Any] = {
    "@context": [AS, contexts.DATA_INTEGRITY_V2],
    "id": "https://there.example/activities/1",
    "type": "Create",
    "actor": "https://there.example/u/bo",
    "object": {
        "@context": [AS, contexts.DATA_INTEGRITY_V2],
        "id": "https://there.example/objects/1",
        "type": "Note",
        "content": "Hello",
        "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"},
    },
    "proof": {"@context": [AS, contexts.DATA_INTEGRITY_V2], "type": "DataIntegrityProof", "proofValue": "z"},
}
FOREIGN = {
    "mastodon create": MASTODON_CREATE,
    "mastodon actor": MASTODON_ACTOR,
    "pleroma create": PLEROMA_CREATE,
    "lemmy announce": LEMMY_ANNOUNCE,
    "gotosocial create": GOTOSOCIAL_CREATE,
    "fep-8b32 create": FEP_8B32_CREATE,
}
EVERYTHING = DOCUMENTS | FOREIGN


def known(value: Any) -> Any:
    """`value` without the keys of which we know nothing: read directly they keep their name, expanded their address."""
    if isinstance(value, dict):
        unknown = {"inReplyToAtomUri"}
        return {name: known(part) for name, part in value.items() if ":" not in name and name not in unknown}
    return [known(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("something wanted to use the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_direct_path_and_the_long_one_give_the_same(name: str) -> None:
    document = EVERYTHING[name]
    before = copy.deepcopy(document)
    assert ld.is_plain(document)
    assert known(ld.compact(document)) == known(ld.rewrite(document))
    assert document == before


@pytest.mark.parametrize("name", DOCUMENTS)
def test_our_own_documents_lose_nothing_on_either_path(name: str) -> None:
    document = DOCUMENTS[name]
    for found in (ld.compact(document), ld.rewrite(document)):
        assert found.keys() == document.keys() - {"@context"}


def test_our_own_contexts_are_those_of_the_examples() -> None:
    for name, context in (
        ("record", ld.RECORD_CONTEXT),
        ("remix", ld.RECORD_CONTEXT),
        ("challenge", ld.CHALLENGE_CONTEXT),
        ("pay", ld.PROPOSAL_CONTEXT),
        ("remix_stamp", ld.CONSENT_CONTEXT),
        ("remix_request", ld.CONSENT_CONTEXT),
        ("accept", ld.CONSENT_CONTEXT),
    ):
        *named, terms = DOCUMENTS[name]["@context"]
        assert context[:-1] == named
        assert {**context[-1], **terms} == context[-1]


@pytest.mark.parametrize(
    "context",
    [
        contexts.ACTOR_CONTEXT,
        contexts.CHALLENGE_CONTEXT,
        contexts.RECORD_CONTEXT,
        contexts.CONSENT_CONTEXT,
        contexts.PROPOSAL_CONTEXT,
        contexts.ACTIVITY_CONTEXT,
    ],
)
def test_every_context_that_we_send_is_a_list_that_we_read_directly(context: list[Any]) -> None:
    document = {"@context": context, "id": "https://here.example/1", "type": "Note", "name": "x"}
    assert isinstance(context, list)
    assert ld.is_plain(document)
    assert ld.compact(document) == ld.rewrite(document)


def test_a_source_is_an_authors_text_or_within_a_derivation_a_work() -> None:
    document = DOCUMENTS["remix"] | {"source": {"content": "*Tin*", "mediaType": "text/markdown"}}
    extended = document | {"@context": [*document["@context"], {"who": "as:actor"}]}
    assert ld.is_plain(document)
    assert not ld.is_plain(extended)
    for found in (ld.compact(document), ld.rewrite(document), ld.compact(extended)):
        assert found["source"] == document["source"]
        assert found["derivation"] == [{"source": "https://a.example/records/01J", "relation": "adapts"}]


def test_a_document_has_one_shape_however_it_was_written() -> None:
    found = ld.compact(
        {
            "@context": AS,
            "id": "https://there.example/1",
            "type": ["Note"],
            "to": "as:Public",
            "cc": [None, "Public"],
            "tag": {"type": "Mention", "href": "https://here.example/u/ana"},
            "attachment": [],
            "attributedTo": [{"id": "https://there.example/u/bo"}],
            "url": [],
            "image": [{"type": "Image"}],
            "summary": None,
            "nameMap": {"pt-BR": "Chuva"},
            "signature": {"type": "RsaSignature2017"},
        }
    )
    assert found == {
        "id": "https://there.example/1",
        "type": "Note",
        "to": [PUBLIC],
        "cc": [PUBLIC],
        "tag": [{"type": "Mention", "href": "https://here.example/u/ana"}],
        "attachment": [],
        "attributedTo": "https://there.example/u/bo",
        "image": {"type": "Image"},
        "name": "Chuva",
        "nameMap": {"pt-br": "Chuva"},
    }


def test_the_outermost_proof_is_kept_as_it_stands_and_inner_ones_are_left_out() -> None:
    for read in (ld.compact, ld.rewrite):
        found = read(FEP_8B32_CREATE)
        assert found["proof"] == FEP_8B32_CREATE["proof"]
        assert "proof" not in found["object"]


# Documents in other words


def other_words() -> dict[str, Any]:
    """What `MASTODON_CREATE` says, in words that only its context explains."""
    return {
        "@context": {
            "a": f"{AS}#",
            "who": {"@id": "a:actor", "@type": "@id"},
            "what": {"@id": "a:object", "@type": "@id"},
            "whom": {"@id": "a:to", "@type": "@id"},
            "named": "@id",
            "sort": "@type",
            "Making": "a:Create",
            "Jotting": "a:Note",
            "kind": "a:content",
        },
        "named": "https://there.example/1",
        "sort": "Making",
        "who": "https://there.example/u/bo",
        "whom": "a:Public",
        "what": {"named": "https://there.example/2", "sort": "Jotting", "kind": "Hello"},
    }


def test_a_document_in_other_words_is_read_by_its_meaning() -> None:
    assert not ld.is_plain(other_words())
    assert ld.compact(other_words()) == {
        "id": "https://there.example/1",
        "type": "Create",
        "actor": "https://there.example/u/bo",
        "to": [PUBLIC],
        "object": {"id": "https://there.example/2", "type": "Note", "content": "Hello"},
    }


@pytest.mark.parametrize(
    "definition",
    [
        {"actor": "as:attributedTo"},
        {"actor": "as:actor"},  # no longer an id
        {"actor": None},
        {"kind": "as:content"},
        {"kind": "@type"},
        {"who": "as:actor"},
        {"who": "@id"},
        {"x": "@graph"},
        {"as": "https://evil.example/ns#"},
        {"toot": "https://www.w3.org/ns/activitystreams#"},
        {"x": {"@reverse": "as:actor"}},
        {"actor": {"@id": "as:actor", "@type": "@id", "@container": "@index"}},
        {"x": {"@id": "http://e.example/x", "@context": {"actor": "as:object"}}},
        {"x": {"@id": "http://e.example/x", "@nest": "y"}},
        {"@vocab": "https://evil.example/ns#"},
        {"@base": "https://evil.example/"},
        {"@propagate": False},
        {"@import": "https://evil.example/"},
        {"contentMap": "as:content"},
        {"id": "as:id"},
        "https://www.w3.org/ns/credentials/v2",
        "https://evil.example/context",
        None,
        7,
    ],
    ids=repr,
)
def test_a_context_that_turns_words_around_is_not_read_directly(definition: object) -> None:
    for context in ([AS, definition], [definition, AS], [AS, MASTODON_TERMS, definition]):
        assert not ld.is_plain(MASTODON_CREATE | {"@context": context})
    assert not ld.is_plain(MASTODON_CREATE | {"object": MASTODON_NOTE | {"@context": [AS, definition]}})


@pytest.mark.parametrize(
    "definition",
    [
        {
            "misskey": "https://misskey-hub.net/ns#",
            "isCat": "misskey:isCat",
            "_misskey_quote": "misskey:_misskey_quote",
        },
        {"actor": {"@id": "as:actor", "@type": "@id"}},
        {"license": "http://schema.org/license"},
        {"license": {"@id": "https://schema.org/license", "@type": "@id"}},
        {"sc": "http://schema.org#", "value": "sc:value", "PropertyValue": "sc:PropertyValue"},
        {"@language": "en"},
        {"@version": 1.1},
        {"id": "@id", "type": "@type"},
        {"source": {"@id": "as:source"}},
        {"prov": "http://www.w3.org/ns/prov#", "source": {"@id": "prov:entity", "@type": "@id"}},
        "https://www.w3.org/ns/activitystreams#",
        "http://www.w3.org/ns/activitystreams",
        "https://akkoma.example/schemas/litepub-0.1.jsonld",
        "https://w3id.org/fep/7888",
        "https://www.w3.org/ns/cid/v1",
    ],
    ids=repr,
)
def test_a_context_that_only_adds_words_is_read_directly(definition: object) -> None:
    document = MASTODON_CREATE | {"@context": [AS, MASTODON_TERMS, definition]}
    assert ld.is_plain(document)
    assert known(ld.compact(document))["object"]["content"] == known(ld.rewrite(document))["object"]["content"]


@pytest.mark.parametrize(
    "change",
    [
        {"as:actor": "https://evil.example/"},
        {"@type": "Delete"},
        {"https://www.w3.org/ns/activitystreams#object": "https://evil.example/"},
        {"type": "as:Create"},
        {"type": ["Create", "fr:Thing"]},
        {"type": {"id": "Create"}},
        {"object": {"@id": "https://evil.example/"}},
        {"object": [{"tag": [{"toot:x": 1}]}]},
    ],
    ids=repr,
)
def test_a_document_that_spells_keys_as_addresses_is_not_read_directly(change: dict[str, Any]) -> None:
    assert not ld.is_plain(MASTODON_CREATE | change)


def test_addresses_for_keys_and_types_are_read_by_their_meaning() -> None:
    document = {"@context": AS, "@id": "https://there.example/1", "@type": f"{AS}#Create", "as:actor": {"@id": "x:1"}}
    assert ld.compact(document) == {"id": "https://there.example/1", "type": "Create", "actor": "x:1"}


def test_words_that_a_context_forgot_mean_what_they_say_on_both_paths() -> None:
    document = {"@context": AS, "type": "Note", "sensitive": True, "tag": {"type": "Hashtag", "name": "#x"}}
    assert ld.compact(document) == ld.rewrite(document)
    assert ld.rewrite(document) == {"type": "Note", "sensitive": True, "tag": [{"type": "Hashtag", "name": "#x"}]}


def test_a_key_document_is_understood_by_its_security_context() -> None:
    document = {
        "@context": "https://w3id.org/security/v1",
        "id": "https://there.example/key",
        "type": "Key",
        "owner": "https://there.example/u/bo",
        "publicKeyPem": "-----BEGIN…",
    }
    found = ld.compact(document)
    assert (found["id"], found["owner"]) == ("https://there.example/key", "https://there.example/u/bo")
    assert found["publicKeyPem"] == "-----BEGIN…"


@pytest.mark.parametrize(
    "context",
    [
        contexts.SECURITY_V1,
        contexts.DATA_INTEGRITY_V1,
        contexts.DATA_INTEGRITY_V2,
        contexts.MULTIKEY_V1,
        contexts.CID_V1,
        "https://gotosocial.org/ns",
        "https://there.example/schemas/litepub-0.1.jsonld",
    ],
)
def test_the_contexts_that_are_read_directly_leave_every_word_its_meaning(context: str) -> None:
    """Whatever the order, each word of a document means what it means without the further context."""
    for document in (MASTODON_CREATE, MASTODON_ACTOR, DOCUMENTS["record"], DOCUMENTS["pay"]):
        usual = ld.rewrite(document)
        first, *rest = document["@context"]
        assert ld.rewrite(document | {"@context": [first, context, *rest]}) == usual
        assert ld.rewrite(document | {"@context": [context, first, *rest]}) == usual


# What is refused


@pytest.mark.parametrize(
    "document",
    [
        {"@context": "https://evil.example/context"},
        {"@context": [AS, "http://169.254.169.254/latest"]},
        {"@context": [AS, {"x": "as:actor"}], "object": {"@context": "https://evil.example/context"}},
        {"@context": [AS, {"@import": "https://evil.example/context"}]},
        {"@context": [AS, {"x": {"@id": "as:x", "@context": "https://evil.example/context"}}]},
        {"@context": "file:///etc/passwd"},
        {"@context": "context.jsonld"},
        {"@context": "https://[/schemas/litepub-0.1.jsonld"},
    ],
    ids=repr,
)
def test_a_context_that_we_do_not_have_is_refused_and_never_fetched(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        ld.compact(document | {"type": "Note"})


def test_a_refused_context_is_named() -> None:
    with pytest.raises(Invalid, match=r"https://evil\.example/context"):
        ld.compact({"@context": [AS, "https://evil.example/context"], "type": "Note"})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"type": "Note"},
        {"@context": AS, "@graph": [{"type": "Note"}, {"type": "Note"}]},
        {"@context": [AS, {"both": "@graph"}], "both": [{"type": "Note"}, {"type": "Note"}]},
        {"@context": [AS, {"x": "@included"}], "type": "Note", "x": [{"id": "https://e.example/", "type": "Delete"}]},
        {"@context": AS, "type": "Note", "@reverse": {"as:object": {"id": "https://e.example/"}}},
        {"@context": [AS, {"by": {"@reverse": "as:object"}}], "type": "Note", "by": {"type": "Delete"}},
        {"@context": {"x": {"@id": 7}}, "x": 1},
        {"@context": [AS, [[AS]]], "type": "Note"},
        {"@context": [AS, {"x": "as:actor"}], "type": {}},
        {"@context": None, "type": "Note"},
    ],
    ids=repr,
)
def test_documents_that_say_one_thing_to_some_and_another_to_others_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        ld.compact(document)


def deep(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(levels):
        document = {"object": document}
    return document | {"@context": [AS, {"who": "as:actor"}]}


@pytest.mark.parametrize(
    "document",
    [
        deep(40),
        deep(100_000),
        {"@context": [AS, {"who": "as:actor"}], "to": ["https://a.example/"] * 3000},
        {"@context": [AS] * 50 + [{"who": "as:actor"}]},
        {"@context": [AS, {"who": "as:actor"}], "tag": [{"@context": AS, "type": "Note"}] * 50},
        {"@context": [AS, {"who": "as:actor"}, {f"t{n}": f"http://e.example/{n}" for n in range(500)}]},
    ],
    ids=["deep", "very deep", "long", "many contexts", "many inner contexts", "many terms"],
)
def test_what_would_take_long_is_refused_at_once(document: dict[str, Any]) -> None:
    started = time.process_time()
    with pytest.raises(Invalid):
        ld.compact(document)
    assert time.process_time() - started < 0.5


def test_contexts_of_proofs_and_signatures_are_not_expanded_and_do_not_count() -> None:
    """Fedify says `@context` with eight entries, and again in its proof and in its signature."""
    context = [AS, *[contexts.DATA_INTEGRITY_V1] * 7, {"who": "as:actor"}]
    document = {
        "@context": context,
        "id": "https://a.example/1",
        "type": "Undo",
        "who": "https://a.example/u",
        "proof": {"@context": context, "type": "DataIntegrityProof", "proofValue": "z1"},
        "signature": {"@context": contexts.SECURITY_V1, "type": "RsaSignature2017", "signatureValue": "a"},
    }
    found = ld.compact(document)
    assert (found["actor"], found["proof"]) == ("https://a.example/u", document["proof"])


def test_the_dearest_document_that_is_expanded_stays_bearable() -> None:
    keys = [{"type": "Multikey", "controller": "https://a.example/", "publicKeyMultibase": "z"}] * 480
    document = {"@context": [AS, contexts.CID_V1, {"who": "as:actor"}], "type": "Person", "assertionMethod": keys}
    started = time.process_time()
    assert len(ld.compact(document)["assertionMethod"]) == 480
    assert time.process_time() - started < 3


def test_reading_directly_takes_next_to_no_time() -> None:
    ld.compact(MASTODON_CREATE)
    started = time.process_time()
    for _ in range(100):
        ld.compact(MASTODON_CREATE)
    assert time.process_time() - started < 0.1  # seconds for a hundred


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "@id", "@type", "as:actor", AS, "_:b", "Note"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@id", "@type", "@context", "@value", "@list", "@set", "@container", "@language", "id", "to"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    context=json_values | st.lists(st.just(AS) | st.dictionaries(st.sampled_from(["x", "to", "@vocab"]), json_values)),
    document=st.dictionaries(st.sampled_from(["id", "type", "to", "x", "contentMap", "proof", "tag"]), json_values),
)
def test_nonsense_is_invalid_and_nothing_worse(context: object, document: dict[str, Any]) -> None:
    for read in (ld.compact, ld.rewrite):
        try:
            found = read({"@context": context, **document})
        except Invalid:
            continue
        assert isinstance(found, dict)


def test_what_plain_json_means_is_what_pyld_says_it_means() -> None:
    for url in documents.FROZEN:
        assert documents.frozen(url) == expansion.context_document(url)
