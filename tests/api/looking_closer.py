"""The part of the story in which somebody looks closer at where something comes from, and what could come of it."""

from __future__ import annotations

from tests.api.programs import Program
from tests.network import Instance


async def look_closer(here: Instance, ana: Program, ben: Program, nobody: Program) -> None:
    """Ben makes something from what Ana made; whoever likes sees whom to name, and what is proved of that."""
    assert (await ben.get("choose_skills", skills=["sng"]))["skills"] == ["sng"]
    await ben.ask("choose_skills", skills=["king"], status=400)
    rain = await ana.get("publish_record", title="Rain at noon", text="x", licence="CC-BY-4.0")
    source = {"record": rain["id"], "relation": "adapts"}
    song = await ben.get("publish_record", title="Noon", text="y", licence="CC-BY-4.0", sources=[source])

    named = await nobody.get("show_attribution", song["id"])
    assert all("Rain at noon" in named[form] for form in ("text", "html", "csv"))
    assert (await ben.get("show_next_steps", song["id"]))["records"] is not None
    await ana.ask("show_next_steps", song["id"], status=403)
    assert (await ben.get("ask_about_lineage", song["id"]))["is_asked"] is False

    proved = await nobody.get("prove_lineage", song["id"])
    assert (proved["is_false"], len(proved["derivations"])) == (False, 1)
    file = (await here.get(f"{song['uri'].removeprefix(here.origin)}/lineage/file")).text
    assert (await ana.get("check_lineage_file", file=file))["derivations"] == proved["derivations"]
