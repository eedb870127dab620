"""Programs are told what a lineage proves."""

from __future__ import annotations

from fedirec.remix.actions.drafts import SourceDraft
from tests.api.conftest import Programs
from tests.fep.making import VECTORS
from tests.network import Instance, settle
from tests.remix.test_comments import publish


async def test_programs_are_told_what_a_page_says(here: Instance, program: Programs) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    source = await publish(here, ana)
    remix = await publish(here, bo, "Slow rain", sources=[SourceDraft(record=await here.find_record(source.uri))])
    await settle(here)
    nobody, olga = await program(None), await program("olga")

    proved = await nobody.get("prove_lineage", remix.id)
    assert (proved["is_false"], proved["record"], proved["is_whole"]) == (False, remix.uri, True)
    [step] = proved["derivations"]
    assert [each["level"] for each in step["findings"]] == ["proved", "proved", "proved"]
    assert all(each["key"] for each in step["findings"])

    assert {each["editor"] for each in proved["records"]} == {None}

    file = (await here.get(f"{remix.uri.removeprefix(here.origin)}/lineage/file")).text
    assert await olga.get("check_lineage_file", file=file) == proved
    changed = await olga.get("check_lineage_file", file=file.replace("Rain on tin", "Hail on tin", 1))
    assert changed["is_false"] is True
    vector = (VECTORS / "lineage.json").read_text()
    made = {each["uri"]: each["editor"] for each in (await olga.get("check_lineage_file", file=vector))["records"]}
    assert made["https://b.example/records/mix"] == "https://a.example/u/ana"
    assert (await olga.ask("prove_lineage", 10**6, status=404)).status_code == 404
