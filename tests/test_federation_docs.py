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
from fedirec.accounts.models import Account, Notification
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
    PRODUCTION_CONTEXT,
    PROJECT_CONTEXT,
    RECORD_CONTEXT,
    REVISION_CONTEXT,
    STEP_CONTEXT,
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
from fedirec.credits.actions import heads
from fedirec.credits.actions.crediting import elsewhere as credits_elsewhere
from fedirec.credits.actions.granting.elsewhere import grant_elsewhere
from fedirec.credits.actions.granting.giving import ask_for_grants
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals import (
    beginning,
    commenting,
    copies,
    drafting,
    meeting,
    objecting,
    replies_elsewhere,
)
from fedirec.credits.actions.proposals import elsewhere as proposals_elsewhere
from fedirec.credits.actions.proposals import taking as proposals_taking
from fedirec.credits.actions.proposals.objecting import answer_objection
from fedirec.credits.actions.proposals.publishing import publish_revision
from fedirec.credits.decisions import Rule
from fedirec.credits.lines import CreditHappening
from fedirec.credits.models import DraftLine, Objection, PayProposal, Pool, ProposalRevision
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.pools import Kind as PoolKind
from fedirec.credits.pools import PoolDraft
from fedirec.credits.queries.credits import own_credits
from fedirec.credits.queries.grants import find_question
from fedirec.credits.queries.pools import home_of
from fedirec.credits.queries.proposals import get_proposal
from fedirec.credits.shares import MAX_LINES
from fedirec.credits.vocab import TYPES as CREDIT_TYPES
from fedirec.credits.vocab import (
    ChainHeadObject,
    CreditObject,
    GrantObject,
    ObjectionObject,
    ProposalObject,
    ProposalRef,
)
from fedirec.credits.vocab import proposals as proposal_vocab
from fedirec.db import transaction
from fedirec.errors import Unsupported
from fedirec.media.models import Media
from fedirec.projects.actions import elsewhere, members, projects, steps
from fedirec.projects.actions.productions import freezing, picking, preparing, releasing, roles
from fedirec.projects.inbox import projects as offered
from fedirec.projects.models import Production, Project, ProjectMember, Step
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.queries.projects import MAX_STEPS, get_step, with_parts
from fedirec.projects.vocab import TYPES as PROJECT_TYPES
from fedirec.projects.vocab import IntroductionObject, Invite, Join, Leave, ProductionObject, ProjectObject, StepObject
from fedirec.projects.vocab.steps import MAX_CHALLENGES
from fedirec.remix import logbook, sizes, spreading
from fedirec.remix import terms as remix_terms
from fedirec.remix.actions import (
    catching_up,
    challenges,
    claims,
    comments,
    composing,
    drafts,
    lineage,
    long_lists,
    needs,
    news,
    passing_on,
    pending_remixes,
    private_notes,
    quotes,
    records,
    submissions,
    threads,
)
from fedirec.remix.actions.claims import opening
from fedirec.remix.actions.pens import accept_pen, giving, share_pen, take_back_pen, writing
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation
from fedirec.remix.actions.remix_requests import beforehand, taking, withdraw_request
from fedirec.remix.actions.submissions.offers import MAX_WRITTEN
from fedirec.remix.actions.suggestions import offering, suggest_change, withdraw_suggestion
from fedirec.remix.claims import ClaimKind
from fedirec.remix.digest import digest_holds, digested, record_digest
from fedirec.remix.inbox import news as news_elsewhere
from fedirec.remix.inbox.comments import MAX_ANCESTORS
from fedirec.remix.inbox.talking import MAX_TOLD_OF
from fedirec.remix.licences import UNKNOWN, find_agreement, find_grant
from fedirec.remix.licences.grants import words_of_agreement
from fedirec.remix.lineage import MAX_DEPTH, MAX_SOURCES, Relation
from fedirec.remix.models import Claim, ConsentRequest, Need, Pen, QuoteStamp, Record, RemixRequest, Submission
from fedirec.remix.moments import split_moment
from fedirec.remix.queries.comments import get_comment
from fedirec.remix.queries.leading import MAX_LEADERS
from fedirec.remix.queries.needs import MAX_OF_ONE
from fedirec.remix.routes import paging
from fedirec.remix.terms import Pays, Terms
from fedirec.remix.vocab import (
    TYPES,
    ChallengeObject,
    CommentObject,
    NeedObject,
    NewsObject,
    OfferedPen,
    OfferedVersion,
    PostObject,
    PromptObject,
    RecordObject,
    RemixQuestion,
    RemixStamp,
    SubmissionObject,
    SuggestedChange,
    attachments,
    remix_requests,
    tags,
    text,
    write_duration,
)
from fedirec.remix.vocab.records import MAX_CONTRIBUTORS, MAX_INLINE, MAX_POLICY, MAX_STAMPS, MAX_UNNAMED
from tests.databases import Databases
from tests.network import Instance, Network, open_instance, settle
from tests.peer import Peer
from tests.rules_of_peers import RULES

