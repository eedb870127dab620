"""The part of the story in which a project finishes something."""

from __future__ import annotations

from typing import Any

from tests.api.programs import Program, actor_named
from tests.network import Instance


async def finish_together(here: Instance, ana: Program, ben: Program, nobody: Program) -> None:
    """Ana prepares a production with what Ben made, freezes and releases it, and takes it back."""
    project = await ana.get("begin_project", title="Songs of tin", slug="tin_songs", text="Rain.", form="song")
    at = project["id"]
    await ana.ask("set_step_state", at, project["steps"][0]["id"], state="open")
    await ana.get("launch_project", at)
    gutter = await ben.get("publish_record", title="Gutter", text="drip", licence="CC-BY-4.0")
    drain = await ben.get("publish_record", title="Drain", text="drop", licence="CC-BY-4.0")
    closed = await ben.get("publish_record", title="Shut", text="clang", licence="CC-BY-ND-4.0")

    draft: dict[str, Any] = {"title": "Tin", "text": "Nine *minutes*.", "licence": "CC-BY-SA-4.0"}
    await ben.ask("prepare_production", at, **draft, status=403)
    made = await ana.get("prepare_production", at, **draft)
    key = made["id"]
    assert (made["state"], made["digest"], made["manifest"]) == ("draft", None, None)
    assert (await ana.get("change_production", key, text="Ten *minutes*."))["text"] == "Ten *minutes*."
    await ana.ask("change_production", key, licence="nonsense", status=400)
    spare = await ana.get("prepare_production", at, **draft)
    await ana.ask("discard_production", spare["id"])
    await ana.ask("use_records", key, records=[10**9], status=400)
    await ana.get("use_records", key, records=[gutter["id"], drain["id"], closed["id"]])
    works = {each["title"]: each for each in (await nobody.get("show_production_credits", key))["works"]}
    assert [flaw["stops"] for flaw in works["Shut"]["flaws"]] == [True]
    await ana.ask("freeze_production", key, status=409)
    await ana.ask("drop_record", key, works["Shut"]["part"])
    placed = [{"id": works["Drain"]["part"], "place": 1}, {"id": works["Gutter"]["part"], "place": 2, "words": "soft"}]
    ordered = await ana.get("order_production", key, records=placed)
    assert [(each["title"], each["words"]) for each in ordered["works"]] == [("Drain", ""), ("Gutter", "soft")]

    person = (await actor_named(here, "ben")).id
    await ana.ask("name_role", key, role="rce", status=400)
    role = await ana.get("name_role", key, role="rce", person=person, words="all night")
    free = await ana.get("name_role", key, role="ctb", label="Cat wrangler", name="Dora")
    assert (free["role"], free["label"]) == ("ctb", "Cat wrangler")
    wrong = await ana.get("name_role", key, role="flm", name="Dora")
    await ana.ask("drop_role", key, wrong["id"])
    await ana.ask("answer_role", key, role["id"], is_so=True, status=403)
    assert (await ben.get("answer_role", key, role["id"], is_so=True))["state"] == "confirmed"
    await ana.ask("set_production_links", key, links=[{"label": "No", "url": "http://x.example/"}], status=400)
    linked = await ana.get("set_production_links", key, links=[{"label": "Cinema", "url": "https://x.example/"}])
    assert linked["links"] == [{"label": "Cinema", "url": "https://x.example/"}]

    await ana.ask("release_production", key, status=409)
    frozen = await ana.get("freeze_production", key)
    assert (frozen["state"], frozen["digest_holds"]) == ("frozen", True)
    assert [each["name"] for each in frozen["manifest"]["records"]] == ["Drain", "Gutter"]
    await ben.ask("release_production", key, status=403)
    released = await ana.get("release_production", key)
    assert (released["state"], released["digest"]) == ("released", frozen["digest"])
    assert (await nobody.get("show_record", released["record"]))["title"] == "Tin"
    assert [each["id"] for each in (await nobody.get("list_productions"))["items"]] == [key]
    assert [each["id"] for each in (await nobody.get("list_productions_of_project", at))["items"]] == [key]
    assert (await nobody.get("show_production", key))["manifest"] == frozen["manifest"]
    await here.work()
    await _say_who_did_what(ana, ben, nobody, key)
    assert (await ana.get("take_back_release", key))["record"] is None


async def _say_who_did_what(ana: Program, ben: Program, nobody: Program, key: int) -> None:
    """Ben contests a credit, which is corrected, and another, which stays; and lets money be made with what he made."""
    lines = (await nobody.get("list_credit_lines", key))["items"]
    mine = {each["label"]: each["id"] for each in lines if each["name"] == "ben"}
    assert set(mine) == {"Recording engineer", "Author"}
    assert [each["state"] for each in lines if each["label"] == "Cat wrangler"] == ["proposed"]
    assert {each["state"] for each in lines if each["name"] == "ben"} == {"confirmed"}
    recorded = mine["Recording engineer"]
    await ana.ask("answer_credit", recorded, what="confirm", status=403)
    await ben.ask("answer_credit", recorded, what="contest", status=400)
    said = await ben.get("answer_credit", recorded, what="contest", reason="I mixed it.")
    assert (said["state"], said["is_held"], said["you_may"]) == ("contested", True, ["confirm", "unname", "decline"])
    await ben.ask("decide_credit", recorded, is_corrected=False, reason="No.", status=403)
    kept = await ana.get("decide_credit", recorded, is_corrected=False, reason="You held the microphone.")
    assert (kept["state"], kept["is_held"]) == ("proposed", False)
    await ben.get("answer_credit", recorded, what="contest", reason="I mixed it, too.")
    mixer = "http://id.loc.gov/vocabulary/relators/mxe"
    fixed = await ana.get(
        "decide_credit", recorded, is_corrected=True, role=mixer, label="Mixing engineer", reason="So it was."
    )
    assert (fixed["state"], fixed["role"], fixed["label"]) == ("corrected", mixer, "Mixing engineer")
    assert (await ben.get("answer_credit", recorded, what="confirm"))["state"] == "confirmed"
    own = {each["id"]: each["you_may"] for each in (await ben.get("list_own_credits"))["items"]}
    assert own[recorded] == ["contest", "unname", "decline"]
    assert (await nobody.get("list_grants", key))["items"] == []
    assert (await ana.get("ask_for_grants", key, records=[]))["items"] == []
    await ben.ask("grant_monetization", key, 1, scope="project", digest="zQm", status=404)
