"""The pages on which people write a record together."""

from __future__ import annotations

import re
from html import unescape

import pytest

from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.models import Pen, Record, Suggestion
from tests.network import Instance, settle


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


async def test_two_write_together_from_two_instances_by_clicks_alone(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.join("eve")
    song = await here.run(publish_record, ana, RecordDraft(title="Night", text="Long.", licence="CC-BY-SA-4.0"))
    base = f"/records/{song.uri.rpartition('/')[2]}"
    async with here.sign_in("ana") as browser:
        assert f"{base}/pens" in (await browser.get(base)).text
        nobody = await browser.post(f"{base}/pens", data={"who": "nobody at all", "words": "Shall we?"})
        assert nobody.status_code == 422
        assert "Shall we?" in nobody.text
        who = f"@bo@{bo.host}"
        assert (await browser.post(f"{base}/pens", data={"who": who, "words": "Shall we?"})).status_code == 303
        assert "waits for an answer" in (await browser.get(f"{base}/pens")).text
    await settle(here, there)

    pen = await there.run(lambda: Pen.get(record_uri=song.uri))
    async with there.sign_in("bo") as browser:
        assert "Night" in (await browser.get("/pens")).text
        assert "Yes, together" in (await browser.get(f"/pens/{pen.id}")).text
        assert (await browser.post(f"/pens/{pen.id}/answer", data={"do": "accept"})).status_code == 303
        await settle(here, there)
        page = (await browser.get(f"/pens/{pen.id}")).text
        assert "Long." in page

        # Meanwhile the author goes on: what bo typed stays in the form, beside what is there now.
        mine = await here.run(lambda: Record.get(id=song.id).select_related("author"))
        draft = RecordDraft(title="Night", text="Short.", licence="CC-BY-SA-4.0")
        await here.run(lambda: edit_record(ana, mine, draft))
        typed = {"title": "Night", "text": "Longer.", "version": version_in(page)}
        answer = await browser.post(f"/pens/{pen.id}/versions", data=typed)
        assert answer.status_code in (412, 422)
        assert "Short." in answer.text
        assert "Longer." in answer.text
        typed["version"] = version_in(answer.text)
        assert (await browser.post(f"/pens/{pen.id}/versions", data=typed)).status_code == 303
        await settle(here, there)
        shown = await there.run(lambda: Record.get(uri=song.uri))
        assert shown.text == "Longer."
        record_page = (await browser.get(f"/records/remote/{shown.id}")).text
        assert "By ana with bo" in record_page
        assert f"/pens/{pen.id}" in record_page
        assert (await browser.post(f"/pens/{pen.id}/answer", data={"do": "lay_down"})).status_code == 303
        assert "you left" in (await browser.get("/pens")).text

    async with here.sign_in("ana") as browser:
        page = (await browser.get(base)).text
        assert "By ana with bo" in page
        assert "by bo" in page
        assert "by bo" in (await browser.get(f"{base}/versions/3")).text
        assert "bo changed it" in (await browser.get(f"{base}/history")).text
        given = await here.run(lambda: Pen.get(record_uri=song.uri))
        assert "Night" in (await browser.get("/pens?side=given")).text
        assert (await browser.get(f"/pens/{given.id}")).status_code == 200
    async with here.sign_in("eve") as browser:
        assert (await browser.get(f"/pens/{given.id}")).status_code == 404
        assert (await browser.get(f"{base}/pens")).status_code == 403
        assert (await browser.post(f"/pens/{given.id}/answer", data={"do": "take_back"})).status_code == 404


@pytest.mark.parametrize(("path", "side"), [("/pens", "given"), ("/suggestions", "made")])
async def test_a_long_list_goes_on_where_it_ended_on_the_same_side(here: Instance, path: str, side: str) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    at = [f"https://away.test/{number}" for number in range(31)]
    mine = [Pen(uri=uri, record_uri=uri, owner=ana, holder=bo, state="invited") for uri in at]
    await here.run(lambda: Pen.bulk_create(mine))
    made = [
        Suggestion(uri=uri, record_uri=uri, variation_uri=f"{uri}/b", proposer=ana, owner=bo, state="waiting")
        for uri in at
    ]
    await here.run(lambda: Suggestion.bulk_create(made))

    async with here.sign_in("ana") as browser:
        first = (await browser.get(f"{path}?side={side}")).text
        assert first.count('class="row-title"') == 30
        found = re.search(rf'href="({path}\?[^"]*before=[^"]*)"', first)
        assert found is not None
        rest = await browser.get(unescape(found[1]))
        assert rest.text.count('class="row-title"') == 1
        assert "before=" not in rest.text
        assert "waits for an answer" in rest.text
        assert (await browser.get(path)).text.count('class="row-title"') == 0, "the other side has none"
        assert (await browser.get(f"{path}?before=nowhere")).status_code == 400
