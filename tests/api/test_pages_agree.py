"""What a program does and what a form does is the same thing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Challenge, ChallengeTerms, Record, RecordRevision
from tests.api.conftest import Programs
from tests.network import Instance

TYPED: Any = {"title": "Rain", "text": "On the *roof*.", "licence": "CC-BY-SA-4.0", "visibility": "public"}


async def test_a_record_from_a_form_and_one_from_a_program_travel_alike(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    async with here.sign_in("olga") as browser:
        typed = {**TYPED, "tags": "rain night", "language": "en", "warning": "wet", "do": "publish"}
        assert (await browser.post("/records/new", data=typed)).status_code == 303
    await olga.get("publish_record", **TYPED, tags=["rain", "night"], language="en", warning="wet")

    async def documents() -> list[Any]:
        return [
            _without_names(revision.document, record.uri)
            for record in await Record.all().order_by("id")
            for revision in await RecordRevision.filter(record_id=record.id)
        ]

    by_form, by_program = await here.run(documents)
    assert by_form == by_program


async def test_a_challenge_from_a_form_and_one_from_a_program_promise_alike(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    promised = {
        "licence": "CC-BY-4.0",
        "pays": "pot",
        "currency": "EUR",
        "decided_by": "community",
        "rule": "In equal parts.",
    }
    async with here.sign_in("olga") as browser:
        typed = {"title": "One", "text": "Send *rain*.", "kinds": "audio", "timezone": "UTC", "do": "publish"}
        answer = await browser.post("/challenges/new", data={**typed, **promised, "amount": "120", "terms": "Fair."})
        assert answer.status_code == 303
    terms = {**promised, "amount": 12000, "text": "Fair."}
    await olga.get("open_challenge", title="Two", text="Send *rain*.", kinds=["audio"], terms=terms)

    async def said() -> list[Any]:
        rows = await Challenge.all().order_by("id")
        digests = [(await ChallengeTerms.get(challenge_id=row.id)).digest for row in rows]
        groups = [await Actor.get(id=row.actor_id) for row in rows]
        return [
            (row.text, row.content, row.kinds, row.state, row.deadline_at, row.timezone, digest, group.type)
            for row, digest, group in zip(rows, digests, groups, strict=True)
        ]

    by_form, by_program = await here.run(said)
    assert by_form == by_program


async def test_both_are_refused_in_the_same_words(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    await here.join("ana")
    closed = await olga.get("publish_record", **{**TYPED, "title": "Closed", "licence": "CC-BY-ND-4.0"})
    ana = await program("ana")
    told = await ana.ask("publish_record", **TYPED, sources=[{"record": closed["id"]}], status=409)
    async with here.sign_in("ana") as browser:
        page = await browser.post("/records/new", data={**TYPED, "source": closed["id"], "do": "publish"})
    assert page.status_code == 422
    assert told.json()["detail"] in re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.text)))


def _without_names(document: Any, uri: str) -> Any:
    """The document, with the same word in the place of its own address, its time and what depends on them."""
    if isinstance(document, dict):
        return {
            key: _without_names(value, uri)
            for key, value in document.items()
            if key not in ("published", "recordDigest")
        }
    if isinstance(document, list):
        return [_without_names(value, uri) for value in document]
    return document.replace(uri, "itself") if isinstance(document, str) else document
