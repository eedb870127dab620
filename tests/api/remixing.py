"""The part of the story in which people ask whether a remix may be, and its author decides."""

from __future__ import annotations

from fedirec.remix.models import RemixRequest
from tests.api.programs import Json, Program
from tests.network import Instance, settle


async def decide_about_remixes(here: Instance, ana: Program, ben: Program) -> None:
    """One remix of ben's is agreed to and taken back, one refused, one asked for and not any more."""
    fog = await ben.get("publish_record", title="Fog bank", text="x", licence="CC-BY-4.0", remixing="nobody")
    closed = await ben.get("publish_record", title="Closed", text="x", licence="CC-BY-ND-4.0")
    made = await ana.get("publish_record", title="Haze", text="y", licence="CC-BY-4.0", sources=[{"record": fog["id"]}])
    [asked] = (await ben.get("list_remix_requests"))["items"]
    assert (asked["state"], asked["source"], asked["remix"]) == ("waiting", fog["id"], made["id"])
    assert (asked["asker"]["handle"], asked["owner"]["handle"]) == ("@ana@here.test", "@ben@here.test")
    [mine] = (await ana.ask("list_remix_requests", query={"side": "asking", "state": "waiting"})).json()["items"]
    assert mine == asked
    assert asked not in (await ana.get("list_remix_requests"))["items"]
    await ana.ask("answer_remix_request", asked["id"], agree=True, status=403)
    await ben.ask("withdraw_remix_request", asked["id"], status=403)
    await ben.ask("revoke_remix_stamp", asked["id"], status=409)
    await ben.ask("answer_remix_request", asked["id"], agree=True, digest="zQmElse", status=412)
    agreed = await ben.get("answer_remix_request", asked["id"], agree=True, words="Gladly.")
    assert (agreed["state"], agreed["answer"], agreed["is_automatic"]) == ("approved", "Gladly.", False)
    assert agreed["stamp"].startswith("https://here.test/stamps/")
    await ana.ask("withdraw_remix_request", asked["id"], status=409)
    await ben.ask("answer_remix_request", asked["id"], agree=False, status=409)
    taken_back = await ben.get("revoke_remix_stamp", asked["id"])
    assert (taken_back["state"], taken_back["stamp"]) == ("revoked", None)
    assert (await ana.get("show_remix_request", asked["id"]))["state"] == "revoked"

    open_one = await ben.get("publish_record", title="Open", text="x", licence="CC-BY-4.0")
    haze = await ana.get(
        "publish_record", title="H", text="y", licence="CC-BY-4.0", sources=[{"record": open_one["id"]}]
    )
    await here.run(lambda: RemixRequest.filter(state="approved").delete())
    await ana.ask("stand_by_remix", open_one["id"], remix=haze["id"], status=403)
    await ben.ask("stand_by_remix", open_one["id"], remix=closed["id"], status=404)
    await ben.ask("stand_by_remix", open_one["id"], remix=haze["id"], digest="zQmElse", status=412)
    stood_by = await ben.get("stand_by_remix", open_one["id"], remix=haze["id"])
    assert (stood_by["state"], stood_by["is_automatic"], stood_by["remix"]) == ("approved", False, haze["id"])

    draft: Json = {"title": "Not yet", "text": "z", "licence": "CC-BY-4.0", "sources": [{"record": closed["id"]}]}
    await ana.ask("publish_record", **draft, status=409)
    await ana.ask("ask_to_remix", **{**draft, "sources": [{"record": fog["id"]}]}, status=409)
    waiting = await ana.get("ask_to_remix", **draft, words="May I?")
    assert waiting["visibility"] == "asking"
    [question] = (await ben.ask("list_remix_requests", query={"state": "waiting"})).json()["items"]
    assert (question["words"], question["remix"]) == ("May I?", waiting["id"])
    assert (await ben.get("show_record", waiting["id"]))["title"] == "Not yet"
    await ana.ask("withdraw_remix_request", question["id"])
    await ana.ask("show_remix_request", question["id"], status=404)
    await ben.ask("show_record", waiting["id"], status=404)
    [again] = (await ana.get("ask_again", waiting["id"], words="And now?"))["items"]
    changed = await ana.get("edit_record", waiting["id"], **{**draft, "text": "zz"})
    assert (changed["visibility"], changed["revision"]) == ("asking", 2)
    refused = await ben.get("answer_remix_request", again["id"], agree=False)
    assert refused["state"] == "refused"
    await ana.ask("delete_record", waiting["id"])
    await settle(here)
    assert await here.run(lambda: RemixRequest.filter(state="waiting", owner__local_handle="ben").exists()) is False
