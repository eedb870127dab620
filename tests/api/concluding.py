"""The part of the story in which a challenge is prepared, opened, and brought to its end."""

from __future__ import annotations

from tests.api.programs import Program

TERMS = {"licence": "CC-BY-SA-4.0", "pays": "pot", "amount": 12000, "currency": "EUR", "rule": "In equal parts."}


async def bring_to_an_end(ana: Program, ben: Program, nobody: Program) -> None:
    """Ana prepares a challenge, Ben answers it, the terms change, and everybody hears how it ended."""
    unfair = {**TERMS, "rule": ""}
    await ana.ask("open_challenge", title="Snow", text="Hum.", terms=unfair, draft=True, status=400)
    draft = await ana.get("open_challenge", title="Snow", text="Hum.", terms=TERMS, draft=True, tags=["#Winter", "hum"])
    assert (draft["state"], draft["is_open"], draft["tags"]) == ("draft", False, ["winter", "hum"])
    await ben.ask("show_challenge", draft["id"], status=404)
    await ben.ask("open_draft", draft["id"], status=404)
    spare = await ana.get("open_challenge", title="Hail", text="Hum.", terms=TERMS, draft=True)
    await ana.ask("discard_draft", spare["id"])
    await ana.ask("show_challenge", spare["id"], status=404)
    assert (await ana.get("change_challenge", draft["id"], title="Snow falls", grace_minutes=5))["grace_minutes"] == 5
    opened = await ana.get("open_draft", draft["id"])
    assert (opened["state"], opened["title"]) == ("open", "Snow falls")

    await ana.ask("change_challenge", draft["id"], tags=["two words"] * 2 + ["!"], status=400)
    assert (await ana.get("change_challenge", draft["id"], tags=["snow"]))["tags"] == ["snow"]
    assert (await ana.get("change_challenge", draft["id"], grace_minutes=6))["tags"] == ["snow"], "left out, it stays"
    page = (await ana.instance.get(f"/c/{draft['handle'].split('@')[1]}")).text
    assert 'href="/tags/snow"' in page

    record = await ben.get("publish_record", title="Flakes", text="Hm.", licence="CC-BY-SA-4.0")
    await ben.ask("submit_record", record["id"], challenge=draft["id"], terms=7, status=409)
    offered = await ben.get("submit_record", record["id"], challenge=draft["id"], terms=1)
    assert (offered["terms_version"], offered["terms_agreed"]) == (1, 1)
    await ana.ask("change_challenge", draft["id"], terms={"licence": "CC-BY-SA-4.0"}, status=400)
    changed = await ana.get(
        "change_challenge", draft["id"], terms={"licence": "CC-BY-SA-4.0"}, reason="The sponsor left."
    )
    version = changed["terms"]["version"]
    assert (await ben.get("show_submission", offered["id"]))["terms_version"] == version - 1
    await ana.ask("agree_to_terms", offered["id"], version=version, status=404)
    assert (await ben.get("agree_to_terms", offered["id"], version=version))["terms_version"] == version

    group = opened["group"]
    await ben.ask("post_news", group, text="Mine", status=403)
    news = await ana.get("post_news", group, title="Cold", text="It is **cold**.")
    assert (await nobody.get("list_news", group))["items"] == [news]
    changed = await ana.get("change_news", news["id"], title="Cold", text="It is warm.")
    assert (await nobody.get("show_news", news["id"]))["text"] == changed["text"] == "It is warm."
    await ben.ask("take_back_news", news["id"], status=403)
    await ana.ask("take_back_news", news["id"])
    await nobody.ask("show_news", news["id"], status=410)

    await ana.ask("begin_selecting", draft["id"], status=409)
    await ana.get("close_challenge", draft["id"])
    assert (await ana.get("begin_selecting", draft["id"]))["state"] == "selecting"
    await ana.ask("conclude_challenge", draft["id"], text="Done.", status=409)
    await ana.get("accept_submission", offered["id"], reason="It is soft.")
    for which, known in {"waiting": [], "decided": [offered["id"]], "proposed": [], "remarks": []}.items():
        found = await ana.get("list_waiting_submissions", draft["id"], query={"which": which})
        assert [each["id"] for each in found["items"]] == known, which
    said = [{"submission": offered["id"], "outcome": "used", "thanks": "Lovely."}]
    await ben.ask("conclude_challenge", draft["id"], text="Done.", status=403)
    ended = await ana.get("conclude_challenge", draft["id"], text="A song came of it.", outcomes=said)
    assert ended["state"] == "concluded"
    assert [each["kind"] for each in (await nobody.get("list_news", group))["items"]] == ["conclusion"]
    assert (await ana.get("archive_challenge", draft["id"]))["state"] == "archived"

    other = await ana.get("open_challenge", title="Fog", text="Hum.", terms=TERMS)
    await ana.ask("cancel_challenge", other["id"], reason=" ", status=400)
    assert (await ana.get("cancel_challenge", other["id"], reason="No time."))["state"] == "cancelled"