HOUSE = Path(__file__).parent.parent
PROTOCOL = (HOUSE / "docs" / "federation.md").read_text(encoding="utf-8")
FEDERATION = (HOUSE / "FEDERATION.md").read_text(encoding="utf-8")
VOCABULARY = Vocabulary([*protocol.TYPES, *TYPES, *PROJECT_TYPES, *CREDIT_TYPES])
CONTEXTS = {
    "actor": ACTOR_CONTEXT,
    "challenge": CHALLENGE_CONTEXT,
    "comment": COMMENT_CONTEXT,
    "production": PRODUCTION_CONTEXT,
    "project": PROJECT_CONTEXT,
    "step": STEP_CONTEXT,
    "record": RECORD_CONTEXT,
    "version": REVISION_CONTEXT,
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
    "project": {"icon"},
    "comment": {"replyAuthorization"},
    "record": {"quote", "quoteAuthorization", "editor", "editStatement", "production"},
    "introduction": {"attachment", "updated"},
    "prompt": {"attachment", "contentMap", "updated"},
}
"""Keys that the examples do without."""


def _read(name: str) -> Entity:
    context = EXAMPLES[name].get("@context", CONTEXTS.get(name, RECORD_CONTEXT))
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


def test_each_key_that_a_project_has_beyond_an_actor_is_explained() -> None:
    explained = {key.strip("`") for key, _ in _table("The project")}
    assert explained == EXAMPLES["project"].keys() - EXAMPLES["actor"].keys()


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
    agreed = re.search(r"<!-- terms sentences -->\n\n?```text\n(.*?)\n```", PROTOCOL, re.DOTALL)
    assert agreed is not None
    assert {find_agreement(sentence) for sentence in agreed[1].splitlines()} == {2}
    assert agreed[1].splitlines()[2:] == [words_of_agreement(2, language) for language in ("de", "fr", "es")]


# The tables

NAMES: dict[type[Entity], str] = {
    CreditObject: "credit",
    ProposalObject: "proposal",
    ProposalRef: "revision",
    ObjectionObject: "objection",
    ChainHeadObject: "chain head",
    GrantObject: "monetization",
    Ref: "id",
    ActorObject: "actor",
    RecordObject: "record",
    CommentObject: "comment",
    PostObject: "post",
    PromptObject: "prompt",
    ChallengeObject: "challenge",
    Tombstone: "Tombstone",
    Stamp: "stamp",
    RemixQuestion: "remix request",
    RemixStamp: "remix stamp",
    SuggestedChange: "suggestion",
    OfferedPen: "pen",
    OfferedVersion: "version",
    ProductionObject: "production",
    ProjectObject: "project",
    IntroductionObject: "introduction",
    StepObject: "step",
    NeedObject: "need",
    NewsObject: "news",
    SubmissionObject: "submission",
}


def _name_of(entity: type[Entity]) -> str:
    return NAMES.get(entity, entity.TYPE)


def _pairs(rows: list[list[str]]) -> set[tuple[str, str]]:
    return {(row[0].strip("`"), named) for row in rows for named in row[1].split(", ")}


