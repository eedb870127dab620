"""What is not right about a trail, said and decided by programs."""

from __future__ import annotations

from tests.api.programs import Program


async def say_what_is_not_right(olga: Program, ana: Program, ben: Program) -> None:
    """Ben misses a source in something of ana's, three times; olga decides once, and ana agrees once."""
    text = {"text": "La la", "licence": "CC-BY-4.0"}
    melody = await ben.get("publish_record", title="Melody", **text)
    song = await ana.get("publish_record", title="Song", **text)
    said = {"kind": "missing_source", "source": melody["uri"], "words": "The second minute.", "links": []}
    await ana.ask("open_claim", song["id"], **said, status=403)
    made = await ben.get("open_claim", song["id"], **said)
    assert (made["state"], made["source"], made["record"]) == ("opened", melody["uri"], song["id"])
    await ben.ask("open_claim", song["id"], **said, status=409)
    more = await ben.get("add_evidence", made["key"], words="Listen.", links=["https://example.org/listen"])
    assert [each["happening"] for each in more["events"]] == ["opened", "evidence"]
    await ben.ask("answer_claim", made["key"], agrees=True, status=403)
    assert (await ana.get("answer_claim", made["key"], agrees=False, words="No."))["state"] == "contradicted"
    await ana.ask("list_waiting_claims", status=403)
    assert [each["key"] for each in (await olga.get("list_waiting_claims"))["items"]] == [made["key"]]
    await olga.ask("look_at_claim", made["key"])
    await olga.ask("let_go_of_claim", made["key"])
    decided = await olga.get("decide_claim", made["key"], upholds=False, reason="It is another melody.")
    assert (decided["state"], decided["reason"], decided["holds"]) == ("dismissed", "It is another melody.", False)
    assert (await ben.get("appeal_claim", made["key"], words="It is not."))["state"] == "appealed"
    final = await olga.get("decide_claim", made["key"], upholds=True, reason="It is, after all.")
    assert (final["state"], final["holds"], final["is_agreed"]) == ("final", True, False)
    assert [each["uri"] for each in (await ana.get("show_record", song["id"]))["sources"]] == [melody["uri"]]
    other = await ana.get("publish_record", title="Another", **text)
    taken_back = await ben.get("open_claim", other["id"], **said)
    await ben.ask("withdraw_claim", taken_back["key"])
    assert (await ben.get("show_claim", taken_back["key"]))["state"] == "withdrawn"
    assert len((await ben.get("list_own_claims"))["items"]) == 2
    source = {"record": melody["id"], "thanks": "You again!"}
    rude = await ana.get("publish_record", title="For Ben", sources=[source], **text)
    await ana.ask("hide_thanks", melody["id"], rude["id"], status=403)
    await ben.ask("hide_thanks", melody["id"], rude["id"])
    assert [each["thanks"] for each in (await ben.get("show_record", rude["id"]))["sources"]] == [""]
    await ben.ask("hide_thanks", melody["id"], rude["id"], status=404)
