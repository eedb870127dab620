"""The public log of a challenge: what was decided, by whom and why, for everybody to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block
from fedirec.activitypub.models import Actor
from fedirec.errors import Invalid
from fedirec.html import plain
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.records import delete_record
from fedirec.remix.logbook import DECISIONS, Happening
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.logs.telling import SENTENCES
from fedirec.remix.queries.logs import Told, log_of
from tests.network import Instance
from tests.remix.test_pages_challenges import answer_with, ask

pytestmark = pytest.mark.one_database
both = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
"""For the few that ask the databases for everything that the others do."""


async def _write(here: Instance, group: Actor, *entries: dict[str, Any]) -> None:
    for entry in entries:
        await here.run(lambda entry=entry: log(group, **entry))  # type: ignore[misc]


async def _read(here: Instance, group: Actor, **how: Any) -> Sequence[Told]:
    entries: Sequence[Told] = await here.run(lambda: log_of(group, limit=50, **how))
    return entries


async def _group(challenge: Challenge) -> Actor:
    return await challenge.actor


def test_everything_that_can_happen_is_told_in_a_sentence() -> None:
    assert set(SENTENCES) == set(Happening)
    for kind, sentence in SENTENCES.items():
        told = sentence % {"person": "Bo", "record": "“Vega”", "title": "Ink"}
        assert told.endswith("."), kind
        assert "%" not in told


async def test_the_page_tells_each_of_them_with_who_and_why(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana)
    submission = await answer_with(here, bo, challenge, "Vega & <b>")
    record = await here.run(lambda: Record.get(id=submission.record_id))
    group = await here.run(_group, challenge)
    kinds = [kind for kind in Happening if kind is not Happening.OPENED]
    for kind in kinds:
        entry = {"kind": kind, "by": ana, "person": bo, "record": record, "reason": f"because of {kind}"}
        await _write(here, group, {**entry, "details": {"title": "Ink <i>", "until": "2026-12-01T10:00:00+00:00"}})
    seen = ""
    url: str | None = "/c/stars/log"
    while url:
        page = await here.get(url)
        assert page.status_code == 200
        seen += page.text
        more = re.search(r'href="(/c/stars/log\?after=[^"]+)"', page.text)
        url = more[1] if more else None
    for kind in kinds:
        assert f"because of {kind}<" in seen, kind
    assert "Vega &amp; &lt;b&gt;" in seen
    assert "<b>" not in seen
    assert "Ink &lt;i&gt;" in seen
    assert "%(" not in seen
    decisions = (await here.get("/c/stars/log?only=decisions")).text
    assert "because of chosen<" in decisions
    assert "because of selecting<" not in decisions
    assert Happening.SELECTING not in DECISIONS


async def test_a_decision_needs_a_reason_that_is_not_too_long(here: Instance) -> None:
    ana = await here.join("ana")
    group = await here.run(_group, await ask(here, ana))
    for reason in ("", "  \n", "x" * 1_001):
        with pytest.raises(Invalid) as refused:
            await here.run(lambda reason=reason: log(group, Happening.DECLINED, by=ana, reason=reason))  # type: ignore[misc]
        assert refused.value.field == "reason"


@both
async def test_what_cannot_be_seen_any_more_and_who_does_not_want_to_be_named_is_not_named(here: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    challenge = await ask(here, ana)
    group = await here.run(_group, challenge)
    gone, shy, kept = [
        await here.run(lambda row=row: Record.get(id=row.record_id).select_related("author"))  # type: ignore[misc]
        for row in [await answer_with(here, bo, challenge, title) for title in ("Gone", "Shy", "Kept")]
    ]
    about = [{"kind": Happening.DECLINED, "by": ana, "person": bo, "record": each} for each in (gone, shy, kept)]
    await _write(here, group, *({**entry, "reason": "Not now."} for entry in about))
    await here.run(delete_record, bo, gone)
    await here.run(lambda: Record.filter(id=shy.id).update(visibility="followers"))

    first, second, third = [each for each in await _read(here, group) if each.kind is Happening.DECLINED][::-1]
    assert (first.record, first.person, first.reason) == (None, None, "Not now.")
    assert (second.record, second.person) == (None, None)
    assert third.record is not None
    assert third.person is not None
    assert (third.record.title, third.person.handle) == ("Kept", "bo")
    page = plain((await here.get("/c/stars/log")).text)
    assert "Gone" not in page
    assert "Shy" not in page
    assert "something that cannot be seen any more by somebody was not taken up" in page

    await here.run(block, cy, bo)
    [third, *_] = [each for each in await _read(here, group, viewer=cy) if each.kind is Happening.DECLINED]
    assert (third.record, third.person) == (None, None), "who has blocked somebody reads nothing of them"
    await here.run(lambda: Actor.filter(id=bo.id).update(state="suspended"))
    assert all(each.person is None and each.record is None for each in await _read(here, group))


@both
async def test_programs_read_the_log_as_a_collection(here: Instance) -> None:
    ana = await here.join("ana")
    group = await here.run(_group, await ask(here, ana))
    await _write(here, group, {"kind": Happening.EXTENDED, "by": ana, "reason": "More time."})
    whole = (await here.get("/c/stars/log", accept="application/activity+json")).json()
    assert (whole["id"], whole["type"]) == ("https://here.test/c/stars/log", "OrderedCollection")
    page = (await here.get(whole["first"].removeprefix(here.origin), accept="application/activity+json")).json()
    entry = page["orderedItems"][0]
    assert (entry["happening"], entry["actor"], entry["content"]) == ("extended", ana.uri, "More time.")
    assert entry["context"] == group.uri