def _handled(handlers: Handlers) -> Iterator[tuple[str, str, bool]]:
    """Each activity and object that something handles, and whether it is kept as evidence."""
    objects: tuple[Any, ...] = (Ref, *protocol.TYPES, *TYPES, *PROJECT_TYPES, *CREDIT_TYPES)
    for activity in (*protocol.ACTIVITIES, *protocol.REQUESTS, protocol.Flag, RemixQuestion, Invite, Join, Leave):
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
        "links to objects": (tags.MAX_TAGS, MAX_INLINE),
        "sources, or contributors, that stand in a record": (MAX_INLINE, MAX_INLINE),
        "sources in all": (MAX_SOURCES, MAX_SOURCES),
        "contributors in all": (MAX_CONTRIBUTORS, drafts.MAX_PARTS + 1),
        "pages of one list of sources or contributors": (long_lists.MAX_PAGES, None),
        "stamps that stand in a record": (MAX_STAMPS, MAX_STAMPS),
        "remixes in which a record does not name its author": (MAX_UNNAMED, MAX_UNNAMED),
        "terms of a challenge": (remix_terms.MAX_TEXT, remix_terms.MAX_TEXT),
        "reason of a `Reject`": (logbook.MAX_REASON, logbook.MAX_REASON),
        "comment, as HTML; as Markdown": (threads.MAX_CONTENT, comments.MAX_TEXT),
        "comments of one author in an hour": (threads.MAX_AN_HOUR, threads.MAX_AN_HOUR),
        "works of one stranger in an hour": (threads.MAX_AN_HOUR, None),
        "people here who hear of one work of a stranger: of those credited, and of those it is made from": (
            records.MAX_TOLD_BY_STRANGERS,
            None,
        ),
        "notes for one person in a day about the licence of a post": (None, pending_remixes.MAX_HINTS),
        "notes for all people of one host in a day about that": (None, pending_remixes.MAX_HINTS_OF_HOST),
        "versions of one work in an hour": (threads.MAX_AN_HOUR, None),
        "things that one actor told us in an hour, beyond which we ask for no more": (MAX_TOLD_OF, None),
        "comments on one record that are passed on in an hour": (None, passing_on.MAX_PASSED_ON),
        "people who are told that a comment names them": (passing_on.MAX_MENTIONED, passing_on.MAX_MENTIONED),
        "comments that are fetched because of one": (MAX_ANCESTORS, None),
        "things of a `Flag`": (flags.MAX_FLAGGED, None),
        "claims of one person in a day": (opening.MAX_A_DAY, opening.MAX_A_DAY),
        "claims of one instance in a day": (opening.MAX_A_DAY_FROM_ONE_INSTANCE, None),
        "claims of one person about one record in a day, and open at the same time": (
            opening.MAX_A_DAY_ON_ONE_RECORD,
            opening.MAX_A_DAY_ON_ONE_RECORD,
        ),
        "claims of one domain about one record that are open": (opening.MAX_FROM_ONE_INSTANCE, None),
        "claims about one record that are open, where it concerns nobody who makes another": (
            opening.MAX_BY_OTHERS,
            None,
        ),
        "claims about one record that are open": (opening.MAX_ON_ONE_RECORD, None),
        "things that are said about one claim by one actor": (opening.MAX_TIMES, opening.MAX_TIMES),
        "addresses that show a claim": (flags.MAX_EVIDENCE, opening.MAX_LINKS),
        "words of a `Flag`": (flags.MAX_CONTENT, reporting.MAX_WORDS),
        "reports of one instance in an hour": (reporting.MAX_FLAGS_AN_HOUR, None),
        "generations of sources that are fetched": (MAX_DEPTH, None),
        "records and people that are asked for because of one record": (lineage.MAX_FETCHED, None),
        "pages of one list of remixes": (spreading.MAX_PAGES, None),
        "remixes that are read from one list": (spreading.MAX_LISTED, None),
        "instances that are asked because of one list of remixes": (spreading.MAX_ORIGINS, None),
        "pages of one list of answers": (catching_up.MAX_PAGES, None),
        "answers that are fetched because of one record": (catching_up.MAX_ITEMS, None),
        "levels of answers that are fetched": (catching_up.MAX_DEPTH, None),
        "instances that are asked for what one list names": (catching_up.MAX_ORIGINS, None),
        "quote requests of one actor in an hour": (quotes.MAX_AN_HOUR, None),
        "offers and remix requests of one actor in an hour": (taking.MAX_AN_HOUR, None),
        "remix requests about one record that wait for an answer": (beforehand.MAX_WAITING, None),
        "those of one actor": (beforehand.MAX_WAITING_OF_ONE, None),
        "those of one other host": (beforehand.MAX_WAITING_OF_HOST, None),
        "remixes of one actor that one author agrees to in a day without looking; then they are asked": (
            beforehand.MAX_WELCOMED_OF_ONE,
            None,
        ),
        "the same of one other host": (beforehand.MAX_WELCOMED_OF_HOST, None),
        "words with a remix request, or with its answer": (remix_requests.MAX_WORDS, remix_requests.MAX_WORDS),
        "roles in a remix request, or in a stamp": (remix_requests.MAX_ROLES, remix_requests.MAX_ROLES),
        "suggestions of one actor in an hour": (offering.MAX_AN_HOUR, offering.MAX_AN_HOUR),
        "suggestions about one record that wait for an answer": (offering.MAX_WAITING, None),
        "those suggestions of one actor": (offering.MAX_WAITING_OF_ONE, None),
        "those suggestions of one other host": (offering.MAX_WAITING_OF_HOST, None),
        "invitations of one actor in an hour to write a record": (giving.MAX_AN_HOUR, giving.MAX_AN_HOUR),
        "people who write one record with its author, or are invited to": (None, giving.MAX_PENS),
        "versions in an hour that one actor writes of records of others": (writing.MAX_AN_HOUR, writing.MAX_AN_HOUR),
        "news of one challenge or project in a day": (news_elsewhere.MAX_A_DAY, news.MAX_A_DAY),
        "letters of one challenge or project in an hour": (private_notes.MAX_AN_HOUR, None),
        "offers to one challenge in a day of which leaders elsewhere get letters": (None, MAX_WRITTEN),
        "entries on a page of a log": (None, paging.PAGE),
        "reason in a log": (None, logbook.MAX_REASON),
        "steps of a project": (MAX_STEPS, MAX_STEPS),
        "challenges of a step": (MAX_CHALLENGES, MAX_CHALLENGES),
        "leaders of a project": (MAX_LEADERS, MAX_LEADERS),
        "needs of a challenge or a project": (MAX_OF_ONE, MAX_OF_ONE),
        "words of an invitation to a project, or of the wish to join it": (elsewhere.MAX_WORDS, members.MAX_WORDS),
        "invitations to projects elsewhere that wait for one person": (elsewhere.MAX_INVITED, None),
        "those invitations of one host": (elsewhere.MAX_INVITED_BY_HOST, None),
        "projects elsewhere that one person asks to join in a day": (None, elsewhere.MAX_ASKED_A_DAY),
        "people who are in a project, or are invited": (None, members.MAX_MEMBERS),
        "people who wait to be let into a project": (members.ASKING.of_all, None),
        "those people of one other host": (members.ASKING.of_host, None),
        "people whom one leader invites in a day": (None, members.MAX_INVITED_A_DAY),
        "challenges of one other host that wait to be part of one project": (offered.MAX_OF_HOST, None),
        "answers of one other host in a day to what a challenge or project looks for": (needs.MAX_OF_HOST_A_DAY, None),
        "people whom one leader asks in a day what they did for a production": (None, roles.MAX_ASKED),
        "lines that stand in a proposal itself": (proposal_vocab.MAX_INLINE, proposal_vocab.MAX_INLINE),
        "lines of a proposal in all": (MAX_LINES, MAX_LINES),
        "things that one Group says of its proposals in an hour": (meeting.MAX_AN_HOUR, None),
        "proposals of one other host that are kept": (meeting.MAX_COPIES, None),
        "things said to one proposal that are kept with a copy": (replies_elsewhere.MAX_REPLIES, None),
        "revisions that are kept of one of those": (copies.MAX_REVISIONS, None),
        "proposals of one other host of which a copy is begun in a day": (meeting.MAX_NEW_A_DAY, None),
        "objections to one proposal by people of one other host who left no trace in it": (
            objecting.MAX_LEFT_OUT_OF_HOST,
            None,
        ),
        "comments of people of one other host on one proposal in a day": (commenting.MAX_COMMENTS_OF_HOST_A_DAY, None),
        "answers of one person to proposals in an hour": (proposals_taking.MAX_AN_HOUR, None),
        "ends of its log that one instance tells in an hour": (heads.MAX_AN_HOUR, None),
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
        if activity["actor"] == "https://b.example/u/bo"
    ]
    assert {"@context", *updated[0]} == EXAMPLES["record"].keys()
    answer = await stage[1].get(updated[0]["id"].removeprefix("https://b.example"), accept="application/activity+json")
    served = answer.json()
    assert served.pop("proof")["created"][:19] == updated[0]["updated"][:19]
    assert served == {"@context": RECORD_CONTEXT, **updated[0]}


