"""How each fact is looked up over HTTP, as a stranger could: it raises FedirecError with why it is not so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Final

import httpx

from fedirec.activitypub import vocab
from fedirec.activitypub.digests import read_digest_multibase
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.proofs import verify_proof
from fedirec.activitypub.vocab import ActorObject, Vocabulary
from fedirec.clock import now
from fedirec.demo.cast import CHALLENGE, CURRENCY, KINDS, LINES, OPEN_FOR, PEOPLE, PIECES, POT, SLUG, WITH_FILES
from fedirec.demo.essence import essence_of
from fedirec.demo.trails import (
    credits_in,
    path_of,
    shown_credits,
    shown_page,
    told_trail,
    why_not_agreed,
    why_not_credited,
    why_not_whole,
)
from fedirec.demo.world import ACTIVITY, World
from fedirec.errors import Conflict, PeerUnavailable
from fedirec.remix import vocab as remix_vocab
from fedirec.remix.digest import digest_holds
from fedirec.remix.lineage_file import Level, verify
from fedirec.remix.terms import Pays
from fedirec.remix.vocab import ChallengeObject, RecordObject

_SOON: Final = timedelta(minutes=10)
_TAGS: Final = {"illustration": "img", "melody": "audio", "film": "video"}


def expect(is_so: bool, why: str) -> None:
    """Raises Conflict with `why` unless it is so."""
    if not is_so:
        raise Conflict(why)


def instance_answers(world: World, letter: str) -> None:
    origin = world.servers[letter].origin
    links = world.document(f"{origin}/.well-known/nodeinfo", accept="application/json")["links"]
    told = world.document(links[0]["href"], accept="application/json")
    expect(told["software"]["name"] == "fedirec", "it is something else")
    expect(told["protocols"] == ["activitypub"], "it does not speak ActivityPub")


def instances_are_strangers(world: World) -> None:
    """Each has an actor and keys of its own, and cookies that no other one reads."""
    keys = {world.document(f"{server.origin}/actor")["publicKey"]["publicKeyPem"] for server in world.servers.values()}
    expect(len(keys) == len(world.servers), "two of them have the same key")
    cookies = {name: set(browser.cookies) for name, browser in world.browsers.items()}
    expect(all(cookies.values()), "somebody was not signed in with a cookie")
    shared = cookies["ana"] & cookies["bo"] | cookies["bo"] & cookies["cy"] | cookies["ana"] & cookies["cy"]
    expect(not shared, f"two of them use the cookie {', '.join(shared)}")


def handle_leads_to(world: World, name: str) -> None:
    """WebFinger, there and back."""
    server = world.server_of(name)
    actor = _read(_found_by_handle(world, server.origin, f"{name}@{server.host}"))
    expect(isinstance(actor, ActorObject) and actor.type == "Person", "it leads to no person")
    expect(actor.handle == name and actor.name == PEOPLE[name].shown, f"it leads to {actor.name}")
    expect({key.kind for key in actor.keys} == {"rsa", "ed25519"}, "its keys are not all there")


def challenge_is_as_promised(world: World) -> None:
    server = world.servers["A"]
    challenge = _read(_found_by_handle(world, server.origin, f"{SLUG}@{server.host}"))
    expect(isinstance(challenge, ChallengeObject), "its handle leads to something else")
    expect(challenge.actor.name == CHALLENGE, f"it is called {challenge.actor.name}")
    expect(tuple(map(str, challenge.kinds_wanted)) == KINDS, f"it wants {challenge.kinds_wanted}")
    led_by = world.document(f"{world.challenge}/moderators")["orderedItems"]
    expect(led_by == [f"{server.origin}/u/ana"], f"it is led by {led_by}")
    expect(challenge.state == "open" and challenge.deadline is not None, "it is not open")
    expect(abs(challenge.deadline - now() - OPEN_FOR) < _SOON, f"it closes {challenge.deadline}")
    terms = challenge.terms
    expect(terms is not None, "it has no terms, or they are not what their digest says")
    expect((terms.pays, terms.amount, terms.currency) == (Pays.POT, POT * 100, CURRENCY), f"it pays {terms}")
    expect(terms.licence == "CC-BY-SA-4.0", f"its licence is {terms.licence}")


def prompt_is_pinned(world: World) -> None:
    pinned = world.document(f"{world.challenge}/featured")["orderedItems"]
    expect([note.get("name") for note in pinned] == [CHALLENGE], "the brief is not pinned")
    expect(bool(pinned[0].get("attachment")), "its picture is missing")


def challenge_took(world: World) -> None:
    accepted = world.document(world.document(f"{world.challenge}/submissions")["first"])["orderedItems"]
    expect(accepted == [world.records["story"], world.records["film"]], f"it holds {accepted}")


def challenge_is_shown_elsewhere(world: World) -> None:
    """Bo's instance shows what Ana promised, and who took part."""
    words = world.page_of("bo", world.challenge).tree.text
    for wanted in (CHALLENGE, "300", "Ana", PIECES["story"].title):
        expect(wanted in words, f"B does not show “{wanted}”")


