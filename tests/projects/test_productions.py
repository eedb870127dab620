"""Productions: what is in them is checked, frozen once and released, and everybody in them is credited and told."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Announcement, Outgoing
from fedirec.admin.actions.instances import choose_announcements
from fedirec.projects.actions.productions import meeting
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.preparing import set_links
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.actions.productions.roles import add_role, answer_role
from fedirec.projects.actions.tasks import TaskDraft, make_task
from fedirec.projects.models import Production, Project, RoleLine
from fedirec.projects.queries.productions import get_production_row, links_of, manifest_of, with_parts
from fedirec.projects.queries.releases import parts_in_releases
from fedirec.remix.actions.instance_announcements import bring_news_up_to_date
from fedirec.remix.actions.pseudonyms.wishing import leave_unnamed
from fedirec.remix.models import LogEntry, Record, Source
from tests.api.programs import Program, token_for
from tests.network import Instance, Network, settle
from tests.projects.producing import production_with, project_at, record_by
from tests.projects.stage import let_in

pytestmark = pytest.mark.anyio


async def find_production(uri: str) -> Production | None:
    return await with_parts(Production.filter(uri=uri)).first()


@pytest.mark.one_database
async def test_an_instance_whose_admins_want_that_announces_what_its_projects_release(here: Instance) -> None:
    ada = await here.join("ada")
    production = await production_with(here, ada, await project_at(here, ada), [await record_by(here, ada, "Sky")])
    await here.run(choose_announcements, Operator(f"{here.origin}/actor"), ["productions"])

    async def finish() -> Record:
        frozen = await freeze_production(ada, await get_production_row(production.id))
        return await release_production(ada, await get_production_row(frozen.id))

    record = await here.run(finish)
    await here.run(bring_news_up_to_date)
    said = await here.run(lambda: Announcement.filter(actor__uri=f"{here.origin}/actor").values("object_uri"))
    assert [each["object_uri"] for each in said] == [record.uri]


async def test_what_is_frozen_is_released_as_a_record_of_the_project_with_its_whole_lineage(here: Instance) -> None:
    ada, bo, cy = [await here.join(name) for name in ("ada", "bo", "cy")]
    project = await project_at(here, ada)
    sky, song = await record_by(here, bo, "Sky"), await record_by(here, cy, "Song")
    production = await production_with(here, ada, project, [sky, song])

    async def finish() -> Record:
        line = await add_role(ada, production, role="fmd", person=bo)
        await answer_role(bo, production, line.id, is_so=True)
        await add_role(ada, production, role="flm", name="Dora, without an account")
        await add_role(ada, production, role="pdr", person=ada)
        frozen = await freeze_production(ada, await get_production_row(production.id))
        return await release_production(ada, await get_production_row(frozen.id))

    record = await here.run(finish)

    async def look() -> None:
        fresh = await get_production_row(production.id)
        assert (fresh.state, fresh.record_id) == ("released", record.id)
        assert record.author_id == project.actor_id
        sources = await Source.filter(record_id=record.id).order_by("position").values_list("uri", flat=True)
        found = await manifest_of(fresh)
        assert found is not None
        manifest, digest = found
        assert manifest.digest == digest
        assert [str(uri) for uri in sources] == [used.id for used in manifest.records]
        assert {used.id for used in manifest.records} == {sky.uri, song.uri}
        assert {(role.name, role.is_confirmed) for role in manifest.roles} == {
            ("bo", True),
            ("ada", True),
            ("Dora, without an account", False),
        }
        told = await Notification.all().select_related("account__actor")
        kinds = {(each.account.actor.handle, each.kind) for each in told}
        assert {("bo", "role_proposed"), ("bo", "work_used"), ("cy", "work_used")} <= kinds
        assert {("bo", "production_released"), ("cy", "production_released")} <= kinds
        logged = await LogEntry.filter(group_id=project.actor_id).order_by("id").values_list("kind", flat=True)
        assert [str(kind) for kind in logged][-4:] == ["frozen", "stage_set", "released", "stage_set"]
        moved = await LogEntry.filter(group_id=project.actor_id, kind="stage_set").order_by("id")
        assert [each.details["stage"] for each in moved] == ["early", "finished", "released"]
        assert moved[-1].reason.startswith("A production is published")
        assert (await Project.get(id=project.id)).stage == "released"
        create = await Outgoing.get(object_uri=record.uri, type="Create")
        assert create.document["object"]["production"] == {
            "type": "Production",
            "id": production.uri,
            "digestMultibase": digest,
        }
        assert create.document["object"]["attributedTo"] == project.actor.uri

    await here.run(look)


async def test_who_asks_not_to_be_named_after_it_was_frozen_is_named_nowhere_but_in_the_list_that_is_digested(
    here: Instance,
) -> None:
    ada, bo, cy, dee = [await here.join(name) for name in ("ada", "bo", "cynthia", "desdemona")]
    project = await project_at(here, ada)
    wanted = ((cy, "Sky"), (cy, "Song"), (bo, "Rain"))
    sky, song, rain = [await record_by(here, author, title) for author, title in wanted]
    production = await production_with(here, ada, project, [sky, song, rain])

    async def finish() -> RoleLine:
        line = await add_role(ada, production, role="fmd", person=dee, words="As Desdemona does.")
        await freeze_production(ada, await get_production_row(production.id))
        return line

    line = await here.run(finish)
    path = production.uri.removeprefix(here.origin)
    async with here.client() as client:
        client.headers["accept"] = "application/json"
        leader = Program(here, client, await token_for(here, "ada"))
        nobody = Program(here, client, None)

        async def named(name: str) -> dict[str, bool]:
            shown = {page: (await here.get(page)).text for page in (path, "/p/dawn", "/p/dawn/feed", "/p/dawn/log")}
            for call in ("show_production", "show_production_credits"):
                shown[call] = json.dumps(await nobody.get(call, production.id))
            return {where: name in said.lower() for where, said in shown.items()}

        before = await named("cynthia")
        assert [where for where, is_named in before.items() if is_named] == [
            path,
            "show_production",
            "show_production_credits",
        ]
        assert await named("desdemona") == before
        digest = (await nobody.get("show_production", production.id))["digest"]

        await here.run(leave_unnamed, cy, sky)
        page = (await here.get(path)).text
        assert ">cynthia</a>" in page, "for the other record she is named"
        assert "No page here names them" in page
        people = (await nobody.get("show_production_credits", production.id))["people"]
        assert [each["records"] for each in people if each["name"] == "cynthia"] == [1]
        await here.run(leave_unnamed, cy, song)
        await here.run(lambda: answer_role(dee, production, line.id, is_so=False))
        await here.work()
        assert await named("cynthia") == await named("desdemona") == dict.fromkeys(before, False)
        kept = await nobody.get("show_production", production.id)
        assert (kept["digest"], kept["roles"], len(kept["manifest"]["records"])) == (digest, [], 3)
        assert [each["state"] for each in (await leader.get("show_production", production.id))["roles"]] == ["declined"]
    for name, listed in (("cynthia", "records"), ("desdemona", "roles")):
        entries = (await here.get(f"{path}/{listed}?after=0", accept="application/activity+json")).text
        assert name in entries, "or the digest would not hold"
    frozen = await here.run(lambda: manifest_of(production))
    assert frozen is not None
    assert frozen[0].digest == frozen[1] == digest


async def test_another_instance_shows_it_with_a_manifest_that_it_digested(here: Instance, there: Instance) -> None:
    ada, bo, cy = await here.join("ada"), await here.join("bo"), await there.join("cy")
    project = await project_at(here, ada)
    song = await record_by(there, cy, "Song")
    sky, known = await record_by(here, bo, "Sky"), await here.find_record(song.uri)
    production = await production_with(here, ada, project, [sky, known])
    group = await there.meet(project.actor.uri)
    await there.run(follow, cy, group)
    await settle(here, there)

    async def finish() -> Record:
        await add_role(ada, production, role="fmd", person=await here.meet(cy.uri))
        await add_role(ada, production, role="pro", name="Dora")
        bos = await add_role(ada, production, role="edt", person=bo)
        await answer_role(bo, production, bos.id, is_so=True)
        await freeze_production(ada, await get_production_row(production.id))
        await answer_role(bo, production, bos.id, is_so=False)
        await set_links(ada, production, [("The cinema", "https://cinema.example/dawn")])
        released = await release_production(ada, await get_production_row(production.id))
        assert [part.name for part in await parts_in_releases([released.id])] == ["cy", "Dora"]
        await answer_role(bo, production, bos.id, is_so=True)
        return released

    record = await here.run(finish)
    assert [part.name for part in await here.run(parts_in_releases, [record.id])] == ["bo", "cy", "Dora"]
    await settle(here, there)

    async def asked() -> list[str]:
        said = await Outgoing.filter(actor_id=project.actor_id, type="Create").order_by("id")
        return [each.document["object"]["content"] for each in said if each.document["to"] == [cy.uri]]

    question = (await here.run(asked))[0]
    assert "names you in the credits of" in question
    assert "next=/money/code" in question
    assert "/money/code" not in "".join((await here.run(asked))[1:]), "it is offered with the first credit"
    assert production.uri.removeprefix(here.origin) in question

    async def look() -> None:
        copy = await find_production(production.uri)
        assert copy is not None
        assert (copy.state, copy.digest_holds) == ("released", True)
        assert copy.record is not None
        assert copy.record.uri == record.uri
        found = await manifest_of(copy)
        assert found is not None
        assert {used.id for used in found[0].records} == {sky.uri, song.uri}
        assert [role.name for role in found[0].roles] == ["bo", "cy", "Dora"]
        named = await parts_in_releases([copy.record.id])
        assert [part.name for part in named] == ["Dora"], "nobody knows here what cy says"
        assert [link.url for link in await links_of(copy)] == ["https://cinema.example/dawn"]
        assert await Source.filter(record__uri=record.uri).count() == 2

    await there.run(look)

    async def change() -> None:
        await set_links(ada, production, [("The shop", "https://shop.example/dawn")])

    await here.run(change)
    await settle(here, there)

    async def look_again() -> None:
        copy = await find_production(production.uri)
        assert copy is not None
        assert [link.label for link in await links_of(copy)] == ["The shop"]

    await there.run(look_again)


async def test_a_list_that_says_something_else_than_its_digest_makes_no_manifest(
    here: Instance, there: Instance, network: Network
) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    await there.join("cy")
    project = await project_at(here, ada)
    production = await production_with(here, ada, project, [await record_by(here, bo, "Sky")])

    async def finish() -> Record:
        await freeze_production(ada, production)
        return await release_production(ada, await get_production_row(production.id))

    record = await here.run(finish)
    page = f"{production.uri}/records?after=0"
    served = (await here.get(page.removeprefix(here.origin), accept="application/activity+json")).json()
    served["orderedItems"][0]["attributionName"] = "Somebody else"
    kind = {"content-type": "application/activity+json"}
    network.answers[page] = httpx.Response(200, headers=kind, content=json.dumps(served).encode())
    await there.find_record(record.uri)
    await settle(there)

    async def look() -> None:
        copy = await find_production(production.uri)
        assert copy is not None
        assert not copy.digest_holds
        assert await manifest_of(copy) is None

    await there.run(look)
    del network.answers[page]

    async def ask_again() -> None:
        await meeting.find_production(there.state["remote"], production.uri, fresh=True)
        copy = await find_production(production.uri)
        assert copy is not None
        assert copy.digest_holds
        found = await manifest_of(copy)
        assert found is not None
        assert [used.author_name for used in found[0].records] == ["bo"]

    await there.run(ask_again)
    row = await there.run(find_production, production.uri)
    assert row is not None
    shown = await there.get(f"/productions/remote/{row.id}")
    assert "it is what it says" in shown.text
    copied = await there.find_record(record.uri)
    assert "Released by the project" in (await there.get(f"/records/remote/{copied.id}")).text


@pytest.mark.one_database
async def test_a_copy_of_somebodys_data_has_their_places_tasks_and_roles(here: Instance) -> None:
    ada, bo = await here.join("ada"), await here.join("bo")
    project = await project_at(here, ada)
    await let_in(here, ada, project, bo)
    await here.run(lambda: make_task(ada, project, TaskDraft(title="Colour", assignee=bo)))
    production = await production_with(here, ada, project, [await record_by(here, ada, "Sky")])
    await here.run(lambda: add_role(ada, production, role="fmd", person=bo))
    async with here.sign_in("bo") as browser:
        await browser.post("/settings/data/archive", data={"make": "on"})
        await here.work()
        copy = zipfile.ZipFile(io.BytesIO((await browser.get("/settings/data/archive")).content))
    (theirs,) = json.loads(copy.read("projects.json"))
    assert (theirs["project"], theirs["you"]) == (project.actor.uri, "active")
    assert [task["title"] for task in theirs["tasks"]] == ["Colour"]
    assert [(line["production"], line["role"], line["state"]) for line in theirs["roles"]] == [
        (production.title, "fmd", "proposed")
    ]
    assert theirs["text"] == "", "what the leaders wrote is theirs"
