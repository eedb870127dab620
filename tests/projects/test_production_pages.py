"""Pages about productions: leaders prepare, freeze and release one without a script, and everybody sees the credits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.models import Production, ProductionPart, RoleLine
from fedirec.projects.queries.productions import get_production_row
from fedirec.remix.models import Submission
from tests.network import Instance
from tests.projects.producing import challenge_of, production_with, project_at, record_by

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def post(client: httpx.AsyncClient, path: str, data: Mapping[str, Any]) -> httpx.Response:
    return await client.post(path, data=dict(data) or {"do": "it"})


async def test_from_the_first_title_to_the_release_everything_is_done_on_pages(here: Instance) -> None:
    ada, bo, _cy = [await here.join(name) for name in ("ada", "bo", "cynthia")]
    project = await project_at(here, ada)
    challenge = await challenge_of(here, ada, project)
    sky = await record_by(here, bo, "Sky over the sea", challenge=challenge)
    other = await record_by(here, bo, "Song of the gulls")

    async def accept() -> int:
        await Submission.filter(record_id=sky.id).update(state="accepted")
        return int((await Submission.get(record_id=sky.id)).id)

    offered = await here.run(accept)
    async with here.sign_in("ada") as client:
        blank = (await client.get("/p/dawn/productions/new")).text
        assert "Its challenges promise CC BY-SA 4.0" in blank
        assert re.search(r'value="CC-BY-SA-4.0"[^>]* checked', blank)
        broken = {"do": "publish", "title": "Dawn", "text": "Nine.", "licence": "CC-BY-4.0"}
        refused = await post(client, "/p/dawn/productions/new", broken)
        assert (refused.status_code, "was promised that the whole is under CC BY-SA 4.0" in refused.text) == (422, True)
        empty = await client.get("/p/dawn")
        assert "Prepare a production" in empty.text
        assert (await client.get("/p/dawn/productions/new")).status_code == 200
        refused = await post(
            client, "/p/dawn/productions/new", {"do": "publish", "title": "", "licence": "CC-BY-SA-4.0"}
        )
        assert refused.status_code == 422
        made = await post(
            client,
            "/p/dawn/productions/new",
            {"do": "publish", "title": "Dawn, the film", "text": "Nine minutes.", "licence": "CC-BY-SA-4.0"},
        )
        assert made.status_code == 303
        lead = made.headers["location"].partition("?")[0]
        base = lead.removesuffix("/lead")
        assert "Sky over the sea" in (await client.get(lead)).text
        for path, data in (
            ("pick", {"pick": str(offered)}),
            ("records", {"address": other.uri}),
            ("roles", {"role": "fmd", "who": "bo"}),
            ("roles", {"role": "flm", "name": "Dora"}),
            ("roles", {"role": "pdr", "who": "cynthia"}),
            ("links", {"label": "The cinema", "url": "https://cinema.example/dawn"}),
        ):
            answer = await post(client, f"{base}/{path}", data)
            assert answer.status_code == 303, (path, answer.text[:2000])
        wrong = await post(client, f"{base}/links", {"label": "No", "url": "javascript:alert(1)"})
        assert wrong.status_code == 422
        assert "https://" in wrong.text
        assert "javascript:alert(1)" in wrong.text
        parts = await here.run(_parts)
        arranged: dict[str, Any] = {"record": [str(key) for key in parts], "do": "save"}
        arranged |= {f"record-place-{key}": str(place) for place, key in enumerate(reversed(parts))}
        assert (await post(client, f"{base}/arrange", arranged)).status_code == 303
    stranger = await here.get(base)
    assert "as they would be now" in stranger.text
    assert "not confirmed yet" in stranger.text
    on_project = await here.get("/p/dawn")
    assert "Dawn, the film" in on_project.text
    assert "Dora" in on_project.text
    line = await here.run(lambda: _line("fmd"))
    async with here.sign_in("bo") as client:
        assert "Yes, I did that" in (await client.get(base)).text
        assert (await post(client, f"{base}/freeze", {})).status_code == 403
        assert (await client.get(lead)).status_code == 403
        assert (await post(client, f"{base}/answers/{line}", {"do": "confirm"})).status_code == 303
    async with here.sign_in("ada") as client:
        too_early = await post(client, f"{base}/release", {})
        assert too_early.status_code == 422
        assert "Freeze it first" in too_early.text
        assert (await post(client, f"{base}/freeze", {})).status_code == 303
        assert (await post(client, f"{base}/freeze", {})).status_code == 422
        assert "Release it" in (await client.get(lead)).text
        released = await post(client, f"{base}/release", {})
        assert released.status_code == 303
        record = released.headers["location"].partition("?")[0]
        assert "It is released" in (await client.get(lead)).text
    page = await here.get(base)
    assert "Its manifest" in page.text
    assert "not confirmed yet" in page.text
    assert 'rel="noopener nofollow ugc"' in page.text
    assert "Dawn, the film" in (await here.get("/productions")).text
    assert (await here.get(record)).status_code == 200
    kept = await here.get(f"{record}/attribution.txt")
    assert "Sky over the sea" in kept.text
    assert "- bo (Film director, " in kept.text
    forms = [record, f"{record}/lineage", f"{record}/credits-roll"]
    forms += [f"{record}/attribution{ending}" for ending in ("", ".txt", ".html", ".csv", ".json")]
    before = {path: (await here.get(path)).text for path in forms}
    for path, said in before.items():
        assert "Dora" in said, path
        assert "named by those who lead the project" in said, path
        assert "cynthia" in said, path
        assert "not confirmed yet" in said, path
    line = await here.run(lambda: _line("pdr"))
    async with here.sign_in("cynthia") as client:
        sure = await client.post(f"{base}/answers/{line}", data={"do": "confirm"}, follow_redirects=True)
        assert "You are credited for it" in sure.text
    for path in forms:
        said = (await here.get(path)).text
        assert "not confirmed yet" not in said, path
        assert "cynthia" in said, path
    credited = (await here.get(f"{record}/lineage.json")).json()["credits"]
    assert [(each["person"], len(each["uncertain"])) for each in credited if each["name"] == "Dora"] == [(None, 1)]
    async with here.sign_in("cynthia") as client:
        assert (await post(client, f"{base}/answers/{line}", {"do": "decline"})).status_code == 303
    for path in forms:
        assert "cynthia" not in (await here.get(path)).text, "who says that it is not so"


async def _parts() -> list[int]:
    return [part.id for part in await ProductionPart.all().order_by("id")]


async def _line(role: str) -> int:
    return int((await RoleLine.get(role=role)).id)


async def test_a_hundred_and_fifty_people_and_sixty_records_are_shown_and_each_document_is_small(
    here: Instance,
) -> None:
    ada = await here.join("ada")
    project = await project_at(here, ada)
    records = [await record_by(here, ada, f"Record {number} {'x' * 100}") for number in range(60)]
    production = await production_with(here, ada, project, records)

    async def fill() -> Production:
        fresh = await get_production_row(production.id)
        for number in range(150):
            await add_role(ada, fresh, role="act", name=f"Person {number} {'y' * 80}", words="z" * 200)
        await freeze_production(ada, fresh)
        await release_production(ada, await get_production_row(production.id))
        return await get_production_row(production.id)

    fresh = await here.run(fill)
    assert fresh.record is not None
    path = fresh.uri.removeprefix(here.origin)
    page = await here.get(path)
    assert page.status_code == 200
    assert "Person 149" in page.text
    document = "application/activity+json"
    seen = 0
    for name in ("records", "roles"):
        following: str | None = f"{path}/{name}"
        while following:
            answer = await here.get(following, accept=document)
            assert len(answer.content) < 48_000
            body = answer.json()
            seen += len(body.get("orderedItems", ()))
            following = (body.get("next") or body.get("first") or "").removeprefix(here.origin)
    assert seen == 210
    assert len((await here.get(path, accept=document)).content) < 48_000
    assert len((await here.get(fresh.record.uri.removeprefix(here.origin), accept=document)).content) < 48_000