async def test_every_record_agrees_with_its_digest_wherever_it_arrives(stage: tuple[Instance, Instance]) -> None:
    for instance in stage:
        known = await instance.run(lambda: Record.filter(is_post=False).values_list("title", "digest_holds"))
        assert ("Rain on tin", True) in known
        assert all(holds for _, holds in known), known


async def test_a_prompt_of_ours_reads_like_the_example(stage: tuple[Instance, Instance]) -> None:
    served = (await stage[0].get("/c/rain/prompt", accept="application/activity+json")).json()
    assert served.pop("proof")["created"][:19] == served["updated"][:19]
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


async def test_every_public_activity_carries_a_proof_and_so_does_what_people_say_about_money(sent: list[Json]) -> None:
    for activity in sent:
        is_public = protocol.PUBLIC in [*activity.get("to", []), *activity.get("cc", [])]
        is_kept = activity["type"] in ("Accept", "Reject", "Undo") and any(
            word in json.dumps(activity["object"]) for word in ('"Proposal"', '"objection"', '"Agreement"', '"credit"')
        )
        assert ("proof" in activity) is (is_public or is_kept), activity["type"]


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


async def _suggest(one: Instance, other: Instance, bo: Actor, film: Record, song: Record) -> None:
    """bo suggests the film to the author of the song as a change to it, and thinks again."""
    variation, heard = await other.run(_with_author, film), await other.find_record(song.uri)
    suggestion = await other.run(suggest_change, bo, variation, heard, words="With pictures?")
    await settle(other, one)
    await other.run(withdraw_suggestion, bo, suggestion)
    await settle(other, one)


