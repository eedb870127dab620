"""The part of the story in which somebody keeps records, and asks what could be made from them."""

from __future__ import annotations

from tests.api.programs import Program


async def pick_sources(ana: Program, ben: Program) -> None:
    """Ana keeps what Ben made, looks at what would come of it, and lets it go."""
    closed = await ben.get("publish_record", title="Closed", text="x", licence="CC-BY-ND-4.0", remixing="followers")
    assert (closed["remixing"], closed["ai_preference"]) == ("nobody", "unset")
    alike = await ben.get(
        "publish_record",
        title="Alike",
        text="x",
        licence="CC-BY-SA-4.0",
        remixing="followers",
        ai_preference="disallow",
    )
    assert (alike["remixing"], alike["ai_preference"]) == ("followers", "disallow")
    await ana.ask("bookmark_record", alike["id"])
    await ana.ask("bookmark_record", closed["id"])
    assert [each["title"] for each in (await ana.get("list_bookmarks"))["items"]] == ["Closed", "Alike"]
    assert (await ben.get("list_bookmarks"))["items"] == []
    assert (await ana.get("list_bookmarks", query={"limit": 1}))["next"]
    await ana.ask("forget_bookmark", closed["id"])
    assert [each["title"] for each in (await ana.get("list_bookmarks"))["items"]] == ["Alike"]

    fits = await ana.get("check_sources", sources=[alike["id"]])
    assert (fits["tone"], fits["licence"]["id"], fits["clashes"]) == ("fine", "CC-BY-SA-4.0", [])
    assert [each["id"] for each in fits["allowed"]] == ["CC-BY-SA-4.0"]
    other = await ana.get("check_sources", sources=[alike["id"]], licence="CC-BY-4.0")
    assert (other["tone"], other["sources"][0]["tone"]) == ("care", "care")
    assert "“Alike”" in other["clashes"][0]
    stopped = await ana.get("check_sources", sources=[alike["id"], closed["id"]])
    assert (stopped["tone"], stopped["allowed"]) == ("stop", [])
    assert [(each["tone"], each["may_ask"]) for each in stopped["sources"]] == [("fine", False), ("stop", True)]
    assert [each["handle"] for each in stopped["asked"]] == ["@ben@here.test"]
    own = await ben.get("check_sources", sources=[closed["id"]])
    assert (own["tone"], own["asked"]) == ("fine", [])
    await ana.ask("check_sources", sources=[2**40], status=400)
    await ana.ask("check_sources", sources=[alike["id"]], licence="mine", status=400)