def followers_have_it(world: World) -> None:
    """Bo follows the challenge, so the film that it accepted is in his feed."""
    feed = world.browsers["bo"].open("/").tree.text
    expect(PIECES["film"].title in feed, "the film is not in Bo's feed")


def record_is_whole(world: World, key: str) -> None:
    """The digest of the record holds, and it names its sources, its licence and its author's part."""
    piece = PIECES[key]
    record = _record(world, key)
    expect(digest_holds(record), "its digest is of something else")
    sources = tuple((source.id, str(source.relation)) for source in record.sources)
    expect(sources == tuple((world.records[source], how) for source, how in piece.sources), f"made from {sources}")
    expect(record.licence == "https://creativecommons.org/licenses/by-sa/4.0/", f"its licence is {record.licence}")
    author = f"{world.server_of(piece.author).origin}/u/{piece.author}"
    expect(record.attributed_to == author, f"it is by {record.attributed_to}")
    roles = [part.role.rpartition("/")[2] for part in record.contributors if part.person == author]
    expect(roles == [piece.role], f"its author is {roles}")
    expect(str(record.media_kind) == piece.kind, f"it is {record.media_kind}")


def file_is_whole(world: World, key: str) -> None:
    """What can be downloaded is what the record says, with words for those who cannot see or hear it."""
    attachment = _record(world, key).attachments[0]
    response = world.get(attachment.url)
    expect(response.status_code == httpx.codes.OK, f"{attachment.url} answered {response.status_code}")
    expect(response.headers["content-type"] == attachment.media_type, "it is of another type")
    expect(_sha256(response.content) == read_digest_multibase(attachment.digest or ""), "its digest is another one")
    expect(attachment.description == PIECES[key].alt, "its description is missing")
    if key != "illustration":
        expect((attachment.duration_ms or 0) > 5_000, f"it lasts {attachment.duration_ms} ms")
    if key != "melody":
        expect((attachment.width or 0) > 600, f"it is {attachment.width} wide")


def copy_is_the_same(world: World, letter: str, key: str) -> None:
    """Another instance shows and plays the same from its own address: what it packed anew holds what it held before."""
    if key not in world.essences:
        world.essences[key] = essence_of(world.get(_record(world, key).attachments[0].url).content)
    address = shown_page(world, letter, key).address_of(_TAGS[key])
    expect(address.startswith(world.servers[letter].origin), f"it is not from {letter}")
    copy = world.get(address)
    expect(copy.status_code == httpx.codes.OK, f"{address} answered {copy.status_code}")
    expect(essence_of(copy.content) == world.essences[key], "the copy is not the same")


def words_are_proved(world: World, key: str) -> None:
    """The author's announcement carries a proof, made with the key that their actor document names."""
    actor = _read(world.document(f"{world.server_of(PIECES[key].author).origin}/u/{PIECES[key].author}"))
    page = world.document(world.document(actor.outbox)["first"])
    creates = [activity for activity in page["orderedItems"] if activity["type"] == "Create"]
    create: dict[str, Any] = next((each for each in creates if each["object"]["id"] == world.records[key]), {})
    expect(create.get("actor") == actor.id, "its author has not announced it")
    keys = {each.id: each.public for each in actor.keys if each.kind == "ed25519"}
    method = create.get("proof", {}).get("verificationMethod")
    expect(method in keys, "the proof is missing, or made with a key that is not the author's")
    verify_proof(create, read_public_key(keys[method]), now=now())