async def _write_together(one: Instance, other: Instance, ana: Actor, bo: Actor) -> None:
    """ana writes something with bo, and then without him."""
    draft = drafts.RecordDraft(title="Duet", text="One.", licence="CC0-1.0")
    duet, met = await one.run(records.publish_record, ana, draft), await one.meet(bo)
    pen = await one.run(lambda: share_pen(ana, duet, met, words="Shall we?"))
    await settle(one, other)
    held = await other.run(lambda: Pen.get(record_uri=duet.uri))
    await other.run(accept_pen, bo, held)
    await settle(other, one)
    held = await other.run(lambda: Pen.get(record_uri=duet.uri))
    present = await other.run(writing.present_version, other.state["remote"], held)
    store, cache, settings = other.state["store"], other.state["media_cache"], other.state["settings"]
    changes = writing.Changes(title="Duet", text="One. Two.")
    ways: Any = {"settings": settings, "keyring": other.state["keyring"]}
    await other.run(lambda: writing.write_version(store, cache, bo, held, changes, present=present, **ways))
    await settle(other, one)
    await one.run(take_back_pen, ana, pen)
    await settle(one, other)


async def _make_together(one: Instance, other: Instance, ana: Actor, bo: Actor) -> None:
    """ana begins a project; bo is invited, says no, asks, is let in, leaves, asks again, and thinks again."""
    keyring = one.state["keyring"]
    plan = [steps.StepDraft(title="Sounds", text="Rain.")]
    draft = projects.ProjectDraft(title="The tin roof", slug="tin", text="A film of rain.", tags=["rain"], steps=plan)
    begun = await one.run(lambda: projects.begin_project(ana, keyring, draft))
    project = await one.run(lambda: with_parts(Project.filter(id=begun.id)).get())
    row = await one.run(lambda: Step.get(project_id=project.id))
    step = await one.run(get_step, project, row.uri.rpartition("/")[2])
    await one.run(steps.publish_step, ana, step)
    await one.run(projects.launch_project, ana, project)
    met = await one.meet(bo)

    async def copy() -> Project:
        await settle(one, other)
        return await other.run(lambda: with_parts(Project.filter(actor__uri=project.actor.uri)).get())

    await one.run(members.invite_member, ana, project, met)
    there = await copy()
    await other.run(lambda: elsewhere.answer_elsewhere(bo, there, accepts=False))
    await other.run(elsewhere.ask_elsewhere, bo, there)
    await copy()
    await one.run(lambda: members.decide_request(ana, project, met, let_in=True))
    await copy()
    await one.run(steps.finish_step, ana, step)
    await one.run(lambda: projects.change_project(ana, project, replace(draft, title="Tin roof")))
    await other.run(elsewhere.leave_elsewhere, bo, there)
    await copy()
    await other.run(elsewhere.ask_elsewhere, bo, there)
    await copy()
    await one.run(lambda: members.decide_request(ana, project, met, let_in=False))
    await copy()
    await other.run(elsewhere.ask_elsewhere, bo, there)
    await other.run(elsewhere.leave_elsewhere, bo, there)
    await copy()
    cy = await one.meet("https://b.example/u/cy")
    await one.run(members.invite_member, ana, project, cy)
    await copy()
    await other.run(lambda: ProjectMember.get(actor__uri=cy.uri, state="invited"))
    await other.run(_agree_to_project, cy.uri, there)
    await copy()
    await one.run(lambda: members.remove_member(ana, project, cy, reason="They asked for it."))
    await copy()
    stranger = await one.meet(Peer(one.network, "social.example").actor("di"))
    await one.run(members.invite_member, ana, project, stranger)
    await copy()
    await _finish(one, other, ana)


