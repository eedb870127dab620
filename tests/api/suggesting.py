"""The part of the story in which somebody compares, suggests a change, and it is taken up."""

from __future__ import annotations

from tests.api.programs import Program


async def suggest_and_take_up(ana: Program, ben: Program) -> None:
    """ben suggests three changes to ana: one is taken up, one is not, and one he takes back."""
    dusk = await ana.get("publish_record", title="Dusk", text="The sun goes.", licence="CC-BY-SA-4.0")
    made = [
        await ben.get(
            "publish_record",
            title=f"Dusk {number}",
            text=f"The sun went, {number}.",
            licence="CC-BY-SA-4.0",
            sources=[{"record": dusk["id"]}],
        )
        for number in range(3)
    ]
    compared = await ben.get("compare_with_source", made[0]["id"], query={"source": dusk["uri"]})
    assert [piece["change"] for piece in compared["text"]].count("added") >= 1
    assert "".join(piece["text"] for piece in compared["text"] if piece["change"] != "added") == "The sun goes."
    await ben.ask("compare_with_source", made[0]["id"], query={"source": "https://x.test/1"}, status=404)

    first, second, third = [
        await ben.get("suggest_change", each["id"], source=dusk["id"], words="Past tense.") for each in made
    ]
    assert (first["state"], first["record"], first["variation"]) == ("waiting", dusk["uri"], made[0]["uri"])
    await ben.ask("suggest_change", made[0]["id"], source=dusk["id"], status=409)
    await ana.ask("suggest_change", made[0]["id"], source=dusk["id"], status=403)
    assert len((await ana.get("list_suggestions"))["items"]) == 3
    assert (await ana.get("list_suggestions", query={"limit": 1}))["next"]
    assert (await ben.get("list_suggestions", query={"side": "made"}))["items"][-1]["id"] == first["id"]
    await ben.ask("adopt_suggestion", first["id"], status=403)
    await ana.ask("adopt_suggestion", first["id"], revision=9, status=412)
    adopted = await ana.get("adopt_suggestion", first["id"], words="Yes!", digest=None, revision=1)
    assert (adopted["state"], adopted["revision"], adopted["answer"]) == ("adopted", 2, "Yes!")
    assert (await ana.get("decline_suggestion", second["id"], words="No."))["state"] == "declined"
    await ana.ask("adopt_suggestion", second["id"], status=409)
    assert (await ben.get("withdraw_suggestion", third["id"]))["state"] == "withdrawn"
    await ana.ask("show_suggestion", third["id"], status=404)
    assert (await ben.get("show_suggestion", first["id"]))["state"] == "adopted"

    assert (await ana.get("show_record", dusk["id"]))["text"] == "The sun went, 0."
    changes = await ana.get("show_changes", dusk["id"], 2)
    assert any("credited" in sentence for sentence in changes["said"])
    await ana.ask("show_changes", dusk["id"], 1, status=404)
    told = [event["what"] for event in (await ana.get("show_history", dusk["id"]))["items"]]
    assert told[0] == "version"
    assert "suggestion_adopted" in told
