"""A lineage leaves its instance as a file, and is found to be true wherever it is opened."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Gone, NotFound
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.actions.lineage_files import MAX_CHECKED, export_lineage
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.witnesses import MAX_INSTANCES, NO_STATEMENT, TOO_MANY, ask_witnesses, fetch_statement
from fedirec.remix.lineage_file import LineageFile, Report, Why, read_file, verify
from fedirec.remix.lineage_file.witnesses import CONTEXT as WITNESS_CONTEXT
from fedirec.remix.lineage_file.witnesses import MAX_PEOPLE, address_of_statement
from fedirec.remix.models import Pseudonym, Record
from fedirec.remix.queries.lineage_files import get_shown_record
from fedirec.remix.queries.witnesses import known_keys
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.remix.forms import fields_of
from tests.remix.test_comments import ACTIVITY, document_at, publish
from tests.remix.test_remix_requests import SOON


async def exported(instance: Instance, address: str, *, asks: bool = True, limit: int = 10_000) -> bytes:
    """The file as `instance` makes it."""

    async def export() -> bytes:
        parts = instance.state
        remote = parts["remote"] if asks else None
        record = await get_shown_record(address)
        return await export_lineage(record, site=parts["site"], keyring=parts["keyring"], remote=remote, limit=limit)

    return await instance.run(export)


def checked(data: bytes) -> tuple[LineageFile, Report]:
    report = verify(data, now=now())
    assert not report.is_false, [finding.sentence for finding in report.false]
    return read_file(data), report


def codes(report: Report) -> dict[tuple[str, str], list[str]]:
    return {(each.record, each.source): [found.code for found in each.findings] for each in report.derivations}


def bindings(report: Report) -> Mapping[str, list[str]]:
    return {each.owner: [found.code for found in each.findings] for each in report.keys}


@pytest.fixture
async def chain(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> tuple[Record, Record, Record]:
    """Ana made something here, bo made something of it there, and cy something of that elsewhere."""
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    rain = await publish(here, ana)
    slow = await remix(there, bo, rain.uri)
    for _ in range(2):  # the stamp comes, and then the version that carries it
        await settle(here, there, elsewhere)
        time_passes(SOON)
    await settle(here, there, elsewhere)
    film = await remix(elsewhere, cy, slow.uri)
    for _ in range(2):
        await settle(here, there, elsewhere)
        time_passes(SOON)
    await settle(here, there, elsewhere)
    return rain, slow, film


async def remix(instance: Instance, author: Actor, uri: str) -> Record:
    sources = [SourceDraft(record=await instance.find_record(uri))]
    await settle(instance)
    return await publish(instance, author, "Slow rain", sources=sources)


async def test_three_instances_one_file_and_everything_in_it_is_proved(
    here: Instance, there: Instance, elsewhere: Instance, chain: tuple[Record, Record, Record], network: Network
) -> None:
    rain, slow, film = chain
    data = await exported(elsewhere, film.uri)
    file, report = checked(data)
    assert (file.record, file.exporter, file.is_whole) == (film.uri, f"{elsewhere.origin}/actor", True)
    assert codes(report) == {
        (slow.uri, rain.uri): ["derivation-signed", "permission-licence", "stamp-signed"],
        (film.uri, slow.uri): ["derivation-signed", "permission-licence", "stamp-signed"],
    }
    assert {finding.code for each in report.records for finding in each.findings} == {"record-signed"}
    assert report.findings[0].code == "file-signed"
    assert {each.instance for each in file.silences} == set()
    assert "key-witnessed" in bindings(report)[f"{here.origin}/u/ana"]

    again = await exported(elsewhere, film.uri)
    assert again == data

    network.down |= {here.host, there.host}
    alone, report = checked(await exported(elsewhere, film.uri))
    assert {each.instance: each.why for each in alone.silences} == {
        here.origin: "no answer",
        there.origin: "no answer",
    }
    assert codes(report).keys() == {(slow.uri, rain.uri), (film.uri, slow.uri)}
    quiet, _ = checked(await exported(elsewhere, film.uri, asks=False))
    assert {each.why for each in quiet.silences} == {"not asked"}


# On pages


@pytest.mark.one_database
async def test_a_page_says_what_is_proved_and_gives_the_file(
    here: Instance, there: Instance, elsewhere: Instance, chain: tuple[Record, Record, Record]
) -> None:
    rain, slow, _film = chain
    path = slow.uri.removeprefix(there.origin)
    assert f'href="{path}/lineage/verify"' in (await there.get(f"{path}/lineage")).text

    page = await there.get(f"{path}/lineage/verify")
    assert page.status_code == 200
    assert "Nothing in it is false" in page.text
    assert "has signed that it was made from this source." in page.text
    assert "@ana@here.test has signed that they agree" in page.text

    kept = await there.get(f"{path}/lineage/file")
    assert kept.headers["content-type"] == "application/vnd.fedirec.lineage+json"
    assert "attachment" in kept.headers["content-disposition"]
    checked(kept.content)

    known = await elsewhere.find_record(rain.uri)
    assert (await elsewhere.get(f"/records/remote/{known.id}/lineage/verify")).status_code == 200
    checked((await elsewhere.get(f"/records/remote/{known.id}/lineage/file")).content)

    async with here.client() as browser:
        told = await browser.post("/lineage/verify", files={"file": ("lineage.json", kept.content)})
        assert "Nothing in it is false" in told.text
        assert "is known to you since" in told.text
        pasted = await browser.post("/lineage/verify", data={"text": f"\n{kept.text}\n"})
        assert "Nothing in it is false" in pasted.text
        changed = kept.content.replace(b"Rain on tin", b"Hail on tin", 1)
        told = await browser.post("/lineage/verify", files={"file": ("lineage.json", changed)})
        assert "Something in it is false" in told.text
        assert "was changed after" in told.text
        cut = await browser.post("/lineage/verify", data={"text": kept.text[:-1]})
        assert cut.status_code == 422
        assert "its end is missing" in cut.text
        assert fields_of(cut, "/lineage/verify")["text"] == [kept.text[:-1]]
        nothing = await browser.post("/lineage/verify", data={"text": " "})
        assert nothing.status_code == 422
        large = await browser.post("/lineage/verify", files={"file": ("lineage.json", b"x" * (MAX_CHECKED + 1))})
        assert large.status_code == 422
        for _ in range(100):
            answer = await browser.post("/lineage/verify", data={"text": "{}"})
            if answer.status_code == 429:
                break
        assert answer.status_code == 429


async def test_what_is_not_for_everybody_is_in_no_file(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    secret = await publish(here, ana, "A secret", visibility="followers")
    path = secret.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        assert (await browser.get(f"{path}/lineage/verify")).status_code == 404
        assert (await browser.get(f"{path}/lineage/file")).status_code == 404
    with pytest.raises(NotFound):
        await exported(here, secret.uri)

    source = await publish(here, ana, "Soon hidden")
    remixed = await remix(here, bo, source.uri)
    await here.run(lambda: Record.filter(id=source.id).update(visibility="hidden"))
    data = await exported(here, remixed.uri)
    file, _report = checked(data)
    assert [version.record for version in file.versions] == [remixed.uri]
    assert [(each.record, each.why) for each in file.left_out] == [(source.uri, Why.WITHHELD)]

    await here.run(delete_record, bo, remixed)
    with pytest.raises(Gone):
        await exported(here, remixed.uri)


@pytest.mark.one_database
async def test_a_source_that_was_deleted_stays_in_the_file_as_it_was_signed(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    source = await publish(here, ana)
    remixed = await remix(here, bo, source.uri)
    await here.run(delete_record, ana, source)
    file, report = checked(await exported(here, remixed.uri))
    kept = {version.record: version for version in file.versions}[source.uri]
    assert (kept.is_gone, kept.is_current) == (True, False)
    assert codes(report)[remixed.uri, source.uri][:2] == ["derivation-signed", "permission-licence"]


async def test_a_work_that_names_whoever_does_not_want_to_be_named_is_in_no_file(here: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    source = await publish(here, ana, parts=[PartDraft(actor=cy, role="mus")])
    remixed = await remix(here, bo, source.uri)

    async def documents() -> dict[str, bool]:
        file, _report = checked(await exported(here, remixed.uri))
        return {version.record: version.document is not None for version in file.versions}

    assert await documents() == {source.uri: True, remixed.uri: True}
    await here.run(lambda: Pseudonym.create(uri="urn:fedirec:unnamed:1", actor_uri=cy.uri, record_id=source.id))
    assert await documents() == {source.uri: False, remixed.uri: True}
    await here.run(lambda: Pseudonym.create(uri="urn:fedirec:unnamed:2", actor_uri=ana.uri, record_id=source.id))
    file, _report = checked(await exported(here, remixed.uri))
    assert [(each.record, each.why) for each in file.left_out] == [(source.uri, Why.WITHHELD)]


@pytest.mark.one_database
async def test_more_relatives_than_a_file_carries_are_told(here: Instance) -> None:
    ana = await here.join("ana")
    source = await publish(here, ana)
    for _ in range(3):
        await remix(here, ana, source.uri)
    file, report = checked(await exported(here, source.uri, limit=2))
    assert (file.is_whole, len(file.versions)) == (False, 3)
    assert not report.is_whole


# Witnesses


@pytest.mark.one_database
async def test_an_instance_says_which_keys_it_has_seen_and_signs_that(
    here: Instance, there: Instance, elsewhere: Instance, chain: tuple[Record, Record, Record]
) -> None:
    ana = f"{here.origin}/u/ana"
    address = address_of_statement(there.origin, [ana, f"{here.origin}/u/nobody"])
    document = await document_at(there, address)
    heard = await elsewhere.run(
        lambda: fetch_statement(elsewhere.state["remote"], there.origin, [ana, f"{here.origin}/u/nobody"])
    )
    assert heard == document
    assert {each["actor"] for each in document["witnessed"]} == {ana}
    known = await there.run(lambda: known_keys([ana]))
    assert {each["fingerprint"] for each in document["witnessed"]} == set(known.by_owner[ana])

    for query in ("", "?of=nonsense", "?" + "&".join(f"of={here.origin}/u/{n}" for n in range(MAX_PEOPLE + 1))):
        assert (await there.get(f"/actor/witness{query}", accept=ACTIVITY)).status_code == 400


@pytest.mark.one_database
async def test_only_so_many_instances_are_asked_and_the_others_are_named(here: Instance) -> None:
    origins = [f"https://w{number}.test" for number in range(MAX_INSTANCES + 3)]
    heard = await here.run(lambda: ask_witnesses(here.state["remote"], [f"{here.origin}/u/olga"], instances=origins))
    assert heard.statements == []
    assert len(heard.silences) == len(origins)
    assert sum(each.why == TOO_MANY for each in heard.silences) == 3


@pytest.mark.one_database
async def test_a_witness_that_speaks_of_others_or_does_not_sign_is_not_heard(here: Instance, network: Network) -> None:
    ana = f"{here.origin}/u/ana"
    address = address_of_statement("https://liar.test", [ana])
    said = {
        "@context": WITNESS_CONTEXT,
        "id": address,
        "type": "KeyWitness",
        "attributedTo": "https://liar.test/actor",
        "published": "2026-11-01T10:00:00Z",
        "witnessed": [],
    }
    for document in (said, said | {"attributedTo": f"{here.origin}/actor"}, {"type": "Note"}):
        network.answers[address] = httpx.Response(200, json=document, headers={"content-type": ACTIVITY})
        heard = await here.run(lambda: ask_witnesses(here.state["remote"], [ana], instances=["https://liar.test"]))
        assert (heard.statements, [each.why for each in heard.silences]) == ([], [NO_STATEMENT])