async def _finish(one: Instance, other: Instance, ana: Actor) -> None:
    """What the project finishes is frozen and released, and then it is named where it can be seen."""

    async def finish() -> None:
        project = await with_parts(Project.filter(actor__local_handle="tin")).get()
        words = preparing.ProductionDraft(title="Tin, the film", text="Nine minutes of rain.", language="en")
        production = await get_production_row((await preparing.prepare_production(ana, project, words)).id)
        song = (
            await Record.filter(author_id=ana.id, visibility="public").order_by("id").select_related("author").first()
        )
        assert song is not None
        await picking.use_records(ana, production, [picking.Pick(record=song)])
        await freezing.freeze_production(ana, production)
        await releasing.release_production(ana, await get_production_row(production.id))
        await preparing.set_links(ana, production, [("The cinema", "https://cinema.example/tin")])

    await one.run(finish)
    await settle(one, other)
    await _credit(one, other, ana)


async def _credit(one: Instance, other: Instance, ana: Actor) -> None:
    """Bo, on the other instance, is named for a role and contests it, and lets money be made with what he made."""
    bo = await other.run(lambda: Actor.get(local_handle="bo"))
    drums = await other.run(
        records.publish_record, bo, drafts.RecordDraft(title="Drums", text="bum", licence="CC-BY-NC-4.0")
    )
    known, met = await one.find_record(drums.uri), await one.meet(bo)

    async def freeze() -> None:
        project = await with_parts(Project.filter(actor__local_handle="tin")).get()
        words = preparing.ProductionDraft(title="Tin, the album", text="Nine songs.", licence="CC-BY-NC-4.0")
        production = await get_production_row((await preparing.prepare_production(ana, project, words)).id)
        await picking.use_records(ana, production, [picking.Pick(record=known)])
        await roles.add_role(ana, production, role="mus", person=met)
        await freezing.freeze_production(ana, production)

    async def ask() -> None:
        production = await get_production_row((await Production.get(title="Tin, the album")).id)
        await ask_for_grants(ana, production, [known.id])

    await one.run(freeze)
    await settle(one, other)
    [credit] = await other.run(lambda: own_credits(bo, waiting=True, limit=9))
    for happening, reason in ((CreditHappening.CONTEST, "I sang."), (CreditHappening.CONFIRM, "")):
        await other.run(credits_elsewhere.answer_elsewhere, bo, credit, happening, reason=reason)
        await settle(other, one)
    await one.run(ask)
    await settle(one, other)
    told = await other.run(lambda: Notification.get(kind="grant_asked"))
    asked, group = await other.run(find_question, bo, told.url.rpartition("/")[2])
    await other.run(grant_elsewhere, bo, asked, group)
    await settle(other, one)
    await _pay(one, other, ana, bo)


