"""Documents that are given from memory say the same as those that are made anew, at every moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Account
from fedirec.activitypub.models import Actor
from fedirec.db import execute
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Record
from fedirec.web import ready
from tests.network import Instance

ACTIVITY = "application/activity+json"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses whose documents were put aside, in order. Nothing is replaced, only listened to."""
    told: list[str] = []
    keep = ready.ReadyAnswers._keep

    def listened(self: ready.ReadyAnswers, key: tuple[str, str], recording: ready.Recording) -> None:
        told.append(key[1])
        keep(self, key, recording)

    monkeypatch.setattr(ready.ReadyAnswers, "_keep", listened)
    return told


@pytest.fixture
async def ana(here: Instance) -> Actor:
    return await here.join("ana")


def _draft(title: str = "Song", **changes: Any) -> RecordDraft:
    return RecordDraft(title=title, text="la la", licence="CC-BY-4.0", **changes)


async def _path_of(here: Instance, ana: Actor, **changes: Any) -> tuple[Record, str]:
    record = await here.run(publish_record, ana, _draft(**changes))
    return record, record.uri.removeprefix(here.origin)


async def _get(here: Instance, path: str, **headers: str) -> httpx.Response:
    async with here.client() as client:
        client.headers.clear()
        return await client.get(path, headers={"accept": ACTIVITY, **headers})


async def test_a_document_is_made_once_and_given_to_all(
    here: Instance, ana: Actor, made: list[str], database_kind: str
) -> None:
    _, path = await _path_of(here, ana)

    first = await _get(here, path)
    second = await _get(
        here, path, accept=f'{ACTIVITY}, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    )

    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert {**first.headers, "x-request-id": ""} == {**second.headers, "x-request-id": ""}
    # With PostgreSQL there may be other processes, of whose changes this one would not hear.
    assert made == ([path] if database_kind == "sqlite" else [])


async def test_a_page_at_the_same_address_stays_a_page(here: Instance, ana: Actor) -> None:
    _, path = await _path_of(here, ana)
    await _get(here, path)

    page = await here.get(path)

    assert page.headers["content-type"].startswith("text/html")


async def test_an_edited_record_shows_its_new_version_at_once(here: Instance, ana: Actor) -> None:
    record, path = await _path_of(here, ana)
    assert (await _get(here, path)).json()["name"] == "Song"

    await here.run(edit_record, ana, record, _draft("Song, again"))

    assert (await _get(here, path)).json()["name"] == "Song, again"


async def test_a_deleted_record_is_gone_at_once(here: Instance, ana: Actor) -> None:
    record, path = await _path_of(here, ana)
    assert (await _get(here, path)).status_code == 200

    await here.run(delete_record, ana, record)

    assert (await _get(here, path)).status_code == 410


async def _rename(ana: Actor) -> None:
    await Actor.filter(id=ana.id).update(name="Ana B.")


async def _rename_by_hand(ana: Actor) -> None:
    await execute("UPDATE actor SET name = 'Ana B.' WHERE id = ?", ana.id)


async def _rename_row(ana: Actor) -> None:
    row = await Actor.get(id=ana.id)
    row.name = "Ana B."
    await row.save()


@pytest.mark.parametrize("change", [_rename, _rename_by_hand, _rename_row])
async def test_whoever_changes_a_row_changes_the_document(
    here: Instance, ana: Actor, change: Callable[[Actor], Awaitable[None]]
) -> None:
    await _get(here, "/u/ana")

    await here.run(change, ana)

    assert (await _get(here, "/u/ana")).json()["name"] == "Ana B."


async def test_a_suspended_person_is_not_there_at_once(here: Instance, ana: Actor) -> None:
    assert (await _get(here, "/u/ana")).status_code == 200

    async def suspend() -> None:
        await Actor.filter(id=ana.id).update(state="suspended")
        await Account.filter(actor_id=ana.id).update(state="suspended")

    await here.run(suspend)

    assert (await _get(here, "/u/ana")).status_code == 404


async def test_what_is_for_followers_is_never_kept(here: Instance, ana: Actor, made: list[str]) -> None:
    _, path = await _path_of(here, ana, visibility="followers")

    answers = [await _get(here, path) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert made == []


@pytest.mark.parametrize("headers", [{"authorization": "Bearer nonsense"}, {"cookie": "session=nonsense"}])
async def test_whoever_says_who_they_are_is_looked_at(
    here: Instance, ana: Actor, made: list[str], headers: dict[str, str]
) -> None:
    _, path = await _path_of(here, ana)
    await _get(here, path)
    made.clear()

    answer = await _get(here, path, **headers)

    assert answer.status_code == (401 if "authorization" in headers else 200)
    assert made == []


async def test_a_site_that_answers_over_tls_says_so_in_each_answer(here: Instance, ana: Actor) -> None:
    _, path = await _path_of(here, ana)

    answers = [await _get(here, path) for _ in range(2)]

    assert all("strict-transport-security" in answer.headers for answer in answers)
    assert all("content-security-policy" in answer.headers for answer in answers)


async def test_only_so_much_is_kept(
    here: Instance, ana: Actor, made: list[str], database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind == "postgres":
        return
    monkeypatch.setattr(ready, "MAX_ANSWERS", 1)
    _, one = await _path_of(here, ana)
    _, other = await _path_of(here, ana)

    for path in (one, other, one):
        assert (await _get(here, path)).status_code == 200

    assert made == [one, other, one]
