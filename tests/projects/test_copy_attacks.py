"""What a hostile server says of its projects and productions, and what of ours is nobody's business any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.contexts import PRODUCTION_CONTEXT
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.actions import tasks
from fedirec.projects.actions.productions.meeting import find_production
from fedirec.projects.manifests import Manifest, RoleCredit
from fedirec.projects.models import Step
from fedirec.projects.vocab import ProductionObject
from fedirec.remix.models import Record
from fedirec.remix.roles import CONTRIBUTOR
from tests.conftest import Pass
from tests.network import Instance, Network
from tests.projects.producing import production_with, record_by
from tests.projects.stage import launch, meet_project
from tests.projects.test_federation_attacks import CONTEXT, Elsewhere

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


@pytest.fixture
def evil(network: Network) -> Elsewhere:
    return Elsewhere(network)


def finish(evil: Elsewhere, *roles: RoleCredit) -> str:
    """A frozen production whose digest is that of its manifest."""
    uri = f"{evil.uri}/productions/1"
    manifest = Manifest.make(
        production=uri,
        project=evil.uri,
        title="Great",
        licence="https://creativecommons.org/licenses/by/4.0/",
        frozen_at=now(),
        roles=[(0, role) for role in roles],
    )
    named: dict[str, Any] = {"@context": PRODUCTION_CONTEXT, "id": f"{uri}/roles", "type": "OrderedCollection"}
    evil.peer.serve(f"{uri}/roles", named | {"orderedItems": [role.write() for role in manifest.roles]})
    described = ProductionObject(
        id=uri,
        project=evil.uri,
        name="Great",
        digest=manifest.digest,
        head=manifest.write_head(),
        roles=f"{uri}/roles",
    )
    evil.peer.serve(uri, {"@context": PRODUCTION_CONTEXT, **described.write()})
    return uri


async def test_a_server_does_not_confirm_for_people_of_others_what_it_says_of_them(
    here: Instance, evil: Elsewhere
) -> None:
    ana = await here.join("ana")
    theirs = evil.peer.actor("eve")
    said: dict[str, Any] = {"role": CONTRIBUTOR.iri, "is_confirmed": True}
    uri = finish(evil, RoleCredit(name="Xana", person=ana.uri, **said), RoleCredit(name="Zeve", person=theirs, **said))
    found = await here.run(lambda: find_production(here.state["remote"], uri))
    assert found.digest_holds
    page = (await here.get(f"/productions/remote/{found.id}")).text
    assert page.count("as evil.test says") == 1
    assert "as evil.test says" in page[page.index("Xana") : page.index("Zeve")]


async def test_a_date_to_come_makes_no_project_the_newest_for_ever(
    here: Instance, evil: Elsewhere, time_passes: Pass
) -> None:
    evil.describe(published="2999-01-01T00:00:00Z")
    first = (await meet_project(here, evil.uri)).launched_at
    assert first is not None
    assert first <= now()
    changes: list[dict[str, Any]] = [{}, {"published": "2999-01-01T00:00:00Z"}]
    for again in changes:
        time_passes(timedelta(days=1))
        evil.describe(**again)
        assert (await meet_project(here, evil.uri, fresh=True)).launched_at == first


async def test_a_project_does_not_take_the_step_of_another_of_its_server(here: Instance, evil: Elsewhere) -> None:
    evil.steps = [evil.step("own")]
    evil.describe()
    copy = await meet_project(here, evil.uri)
    thief = f"{evil.peer.origin}/users/thief"
    lists: dict[str, Any] = {"steps": f"{thief}/steps", "attributedTo": f"{thief}/moderators", "@context": CONTEXT}
    evil.peer.actor("thief", type="Group", kind="project", **lists)
    listed = [evil.step("own", isPartOf=thief), {**evil.step("new", isPartOf=thief), "id": f"{thief}/steps/new"}]
    document = {"@context": CONTEXT, "id": f"{thief}/steps", "type": "OrderedCollection", "orderedItems": listed}
    evil.peer.serve(f"{thief}/steps", document)
    other = await meet_project(here, thief)
    rows = await here.run(lambda: Step.all().order_by("id"))
    assert [(row.project_id, row.title) for row in rows] == [(copy.id, "own"), (other.id, "new")]


async def test_dates_of_projects_that_nobody_sees_are_in_no_calendar(here: Instance) -> None:
    ana = await here.join("ana")
    project = await launch(here, ana)
    due = tasks.TaskDraft(title="Nasty words", due_at=now() + timedelta(days=3))
    await here.run(tasks.make_task, ana, project, due)
    assert "Nasty words" in (await here.get("/calendar.ics")).text
    await here.run(lambda: Actor.filter(id=ana.id).update(state="suspended"))
    assert (await here.get("/p/moonfilm")).status_code == 404
    assert "Nasty words" not in (await here.get("/calendar.ics")).text


async def test_the_preview_of_credits_does_not_tell_what_is_not_public_any_more(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    record = await record_by(here, bo, "Regrettable words")
    used = await here.run(lambda: Record.get(id=record.id).select_related("author"))
    production = await production_with(here, ana, project, [used])
    pages = ["/p/moonfilm", production.uri.removeprefix(here.origin), f"/api/productions/{production.id}/credits"]
    assert "Regrettable" in (await here.get(pages[1])).text
    await here.run(lambda: Record.filter(id=record.id).update(visibility="private"))
    for page in pages:
        kind = "application/json" if page.startswith("/api/") else "text/html"
        shown = await here.get(page, accept=kind)
        assert shown.status_code == 200
        assert "Regrettable" not in shown.text