async def _pay(one: Instance, other: Instance, ana: Actor, bo: Actor) -> None:
    """Money is to be shared; bo, on the other instance, objects, accepts, and gives his share back in the end."""

    async def propose() -> None:
        project = await with_parts(Project.filter(actor__local_handle="tin")).get()
        home = await home_of(project.actor)
        words = PoolDraft(kind=PoolKind.PROFIT_SPLIT, title="Sales", currency="EUR", rule=Rule.HOST)
        pool = await Pool.get(id=(await open_pool(ana, home, words)).id).select_related("group")
        titles = ("Tin, the film", "Tin, the album")
        made = [await get_production_row(each.id) for each in await Production.filter(title__in=titles)]
        proposal = await beginning.begin_proposal(ana, pool, made, "Sales of Tin")
        lines = await DraftLine.filter(proposal_id=proposal.id).order_by("id")
        written = [
            drafting.LineDraft(key=line.key, label=line.label, role=line.role, weight=1, reason="As it is heard.")
            for line in lines
        ]
        draft = await get_proposal(proposal.key, ana)
        await drafting.save_lines(ana, draft, draft.version, written)
        draft = await get_proposal(proposal.key, ana)
        await publish_revision(ana, draft, version=draft.version)

    async def copy() -> tuple[PayProposal, str]:
        found = await PayProposal.get(title="Sales of Tin")
        return found, (await ProposalRevision.get(proposal_id=found.id, number=found.number)).digest

    async def tell_head() -> None:
        proposal, digest = await copy()
        async with transaction():
            await heads.send_head(proposal, await ProposalRevision.get(digest=digest))

    await one.run(propose)
    await settle(one, other)
    proposal, digest = await other.run(copy)
    words = ObjectionDraft(kind="too_little", words="I sang as well.", remedy="More.", wanted=600_000)
    said = await other.run(lambda: proposals_elsewhere.object_elsewhere(bo, proposal, words, digest=digest))
    await settle(other, one)

    async def answer() -> None:
        objection = await Objection.get(activity_uri=said.activity_uri)
        await answer_objection(ana, objection, resolution="rejected", words="You clapped.")

    await one.run(answer)
    await settle(one, other)
    await other.run(lambda: proposals_elsewhere.appeal_elsewhere(bo, said, "I sang."))
    rash = await other.run(lambda: proposals_elsewhere.object_elsewhere(bo, proposal, words, digest=digest))
    await settle(other, one)
    await other.run(lambda: proposals_elsewhere.withdraw_elsewhere(bo, rash))
    await other.run(lambda: proposals_elsewhere.accept_elsewhere(bo, proposal, digest))
    await settle(other, one)
    await other.run(lambda: proposals_elsewhere.accept_elsewhere(bo, proposal, digest, recused=True))
    await settle(other, one)
    await one.run(tell_head)
    await settle(one, other)


