"""What stands against a production is named, what is frozen stays, and nothing happens by halves."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from fedirec.activitypub.models import Outgoing
from fedirec.db import execute
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.picking import Pick, Placed, arrange, drop_record, use_records
from fedirec.projects.actions.productions.preparing import (
    ProductionDraft,
    change_production,
    discard_production,
    prepare_production,
    set_links,
)
from fedirec.projects.actions.productions.releasing import release_production, take_back_release
from fedirec.projects.actions.productions.roles import add_role, answer_role, remove_role
from fedirec.projects.fitness import Candidate, Flaw, flaws_in, stops
from fedirec.projects.manifests import credits_in
from fedirec.projects.models import Manifest, ProductionPart
from fedirec.projects.queries.productions import (
    checked_parts,
    get_production_row,
    links_of,
    manifest_of,
    released_productions,
)
from fedirec.projects.queries.projects import facts_of
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.submissions import withdraw_submission
from fedirec.remix.licences import BY, BY_NC, BY_ND, BY_SA, UNKNOWN
from fedirec.remix.models import Agreement, ChallengeTerms, Claim, LogEntry, News, Record, Submission
from tests.network import Instance
from tests.projects.producing import challenge_of, production_with, project_at, record_by

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("candidate", "flaws"),
    [
        (Candidate(licence=BY), ()),
        (Candidate(licence=BY_SA), ()),
        (Candidate(licence=BY_ND), (Flaw.LICENCE,)),
        (Candidate(licence=BY_NC), (Flaw.LICENCE,)),
        (Candidate(licence=UNKNOWN), (Flaw.NO_LICENCE,)),
        (Candidate(licence=BY, is_deleted=True, is_public=False), (Flaw.DELETED,)),
        (Candidate(licence=BY, is_public=False), (Flaw.NOT_PUBLIC,)),
        (Candidate(licence=BY, is_breach=True), (Flaw.BREACH,)),
        (Candidate(licence=BY, submission="withdrawn"), (Flaw.WITHDRAWN,)),
        (Candidate(licence=BY, submission="pending"), (Flaw.NOT_ACCEPTED,)),
        (Candidate(licence=BY, submission="declined"), (Flaw.NOT_ACCEPTED,)),
        (Candidate(licence=BY, submission="accepted", promised=BY_SA), ()),
        (Candidate(licence=BY, submission="accepted", promised=BY), (Flaw.TERMS,)),
        (Candidate(licence=BY, is_claimed=True, is_unreachable=True), (Flaw.CLAIMED, Flaw.UNREACHABLE)),
    ],
)
def test_what_is_the_matter_with_a_record_in_a_production_under_by_sa(
    candidate: Candidate, flaws: tuple[Flaw, ...]
) -> None:
    found = flaws_in(candidate, licence=BY_SA)
    assert found == flaws
    assert stops(found) == (bool(flaws) and candidate != Candidate(licence=BY, is_claimed=True, is_unreachable=True))


async def test_a_record_whose_licence_does_not_fit_is_named_and_nothing_is_frozen(here: Instance) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    records = [await record_by(here, bo, "Free"), await record_by(here, bo, "Closed", licence="CC-BY-ND-4.0")]
    production = await production_with(here, ada, project, records)

    async def check() -> None:
        fresh = await get_production_row(production.id)
        flaws = {each.part.record.title: each.flaws for each in await checked_parts(fresh)}
        assert flaws == {"Free": (), "Closed": (Flaw.LICENCE,)}
        with pytest.raises(Conflict, match="Closed"):
            await freeze_production(ada, fresh)
        assert not await Manifest.exists()
        assert (await get_production_row(production.id)).state == "draft"
        closed = await ProductionPart.get(record__title="Closed")
        await drop_record(ada, fresh, closed.id)
        await freeze_production(ada, fresh)
        assert await Manifest.all().count() == 1

    await here.run(check)


async def test_the_terms_that_the_author_agreed_to_bind_and_not_newer_ones(here: Instance) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    challenge = await challenge_of(here, ada, project, licence="CC-BY-SA-4.0")
    sky = await record_by(here, bo, "Sky", challenge=challenge)

    async def check() -> None:
        submission = await Submission.get(record_id=sky.id)
        await Submission.filter(id=submission.id).update(state="accepted")
        first = await ChallengeTerms.get(challenge_id=challenge.id)
        newer = await ChallengeTerms.create(
            challenge_id=challenge.id,
            version=2,
            licence="CC-BY-4.0",
            pays="nothing",
            decided_by="leaders",
            digest="zQmNewer",
        )
        made = await prepare_production(ada, project, ProductionDraft(title="Dawn", text="It is.", licence="CC-BY-4.0"))
        production = await get_production_row(made.id)
        await use_records(ada, production, [Pick(record=sky)])
        (checked,) = await checked_parts(production)
        assert checked.flaws == (Flaw.TERMS,)
        assert checked.terms is not None
        assert checked.terms.version == first.version
        await Agreement.create(submission_id=submission.id, version=2, digest=newer.digest)
        (checked,) = await checked_parts(production)
        assert checked.flaws == ()
        await freeze_production(ada, production)
        found = await manifest_of(production)
        assert found is not None
        (used,) = found[0].records
        assert (used.terms_version, used.terms_digest) == (2, "zQmNewer")
        assert (await Submission.get(id=submission.id)).outcome == "used"
        with pytest.raises(Conflict, match="frozen"):
            await withdraw_submission(bo, await Submission.get(id=submission.id))
        assert (await Submission.get(id=submission.id)).state == "accepted"

    await here.run(check)


async def test_what_is_frozen_is_never_changed_whoever_tries(here: Instance) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    sky = await record_by(here, bo, "Sky")
    production = await production_with(here, ada, project, [sky])

    async def check() -> None:
        line = await add_role(ada, production, role="fmd", person=bo)
        frozen = await freeze_production(ada, production)
        part = await ProductionPart.get(production_id=frozen.id)
        for again in (
            freeze_production(ada, frozen),
            change_production(ada, frozen, ProductionDraft(title="Dusk", text="It is.")),
            discard_production(ada, frozen),
            drop_record(ada, frozen, part.id),
            use_records(ada, frozen, [Pick(record=sky)]),
            arrange(ada, frozen, records={part.id: Placed(place=9)}),
            add_role(ada, frozen, role="flm", name="Dora"),
            remove_role(ada, frozen, line.id),
        ):
            with pytest.raises(Conflict, match="frozen"):
                await again
        row = await Manifest.get(production_id=frozen.id)
        with pytest.raises((IntegrityError, OperationalError)):
            await Manifest.filter(id=row.id).update(digest="zQmOther")
        with pytest.raises((IntegrityError, OperationalError)):
            await Manifest.filter(id=row.id).delete()

    await here.run(check)


async def test_only_leaders_prepare_freeze_and_release_and_only_whoever_is_named_answers(here: Instance) -> None:
    ada, bo, cy = [await here.join(name) for name in ("ada", "bo", "cy")]
    project = await project_at(here, ada)
    production = await production_with(here, ada, project, [await record_by(here, bo, "Sky")])

    async def check() -> None:
        line = await add_role(ada, production, role="fmd", person=cy)
        for deed in (
            prepare_production(bo, project, ProductionDraft(title="Mine", text="It is.")),
            change_production(bo, production, ProductionDraft(title="Mine", text="It is.")),
            use_records(bo, production, []),
            add_role(bo, production, role="fmd", name="Bo"),
            set_links(bo, production, []),
            freeze_production(bo, production),
            release_production(bo, production),
            discard_production(bo, production),
            answer_role(bo, production, line.id, is_so=True),
            answer_role(ada, production, line.id, is_so=True),
        ):
            with pytest.raises(Forbidden):
                await deed
        assert (await answer_role(cy, production, line.id, is_so=False)).state == "declined"
        await freeze_production(ada, production)
        found = await manifest_of(production)
        assert found is not None
        assert [line.name for line in credits_in(found[0])] == ["bo"]

    await here.run(check)


async def test_an_open_claim_marks_its_line_and_holds_up_no_other(here: Instance) -> None:
    ada, bo, cy = [await here.join(name) for name in ("ada", "bo", "cy")]
    project = await project_at(here, ada)
    mine = await record_by(here, cy, "First light")
    sky, song = await record_by(here, bo, "Sky"), await record_by(here, bo, "Song")
    production = await production_with(here, ada, project, [sky, song])

    async def check() -> None:
        await Claim.create(
            key="0" * 26, record_id=sky.id, kind="missing_source", claimant_id=cy.id, source_uri=mine.uri
        )
        flaws = {each.part.record.title: each.flaws for each in await checked_parts(production)}
        assert flaws == {"Sky": (Flaw.CLAIMED,), "Song": ()}
        await freeze_production(ada, production)
        found = await manifest_of(production)
        assert found is not None
        assert {used.title: used.is_claimed for used in found[0].records} == {"Sky": True, "Song": False}

    await here.run(check)


async def test_what_is_deleted_before_it_is_frozen_is_named_and_afterwards_it_stays_in_it(here: Instance) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    sky, song = await record_by(here, bo, "Sky"), await record_by(here, bo, "Song")
    production = await production_with(here, ada, project, [sky, song])

    async def check() -> None:
        await delete_record(bo, await Record.get(id=song.id).select_related("author"))
        with pytest.raises(Conflict, match="Song"):
            await freeze_production(ada, production)
        await drop_record(ada, production, (await ProductionPart.get(record_id=song.id)).id)
        await freeze_production(ada, production)
        await delete_record(bo, await Record.get(id=sky.id).select_related("author"))
        record = await release_production(ada, await get_production_row(production.id))
        assert await Record.filter(id=record.id, sources__uri=sky.uri).exists()

    await here.run(check)


async def test_links_are_https_and_nothing_else_and_change_at_any_time(here: Instance) -> None:
    ada = await here.join("ada")
    project = await project_at(here, ada)
    production = await production_with(here, ada, project, [])

    async def check() -> None:
        for url in ("http://cinema.example/", "javascript:alert(1)", "https://", "nonsense", "ftp://x.example"):
            with pytest.raises(Invalid) as refused:
                await set_links(ada, production, [("Cinema", url)])
            assert refused.value.field == "url"
        many = [(f"Place {number}", f"https://cinema.example/{number}") for number in range(21)]
        with pytest.raises(Invalid):
            await set_links(ada, production, many)
        await set_links(ada, production, many[:20])
        await set_links(ada, production, [("", "https://cinema.example/only")])
        (link,) = await links_of(production)
        assert (link.label, link.url) == ("cinema.example", "https://cinema.example/only")

    await here.run(check)


async def test_what_is_released_can_be_taken_back_and_its_manifest_stays(here: Instance) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    production = await production_with(here, ada, project, [await record_by(here, bo, "Sky")])

    async def check() -> None:
        assert not (await facts_of(project)).has_frozen
        await freeze_production(ada, production)
        assert (await facts_of(project)).has_frozen
        assert not (await facts_of(project)).has_released
        record = await release_production(ada, await get_production_row(production.id))
        assert (await facts_of(project)).has_released
        with pytest.raises(Conflict, match="already"):
            await release_production(ada, await get_production_row(production.id))
        with pytest.raises(Forbidden):
            await take_back_release(bo, await get_production_row(production.id))
        await take_back_release(ada, await get_production_row(production.id))
        assert (await Record.get(id=record.id)).deleted_at is not None
        assert await Outgoing.exists(object_uri=record.uri, type="Delete")
        assert await manifest_of(production) is not None
        assert await released_productions(limit=5) == []
        with pytest.raises(Conflict):
            await take_back_release(ada, await get_production_row(production.id))

    await here.run(check)


@pytest.mark.parametrize("deed", ["freeze", "release"])
async def test_what_breaks_in_the_middle_leaves_nothing_behind(here: Instance, deed: str) -> None:
    """The last thing that happens in each of them, telling people, fails: it is as if nothing had been begun."""
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    production = await production_with(here, ada, project, [await record_by(here, bo, "Sky")])

    async def check() -> None:
        if deed == "release":
            await freeze_production(ada, production)
        fresh = await get_production_row(production.id)
        before = await _everything()
        await execute("ALTER TABLE notification RENAME TO notification_away")
        with pytest.raises(OperationalError):
            await (freeze_production if deed == "freeze" else release_production)(ada, fresh)
        await execute("ALTER TABLE notification_away RENAME TO notification")
        assert await _everything() == before
        assert (await get_production_row(production.id)).state == ("draft" if deed == "freeze" else "frozen")
        await (freeze_production if deed == "freeze" else release_production)(ada, await get_production_row(fresh.id))

    await here.run(check)


async def _everything() -> list[Any]:
    return [await each.all().count() for each in (Manifest, Record, LogEntry, News, Outgoing)]
