"""What docs/federation.md and FEDERATION.md say to developers of other servers is what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from fedirec import net, uris
from fedirec.accounts.actions.boundaries import block as keep_away
from fedirec.accounts.actions.boundaries import lift
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub import consent, inbox, ld, parsing, signatures
from fedirec.activitypub import vocab as protocol
from fedirec.activitypub.actors import publish_actor_update
from fedirec.activitypub.contexts import (
    ACTIVITYSTREAMS,
    ACTOR_CONTEXT,
    CHALLENGE_CONTEXT,
    COMMENT_CONTEXT,
    RECORD_CONTEXT,
)
from fedirec.activitypub.digests import canonical, digest_json
from fedirec.activitypub.follows import follow, refuse_follow, unfollow
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.keys import read_private_key, read_public_key
from fedirec.activitypub.models import Actor, Follow, Outgoing, Received
from fedirec.activitypub.moving import move_away, set_aliases
from fedirec.activitypub.proofs import Proof, add_proof, verify_proof
from fedirec.activitypub.vocab import Activity, ActorObject, Doc, Entity, Json, Ref, Stamp, Tombstone, Vocabulary, flags
from fedirec.activitypub.vocab import actors as actor_vocab
from fedirec.activitypub.vocab import documents as document_vocab
from fedirec.admin.actions import reporting
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.judging import Category
from fedirec.clock import now
from fedirec.errors import Unsupported
from fedirec.media.models import Media
from fedirec.remix import sizes
from fedirec.remix import terms as remix_terms
from fedirec.remix.actions import (
    catching_up,
    challenges,
    comments,
    composing,
    drafts,
    passing_on,
    quotes,
    records,
    submissions,
    threads,
)
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation
from fedirec.remix.digest import digest_holds, digested, record_digest
from fedirec.remix.inbox.comments import MAX_ANCESTORS
from fedirec.remix.inbox.talking import MAX_TOLD_OF
from fedirec.remix.licences import UNKNOWN, find_grant
from fedirec.remix.lineage import MAX_DEPTH, MAX_SOURCES, Relation
from fedirec.remix.models import ConsentRequest, QuoteStamp, Record, Submission
from fedirec.remix.moments import split_moment
from fedirec.remix.queries.comments import get_comment
from fedirec.remix.terms import Pays, Terms
from fedirec.remix.vocab import (
    TYPES,
    ChallengeObject,
    CommentObject,
    PostObject,
    PromptObject,
    RecordObject,
    attachments,
    tags,
    text,
    write_duration,
)
from fedirec.remix.vocab.records import MAX_CONTRIBUTORS, MAX_POLICY
from tests.databases import Databases
from tests.network import Instance, Network, open_instance, settle
from tests.peer import Peer
from tests.rules_of_peers import RULES

HOUSE = Path(__file__).parent.parent
PROTOCOL = (HOUSE / "docs" / "federation.md").read_text(encoding="utf-8")
FEDERATION = (HOUSE / "FEDERATION.md").read_text(encoding="utf-8")
VOCABULARY = Vocabulary([*protocol.TYPES, *TYPES])
CONTEXTS = {
    "actor": ACTOR_CONTEXT,
    "challenge": CHALLENGE_CONTEXT,
    "comment": COMMENT_CONTEXT,
    "record": RECORD_CONTEXT,
}
SIGNED_AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
INBOX = "https://b.example/u/bo/inbox"


def _blocks(kind: str) -> dict[str, str]:
    """The fenced blocks of the document that are marked as `kind`, by name."""
    found = re.findall(rf"<!-- {kind}: ([^>]+?) -->\n\n?```\w+\n(.*?)\n```", PROTOCOL, re.DOTALL)
    assert found
    return dict(found)


def _table(heading: str, document: str = PROTOCOL) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    section = re.split(rf"^#+ {re.escape(heading)}$", document, maxsplit=1, flags=re.MULTILINE)[1]
    lines = [line for line in section.partition("\n#")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


EXAMPLES: dict[str, Json] = {name: json.loads(block) for name, block in _blocks("example").items()}
VECTORS = _blocks("vector")
OPTIONAL: dict[str, set[str]] = {
    "actor": {"movedTo", "alsoKnownAs"},
    "challenge": {"icon"},
    "comment": {"replyAuthorization"},
    "prompt": {"attachment", "contentMap", "updated"},
}
"""Keys that the examples do without."""


def _read(name: str) -> Entity:
    context = EXAMPLES[name].get("@context", RECORD_CONTEXT)
    return VOCABULARY.read(ld.compact({"@context": context, **EXAMPLES[name]}))


def _record() -> RecordObject:
    record = _read("record")
    assert isinstance(record, RecordObject)
    return record


def _terms() -> Terms:
    challenge = _read("challenge")
    assert isinstance(challenge, ChallengeObject)
    assert challenge.terms is not None
    return challenge.terms


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_the_code_reads_and_writes(name: str) -> None:
    example = dict(EXAMPLES[name])
    assert example.pop("@context", CONTEXTS.get(name)) == CONTEXTS.get(name)
    assert _read(name).write() == example


def test_every_kind_of_object_has_an_example() -> None:
    kinds = {type(_read(name)) for name in EXAMPLES}
    assert {RecordObject, CommentObject, PromptObject, ChallengeObject, ActorObject} <= kinds


def test_the_example_records_what_its_digest_says() -> None:
    assert digest_holds(_record())


def test_the_vector_of_the_record_digest_comes_out_of_the_example() -> None:
    record = _record()
    assert json.loads(VECTORS["record object"]) == digested(record)
    assert VECTORS["record canonical"].encode() == canonical(digested(record))
    assert VECTORS["record digest"] == record_digest(record) == digest_json(json.loads(VECTORS["record canonical"]))


def test_the_vector_of_the_terms_comes_out_of_the_example() -> None:
    assert VECTORS["terms canonical"].encode() == canonical(_terms().write())
    assert VECTORS["terms digest"] == _terms().digest == EXAMPLES["challenge"]["terms"]["termsDigest"]


def test_the_example_record_answers_the_example_challenge() -> None:
    record = _record()
    assert record.challenge == EXAMPLES["challenge"]["id"]
    assert record.terms is not None
    assert (record.terms.version, record.terms.digest) == (_terms().version, _terms().digest)


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_the_signed_request_verifies_with_the_key_of_the_example(scheme: str) -> None:
    headers = [
        (name, value) for name, _, value in (line.partition(": ") for line in VECTORS[f"{scheme} headers"].splitlines())
    ]
    claim = signatures.parse(headers)
    statement = claim.check(method="POST", url=INBOX, headers=headers, body=VECTORS["body"].encode(), now=SIGNED_AT)

    assert scheme == claim.SCHEME
    assert statement.texts == (VECTORS[f"{scheme} text"].encode(),)
    assert statement.key_id == EXAMPLES["actor"]["publicKey"]["id"]
    statement.verify(read_public_key(EXAMPLES["actor"]["publicKey"]["publicKeyPem"]))


def test_the_proof_can_be_made_again_and_verifies_with_the_key_of_the_example() -> None:
    proved = json.loads(VECTORS["proof"])
    plain = {name: value for name, value in proved.items() if name != "proof"}
    options = {name: value for name, value in proved["proof"].items() if name != "proofValue"}
    secret = re.search(r"`(z3u2[^`]+)`", PROTOCOL)
    assert secret is not None
    key = read_private_key(secret[1])
    method = EXAMPLES["actor"]["assertionMethod"][0]

    made = add_proof(plain, key=key, verification_method=method["id"], created=datetime(2026, 11, 20, 9, tzinfo=UTC))

    assert made == proved
    verify_proof(proved, read_public_key(method["publicKeyMultibase"]), now=SIGNED_AT)
    hashes = [sha256(VECTORS[name].encode()).hexdigest() for name in ("proof options", "proof document")]
    assert [VECTORS["proof options"].encode(), VECTORS["proof document"].encode()] == [
        canonical(options),
        canonical(plain),
    ]
    assert VECTORS["proof hashes"].split() == hashes
    proof = Proof.read(proved)
    assert proof is not None
    assert proof.signed.hex() == "".join(hashes)


def test_each_key_of_a_record_is_explained_and_none_besides() -> None:
    explained = {key.strip("`") for key, _ in _table("The record")}
    assert explained == EXAMPLES["record"].keys()


def test_each_key_that_a_challenge_has_beyond_an_actor_is_explained() -> None:
    explained = {key.strip("`") for key, _ in _table("The challenge")}
    assert explained == EXAMPLES["challenge"].keys() - EXAMPLES["actor"].keys()
    assert {key.strip("`") for key, _ in _table("Terms")} == EXAMPLES["challenge"]["terms"].keys()


def test_each_key_of_a_comment_is_explained() -> None:
    explained = {key.strip("`") for document in ("The record", "Comments") for key, _ in _table(document)}
    assert EXAMPLES["comment"].keys() <= explained


def test_the_places_of_the_vectors_are_found() -> None:
    for line in VECTORS["moments"].splitlines():
        html, _, said = line.partition(" \u2192 ")
        found, _ = split_moment(html)
        assert (write_duration(found) if found is not None else "none") == said, line


def test_the_sentences_grant_a_licence() -> None:
    block = re.search(r"<!-- sentences -->\n\n?```text\n(.*?)\n```", PROTOCOL, re.DOTALL)
    assert block is not None
    granted = [find_grant(sentence) for sentence in block[1].splitlines()]
    assert [licence.id for licence in granted if licence] == ["CC-BY-SA-4.0", "CC0-1.0", "CC-BY-NC-4.0", "CC-BY-4.0"]
    assert UNKNOWN not in granted
    assert find_grant(block[1]) is None, "a text that grants two licences grants none"


# The tables

NAMES: dict[type[Entity], str] = {
    Ref: "id",
    ActorObject: "actor",
    RecordObject: "record",
    CommentObject: "comment",
    PostObject: "post",
    PromptObject: "prompt",
    ChallengeObject: "challenge",
    Tombstone: "Tombstone",
    Stamp: "stamp",
}


def _name_of(entity: type[Entity]) -> str:
    return NAMES.get(entity, entity.TYPE)


def _pairs(rows: list[list[str]]) -> set[tuple[str, str]]:
    return {(row[0].strip("`"), named) for row in rows for named in row[1].split(", ")}


def _handled(handlers: Handlers) -> Iterator[tuple[str, str, bool]]:
    """Each activity and object that something handles, and whether it is kept as evidence."""
    objects: tuple[Any, ...] = (Ref, *protocol.TYPES, *TYPES)
    for activity in (*protocol.ACTIVITIES, *protocol.REQUESTS, protocol.Flag):
        if not issubclass(activity, Activity):
            continue
        for entity in objects:
            anything: Any = object.__new__(entity)
            try:
                found = handlers.find(activity(id="https://a.example/1", actor="https://a.example/2", object=anything))
            except Unsupported:
                continue
            yield activity.TYPE, _name_of(entity), found.is_evidence


async def test_what_we_understand_is_what_the_handlers_take(understood: set[tuple[str, str, bool]]) -> None:
    rows = _table("What we understand")
    assert _pairs(rows) == {(activity, entity) for activity, entity, _ in understood}
    kept = [row for row in rows if row[3].rstrip(" |") == "yes"]
    assert _pairs(kept) == {(activity, entity) for activity, entity, is_evidence in understood if is_evidence}


async def test_what_we_send_is_what_a_whole_story_sends(sent: list[Json]) -> None:
    assert _pairs(_table("What we send")) == {(activity["type"], _object_name(activity["object"])) for activity in sent}


async def test_the_short_list_names_the_same_activities(
    understood: set[tuple[str, str, bool]], sent: list[Json]
) -> None:
    listed = {row[0].strip("`"): (row[1], row[2]) for row in _table("Activities", FEDERATION)}
    assert {name for name, (received, _) in listed.items() if received} == {activity for activity, _, _ in understood}
    assert {name for name, (_, out) in listed.items() if out} == {activity["type"] for activity in sent}
    for name, (received, out) in listed.items():
        assert set(filter(None, received.split(", "))) == {entity for verb, entity, _ in understood if verb == name}
        found = {_object_name(activity["object"]) for activity in sent if activity["type"] == name}
        assert set(filter(None, out.split(", "))) == found


def test_the_proposals_that_are_listed_are_those_that_the_code_follows() -> None:
    listed = set(re.findall(r"^- \[FEP-([0-9a-f]{4})\]\(https://w3id\.org/fep/\1\)", FEDERATION, re.MULTILINE))
    sources = "".join(path.read_text(encoding="utf-8") for path in (HOUSE / "fedirec").rglob("*.py"))
    assert listed - {"67ff"} == set(re.findall(r"FEP-([0-9a-f]{4})", sources))
    assert "67ff" in listed


def test_the_limits_are_those_of_the_code() -> None:
    limits: dict[str, tuple[int | None, int | None]] = {
        "body of an activity": (inbox.MAX_BODY, None),
        "document, fetched": (net.MAX_BYTES, None),
        "levels of JSON": (parsing.MAX_DEPTH, None),
        "keys of a document": (parsing.MAX_KEYS, None),
        "values of a document": (parsing.MAX_VALUES, None),
        "values of one key": (document_vocab.MAX_VALUES, None),
        "values of a document whose context has to be expanded": (ld.MAX_VALUES, None),
        "`@context`s in such a document": (ld.MAX_CONTEXTS, None),
        "terms that its contexts define": (ld.MAX_TERMS, None),
        "address": (uris.MAX_URI, None),
        "redirects": (net.MAX_REDIRECTS, None),
        "keys of an actor": (actor_vocab.MAX_KEYS, 2),
        "name of an actor": (actor_vocab.MAX_NAME, None),
        "other accounts that an actor names": (actor_vocab.MAX_ALIASES, actor_vocab.MAX_ALIASES),
        "title": (text.MAX_NAME, drafts.MAX_TITLE),
        "content warning": (text.MAX_WARNING, None),
        "text, as HTML or as Markdown": (text.MAX_CONTENT, drafts.MAX_TEXT),
        "text of a record in `content`": (None, sizes.SHOWN_TEXT),
        "alternative text": (text.MAX_DESCRIPTION, None),
        "attachments": (attachments.MAX_ATTACHMENTS, drafts.MAX_FILES),
        "hashtags": (tags.MAX_TAGS, drafts.MAX_TAGS),
        "mentions": (tags.MAX_TAGS, composing.MAX_MENTIONS),
        "what an activity carries": (None, sizes.MAX_DOCUMENT),
        "links to objects": (tags.MAX_TAGS, MAX_SOURCES),
        "sources": (MAX_SOURCES, MAX_SOURCES),
        "contributors": (MAX_CONTRIBUTORS, drafts.MAX_PARTS + 1),
        "terms of a challenge": (remix_terms.MAX_TEXT, remix_terms.MAX_TEXT),
        "reason of a `Reject`": (submissions.MAX_REASON, submissions.MAX_REASON),
        "comment, as HTML; as Markdown": (threads.MAX_CONTENT, comments.MAX_TEXT),
        "comments of one author in an hour": (threads.MAX_AN_HOUR, threads.MAX_AN_HOUR),
        "works of one stranger in an hour": (threads.MAX_AN_HOUR, None),
        "versions of one work in an hour": (threads.MAX_AN_HOUR, None),
        "things that one actor told us in an hour, beyond which we ask for no more": (MAX_TOLD_OF, None),
        "comments on one record that are passed on in an hour": (None, passing_on.MAX_PASSED_ON),
        "people who are told that a comment names them": (passing_on.MAX_MENTIONED, passing_on.MAX_MENTIONED),
        "comments that are fetched because of one": (MAX_ANCESTORS, None),
        "things of a `Flag`": (flags.MAX_FLAGGED, None),
        "words of a `Flag`": (flags.MAX_CONTENT, reporting.MAX_WORDS),
        "reports of one instance in an hour": (reporting.MAX_FLAGS_AN_HOUR, None),
        "generations of sources that are fetched": (MAX_DEPTH, None),
        "pages of one list of answers": (catching_up.MAX_PAGES, None),
        "answers that are fetched because of one record": (catching_up.MAX_ITEMS, None),
        "levels of answers that are fetched": (catching_up.MAX_DEPTH, None),
        "instances that are asked for what one list names": (catching_up.MAX_ORIGINS, None),
        "quote requests of one actor in an hour": (quotes.MAX_AN_HOUR, None),
        "people and collections that may quote": (MAX_POLICY, None),
        "people and collections that one rule of a policy names": (consent.MAX_NAMED, None),
    }
    said = {row[0]: tuple(_number(cell) for cell in row[1:]) for row in _table("Limits")}
    assert said == limits


def _number(cell: str) -> int | None:
    digits = re.match(r"[\d,]+", cell)
    return int(digits[0].replace(",", "")) if digits else None


def _object_name(value: object) -> str:
    if isinstance(value, list):
        [name] = {_object_name(each) for each in value}
        return name
    if isinstance(value, str):
        return "id"
    assert isinstance(value, dict)
    return _name_of(type(VOCABULARY.read(Doc(value).data)))


# A story in which two instances say everything that they can say


@pytest.fixture(scope="module")
async def stage(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[tuple[Instance, Instance]]:
    """The instances of the examples, after the story. What travels does not depend on the database."""
    network, folder = Network(), tmp_path_factory.mktemp("stage")
    async with AsyncExitStack() as open_instances:
        one, other = [
            await open_instances.enter_async_context(
                open_instance(network, host, database=databases.new("sqlite"), folder=folder / host)
            )
            for host in ("a.example", "b.example")
        ]
        await _live(one, other)
        yield one, other


@pytest.fixture
def understood(stage: tuple[Instance, Instance]) -> set[tuple[str, str, bool]]:
    """What a running instance handles."""
    return set(_handled(stage[0].state["inbox"].handlers))


@pytest.fixture
async def sent(stage: tuple[Instance, Instance]) -> list[Json]:
    """Every activity that left in the story, in order."""
    rows = [row for instance in stage for row in await instance.run(lambda: Outgoing.all().order_by("id"))]
    return [json.loads(bytes(row.body or b"")) for row in rows]


async def test_everything_in_the_story_is_understood(stage: tuple[Instance, Instance]) -> None:
    for instance in stage:
        assert await instance.run(lambda: Received.exclude(state="handled").values("type", "reason")) == []


async def test_what_is_sent_has_the_keys_of_the_examples_and_no_others(
    sent: list[Json], stage: tuple[Instance, Instance]
) -> None:
    documented = {_object_name(example): example.keys() - {"@context"} for example in EXAMPLES.values()}
    for activity in sent:
        if isinstance(activity["object"], dict):
            name = _object_name(activity["object"])
            optional = OPTIONAL.get(name, set())
            known = documented.get(name, activity["object"].keys())
            assert activity["object"].keys() <= known | optional, name
        assert "totalItems" not in json.dumps(activity)


async def test_a_whole_record_of_ours_has_all_the_keys_that_are_explained(
    sent: list[Json], stage: tuple[Instance, Instance]
) -> None:
    updated = [
        activity["object"]
        for activity in sent
        if activity["type"] == "Update" and _object_name(activity["object"]) == "record"
    ]
    assert {"@context", *updated[0]} == EXAMPLES["record"].keys()
    answer = await stage[1].get(updated[0]["id"].removeprefix("https://b.example"), accept="application/activity+json")
    assert answer.json() == {"@context": RECORD_CONTEXT, **updated[0]}


async def test_every_record_agrees_with_its_digest_wherever_it_arrives(stage: tuple[Instance, Instance]) -> None:
    for instance in stage:
        known = await instance.run(lambda: Record.filter(is_post=False).values_list("title", "digest_holds"))
        assert ("Rain on tin", True) in known
        assert all(holds for _, holds in known), known


async def test_a_prompt_of_ours_reads_like_the_example(stage: tuple[Instance, Instance]) -> None:
    served = (await stage[0].get("/c/rain/prompt", accept="application/activity+json")).json()
    changed = served.pop("updated")
    assert changed > served["published"]
    assert _dateless({"@context": RECORD_CONTEXT, **EXAMPLES["prompt"]}) == _dateless(served)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
async def test_everything_that_is_sent_keeps_the_rules_of_others(
    sent: list[Json], rule: Callable[[Json], Iterator[str]]
) -> None:
    """The table of what Mastodon and others demand; the activities are those of a whole story."""
    broken = {activity["id"]: found for activity in sent if (found := list(rule(activity)))}
    assert broken == {}


async def test_a_change_says_a_later_time_than_the_version_before(sent: list[Json]) -> None:
    seen: dict[str, str] = {}
    for activity in sent:
        thing = activity["object"]
        if activity["type"] in ("Create", "Update") and isinstance(thing, dict) and thing["type"] == "Note":
            moment = str(thing.get("updated") or thing["published"])
            assert moment > seen.get(thing["id"], ""), thing["id"]
            seen[thing["id"]] = moment


async def test_every_public_activity_carries_a_proof_and_no_other_does(sent: list[Json]) -> None:
    for activity in sent:
        is_public = protocol.PUBLIC in [*activity.get("to", []), *activity.get("cc", [])]
        assert ("proof" in activity) is is_public, activity["type"]


async def test_answers_are_as_documented(stage: tuple[Instance, Instance]) -> None:
    for address, block in _blocks("answer").items():
        assert (await stage[0].get(address, accept="application/json")).json() == json.loads(block)


async def test_the_addresses_that_are_named_are_there(stage: tuple[Instance, Instance]) -> None:
    one, _ = stage
    for address in ("/actor", "/u/ana", "/c/rain", "/c/rain/prompt", "/c/rain/submissions", "/.well-known/host-meta"):
        assert (await one.get(address, accept="application/activity+json")).status_code == 200, address
    for actor in ("/u/ana", "/c/rain"):
        for collection in ("outbox", "followers", "following", "featured"):
            answer = await one.get(f"{actor}/{collection}", accept="application/activity+json")
            assert answer.status_code == 200, collection
            assert "totalItems" not in answer.json()


def _dateless(document: Json) -> Json:
    """A document without the dates in it."""
    text = re.sub(r"Open until [^<]*? UTC", "Open until then", json.dumps(document))
    return {name: value for name, value in json.loads(text).items() if name != "published"}


async def _with_author(record: Record) -> Record:
    return await Record.get(id=record.id).select_related("author")


async def _live(one: Instance, other: Instance) -> None:
    ana, bo, cy = await one.join("ana"), await other.join("bo"), await other.join("cy")
    rain = await _open(one, ana)
    song = await one.run(
        records.publish_record, ana, drafts.RecordDraft(title="Rain  on\u00a0tin", text="drip", licence="CC-BY-SA-4.0")
    )
    await one.run(publish_actor_update, ana)
    await settle(one, other)

    challenge = await other.find_challenge("@rain@a.example")
    met = await other.meet(ana)
    for follower, target in ((bo, challenge.actor), (bo, met), (cy, met)):
        await other.run(follow, follower, target)
    await settle(other, one)
    await one.run(refuse_follow, ana, await one.run(lambda: Follow.get(target_id=ana.id, follower__handle="cy")))
    await other.run(unfollow, bo, met)

    heard = await other.find_record(song.uri)
    draft = drafts.RecordDraft(
        title="Tin rain, slowed",
        text="Rain on a *roof*.",
        licence="CC-BY-SA-4.0",
        language="en",
        warning="Loud thunder",
        tags=["Rain"],
        files=[drafts.FileDraft(media=await other.run(_film, bo), description="Slowed rain over city lights")],
        sources=[drafts.SourceDraft(record=heard, relation=Relation.SAMPLES)],
        parts=[drafts.PartDraft(actor=cy, role="clr")],
        challenge=challenge,
    )
    film = await other.run(records.publish_record, bo, draft)
    await settle(other, one)
    await other.run(records.edit_record, bo, film, replace(draft, text="Rain on a *tin* roof.", challenge=None))
    await settle(other, one)

    place = await one.run(threads.find_place, film.uri)
    assert place is not None
    said = await one.run(
        comments.write_comment,
        ana,
        place,
        comments.CommentDraft(text="The gutter *sings*!", at_ms=12_500, language="en", warning="Loud"),
    )
    await settle(one, other)
    await one.run(
        comments.edit_comment, ana, await one.run(get_comment, said.uri), comments.CommentDraft(text="The roof sings!")
    )
    await one.run(comments.delete_comment, ana, await one.run(get_comment, said.uri))
    await settle(one, other)

    for decide in (submissions.accept_submission, submissions.reconsider_submission):
        await one.run(decide, ana, await one.run(lambda: Submission.get(record__uri=film.uri)))
        await settle(one, other)
    waiting = await one.run(lambda: Submission.get(record__uri=film.uri))
    await one.run(submissions.decline_submission, ana, waiting, "We are looking for sound without words.")
    await one.run(challenges.change_challenge, ana, rain, deadline_at=now() + timedelta(days=30))

    await _quote(one, ana, song)
    await _ask(one, ana, rain)

    long = drafts.RecordDraft(title="Long", text='"\\' * (drafts.MAX_TEXT // 2), licence="CC0-1.0")
    saga = await one.run(records.publish_record, ana, long)
    await settle(one, other)
    await one.run(records.edit_record, ana, await one.run(_with_author, saga), replace(long, title="Longer"))
    await settle(one, other)

    drip = await other.run(records.publish_record, bo, drafts.RecordDraft(title="Drip", text="d", licence="CC0-1.0"))
    offered = await other.run(submissions.submit_record, bo, drip, challenge)
    await settle(other, one)
    await other.run(submissions.withdraw_submission, bo, offered)
    await other.run(recommend, bo, heard)
    await other.run(take_back_recommendation, bo, heard)
    await other.run(records.delete_record, bo, await other.run(lambda: Record.get(uri=drip.uri)))
    await other.run(set_aliases, cy, [(await one.join("cy")).uri])
    ana = await one.run(lambda: Actor.get(local_handle="ana"))
    made = await one.run(keep_away, ana, await one.meet(cy.uri), tell=True)
    await one.run(lift, ana, made)
    await _report(other, met)
    await one.run(move_away, one.state["remote"], await one.run(lambda: Actor.get(local_handle="cy")), cy.uri)
    await settle(one, other)


async def _report(instance: Instance, accused: Any) -> None:
    """Somebody of the instance reports `accused`, and a moderator tells their instance."""
    account = await instance.run(lambda: Account.get(actor__local_handle="bo").select_related("actor"))
    viewer = Viewer(account=account, actor=account.actor, seen_at=now())
    made = await instance.run(reporting.report, viewer, [accused.uri], category=Category.SPAM)
    await instance.run(forward, Operator("command line"), instance.state["site"], made, words="Please have a look.")


async def _quote(instance: Instance, author: Any, record: Record) -> None:
    """Somebody quotes a record from a Mastodon server, and their consent is taken back; of another they may not."""
    peer = Peer(instance.network, "social.example")
    cy = peer.actor("cy")
    private = await instance.run(
        records.publish_record,
        author,
        drafts.RecordDraft(title="Hush", text="h", licence="CC0-1.0", quoting="nobody"),
    )
    for quoted in (record, private):
        asked = peer.activity(
            "QuoteRequest", cy, quoted.uri, instrument=f"{peer.origin}/users/cy/statuses/{quoted.id}", to=[author.uri]
        )
        await peer.post(instance, asked)
        await settle(instance)
    stamp = await instance.run(lambda: QuoteStamp.get().select_related("record__author", "quoter"))
    await instance.run(quotes.revoke_quote, author, stamp)
    await settle(instance)


async def _ask(instance: Instance, leader: Any, challenge: Any) -> None:
    """Somebody on GoToSocial wants to be asked before anybody does anything with their post, and agrees to it all."""
    peer = Peer(instance.network, "social.example")
    cy = f"{peer.origin}/users/cy"
    asked = {"automaticApproval": [cy], "manualApproval": [protocol.PUBLIC]}
    note = peer.note(
        cy,
        "9",
        content="<p>A sky. I release this under CC BY-SA 4.0</p>",
        interactionPolicy={"canReply": asked, "canLike": asked, "canAnnounce": asked},
    )
    peer.serve(note["id"], {"@context": [ACTIVITYSTREAMS, "https://gotosocial.org/ns"], **note})
    post = await instance.find_record(note["id"])
    place = await instance.run(threads.find_place, post.uri)
    assert place is not None
    await instance.run(comments.write_comment, leader, place, comments.CommentDraft(text="What a sky!"))
    await instance.run(recommend, leader, post)
    offered = await instance.run(lambda: Submission.create(challenge=challenge, record=post, via="reply"))
    await instance.run(submissions.accept_submission, leader, offered)
    await settle(instance)
    for question in await instance.run(lambda: ConsentRequest.all().order_by("id")):
        stamp = f"{peer.origin}/authorizations/{question.id}"
        await peer.post(instance, peer.activity("Accept", cy, question.uri, result=stamp))
    await settle(instance)


async def _open(instance: Instance, leader: Any) -> Any:
    draft = challenges.ChallengeDraft(
        title="Rain",
        slug="rain",
        text="Record rain, or draw it.",
        kinds=["image", "audio", "video"],
        language="en",
        deadline_at=now() + timedelta(days=14),
        terms=Terms(
            version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=50_000, currency="EUR", text="Half to the band."
        ),
    )
    return await instance.run(challenges.open_challenge, leader, instance.state["keyring"], draft)


async def _film(owner: Any) -> Media:
    return await Media.create(
        key=uris.new_key(),
        owner=owner,
        kind="video",
        media_type="video/mp4",
        size=1,
        width=1280,
        height=720,
        duration_ms=42_500,
        sha256="0" * 64,
        digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
        path="9z/film.mp4",
        poster_path="9z/film.jpg",
        file_name="film.mp4",
    )