async def _agree_to_project(person: str, project: Project) -> None:
    await elsewhere.answer_elsewhere(await Actor.get(uri=person), project, accepts=True)


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

    wanted = await one.run(needs.name_need, ana, rain.actor, "anm", "Twelve drawings of drops.")
    await settle(one, other)
    answered = await other.run(lambda: Need.get(uri=wanted.uri).select_related("group"))
    await other.run(needs.answer_need, bo, answered, "With ink.")
    await settle(other, one)
    wanted.group = rain.actor
    await one.run(needs.fill_need, ana, wanted)
    await settle(one, other)

    heard = await other.find_record(song.uri)
    draft = drafts.RecordDraft(
        title="Tin rain, slowed",
        text="Rain on a *roof*.",
        licence="CC-BY-SA-4.0",
        language="en",
        warning="Loud thunder",
        ai_preference="disallow",
        feedback_wanted="Too short?",
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
        await one.run(decide, ana, await one.run(lambda: Submission.get(record__uri=film.uri)), "Listen to it.")
        await settle(one, other)
    waiting = await one.run(lambda: Submission.get(record__uri=film.uri))
    await one.run(submissions.decline_submission, ana, waiting, "We are looking for sound without words.")
    longer = challenges.ChallengeChange(deadline_at=now() + timedelta(days=30), reason="The rain comes late this year.")
    await one.run(challenges.change_challenge, ana, rain, longer)
    told = await one.run(lambda: news.post_news(ana, rain.actor, title="Clouds", text="They come."))
    await settle(one, other)
    await one.run(lambda: news.change_news(ana, told, title="Clouds", text="They came."))
    await settle(one, other)
    await one.run(news.take_back_news, ana, told)

    await _remix(one, other, ana, bo)
    await _suggest(one, other, bo, film, song)
    await _write_together(one, other, ana, bo)
    await _make_together(one, other, ana, bo)
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
    await _claim(one, other)
    await one.run(move_away, one.state["remote"], await one.run(lambda: Actor.get(local_handle="cy")), cy.uri)
    await settle(one, other)


async def _report(instance: Instance, accused: Any) -> None:
    """Somebody of the instance reports `accused`, and a moderator tells their instance."""
    account = await instance.run(lambda: Account.get(actor__local_handle="bo").select_related("actor"))
    viewer = Viewer(account=account, actor=account.actor, seen_at=now())
    made = await instance.run(reporting.report, viewer, [accused.uri], category=Category.SPAM)
    await instance.run(forward, Operator("command line"), instance.state["site"], made, words="Please have a look.")


async def _claim(one: Instance, other: Instance) -> None:
    """Somebody says three times that a source is missing in a record of the other instance; twice it is decided."""
    bo, moderator = await other.run(lambda: Actor.get(local_handle="bo")), await one.run(_viewer_of, "olga")
    song = await one.run(lambda: Record.get(title="Longer").select_related("author"))
    theirs = await other.find_record(song.uri)
    for number, upholds in enumerate((None, False, True)):
        melody = await other.run(
            records.publish_record, bo, drafts.RecordDraft(title=f"Melody {number}", text="la", licence="CC0-1.0")
        )
        await one.find_record(melody.uri)
        claim = await other.run(_say, bo, theirs, melody.uri)
        await settle(other, one)
        at_home = await one.run(lambda uri=melody.uri: Claim.get(source_uri=uri))  # type: ignore[misc]
        if upholds is None:
            await other.run(claims.withdraw, bo, claim.key)
        else:
            await one.run(claims.decide_claim, moderator, at_home.key, upholds=upholds, reason="We listened to both.")
        await settle(other, one)


async def _say(claimant: Any, record: Record, source: str) -> Claim:
    draft = claims.ClaimDraft(kind=ClaimKind.MISSING_SOURCE, words="It is my melody.", source=source)
    return await claims.open_claim(claimant, record, draft)


async def _viewer_of(name: str) -> Viewer:
    account = await Account.get(actor__local_handle=name).select_related("actor")
    return Viewer(account=account, actor=account.actor, seen_at=now())


async def _remix(one: Instance, other: Instance, ana: Any, bo: Any) -> None:
    """Somebody asks about a remix, and not any more; and for a quote, where nothing else is known."""
    closed = drafts.RecordDraft(title="Held", text="h", licence="CC0-1.0", remixing="nobody")
    held = await one.run(records.publish_record, ana, closed)
    source = drafts.SourceDraft(record=await other.find_record(held.uri))
    again = drafts.RecordDraft(title="Held again", text="h", licence="CC0-1.0", sources=[source])
    await other.run(records.publish_record, bo, again)
    await settle(other, one)
    asked = await other.run(lambda: RemixRequest.get(source_uri=held.uri))
    await other.run(withdraw_request, bo, asked)
    await settle(other, one)

    peer = Peer(one.network, "social.example")
    sky = peer.note(
        peer.actor("cy"),
        "11",
        content="<p>A sky. I release this under CC BY 4.0</p>",
        interactionPolicy={"canQuote": {"automaticApproval": [protocol.PUBLIC]}},
    )
    peer.serve(sky["id"], {"@context": [ACTIVITYSTREAMS, "https://gotosocial.org/ns"], **sky})
    above = drafts.SourceDraft(record=await one.find_record(sky["id"]))
    below = drafts.RecordDraft(title="Below", text="b", licence="CC-BY-4.0", sources=[above])
    await one.run(records.publish_record, ana, below)
    await settle(one, other)


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
    await instance.run(submissions.accept_submission, leader, offered, "What a sky!")
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
            version=1,
            licence="CC-BY-SA-4.0",
            pays=Pays.POT,
            amount=50_000,
            currency="EUR",
            rule="In equal parts.",
            method="We listen together.",
            text="Half to the band.",
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