def stranger_is_refused(world: World) -> None:
    """What comes without a signature, or with somebody else's, is taken by no inbox."""
    forged = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{world.servers['B'].origin}/activities/forged",
        "type": "Delete",
        "actor": f"{world.servers['B'].origin}/u/bo",
        "object": world.records["story"],
    }
    for letter, server in world.servers.items():
        answer = world.post(f"{server.origin}/inbox", body=json.dumps(forged).encode(), content_type=ACTIVITY)
        expect(answer.status_code == httpx.codes.UNAUTHORIZED, f"{letter} answered {answer.status_code}")


def trail_is_whole(world: World, letter: str) -> None:
    if missing := why_not_whole(world, told_trail(world, letter)):
        raise Conflict(missing)


def authors_agree(world: World, letter: str) -> None:
    """The licence permits every remix, and the stamps of all authors of sources are known."""
    if missing := why_not_agreed(told_trail(world, letter)):
        raise Conflict(missing)


def lineage_is_proved(world: World, letter: str) -> None:
    """The lineage of the film leaves the instance as a file, and what is in it is proved by the authors' own keys."""
    page = world.get(f"{path_of(world, letter, 'film')}/lineage/file")
    expect(page.status_code == httpx.codes.OK, f"{page.url} answered {page.status_code}")
    report = verify(page.content, now=now())
    if false := [finding.sentence for finding in report.false]:
        raise Conflict(false[0])
    expect(len(report.derivations) == sum(len(piece.sources) for piece in PIECES.values()), "steps are missing")
    for step in report.derivations:
        proved = {finding.code for finding in step.findings if finding.level is Level.PROVED}
        wanted = {"derivation-signed", "permission-licence", "stamp-signed"}
        expect(wanted <= proved, f"{step.record} is not proved: {', '.join(sorted(wanted - proved))}")
    changed = page.content.replace(PIECES["story"].title.encode(), b"Somebody else's story")
    expect(verify(changed, now=now()).is_false, "a changed title is not found")


def trails_are_the_same(world: World, letters: Sequence[str]) -> None:
    first, *others = (_plain(told_trail(world, letter)) for letter in letters)
    expect(all(other == first for other in others), "they differ")


def credits_are_complete(world: World, letter: str) -> None:
    """In the document for programs and on the page for people."""
    for lines in (credits_in(told_trail(world, letter)), shown_credits(world, letter)):
        if wrong := why_not_credited(lines):
            raise Conflict(wrong)


def credits_are_the_same(world: World, letters: Sequence[str]) -> None:
    first, *others = (shown_credits(world, letter) for letter in letters)
    expect(all(other == first for other in others), "they differ")


def story_knows_its_children(world: World, letter: str) -> None:
    """The trail leads forward too: from the story to everything that was made from it."""
    told = told_trail(world, letter, "story")
    book = world.records.get("book")
    expect(book is None or book in {row["id"] for row in told["records"]}, "the book is not in it")
    rest = {
        "records": [row for row in told["records"] if row["id"] != book],
        "derivations": [edge for edge in told["derivations"] if edge["record"] != book],
    }
    if missing := why_not_whole(world, rest):
        raise Conflict(missing)
    words = shown_page(world, letter, "story").tree.text
    for key in WITH_FILES:
        expect(PIECES[key].title in words, f"its page does not show “{PIECES[key].title}”")


def story_can_be_read(world: World, letter: str) -> None:
    words = shown_page(world, letter, "story").tree.text
    expect(all(line in words for line in LINES), "its words are missing")


def is_off(world: World, letter: str) -> None:
    try:
        world.get(f"{world.servers[letter].origin}/readyz")
    except PeerUnavailable:
        return
    raise Conflict("it still answers")


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary([*vocab.TYPES, *remix_vocab.TYPES])


def _read(document: dict[str, Any]) -> Any:
    return _vocabulary().read(document)


def _record(world: World, key: str) -> RecordObject:
    record = _read(world.document(world.records[key]))
    if not isinstance(record, RecordObject):
        raise Conflict("that is no record")
    return record


def _found_by_handle(world: World, origin: str, handle: str) -> dict[str, Any]:
    found = world.document(f"{origin}/.well-known/webfinger?resource=acct:{handle}", accept="application/jrd+json")
    expect(found["subject"] == f"acct:{handle}", f"the answer is about {found['subject']}")
    link = next(link["href"] for link in found["links"] if link["rel"] == "self")
    return world.document(link)


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """What a trail says, without the order of its parts, and without when which instance was asked for them."""
    return {
        name: sorted(json.dumps(row, sort_keys=True) for row in told[name])
        for name in ("records", "derivations", "credits")
    }


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
