"""Everything that the API can do, lived through once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.api.endpoints import TABLE
from fedirec.media.actions import keep_file
from fedirec.media.models import Media
from tests.api.boundaries import keep_away
from tests.api.claiming import say_what_is_not_right
from tests.api.concluding import bring_to_an_end
from tests.api.conftest import Programs
from tests.api.federating import look_after_federation
from tests.api.finding_each_other import find_each_other
from tests.api.leading_projects import lead_a_project
from tests.api.looking_closer import look_closer
from tests.api.moderating import look_after_people
from tests.api.moving import move_and_stay
from tests.api.paying import pay_people
from tests.api.picking import pick_sources
from tests.api.producing import finish_together
from tests.api.programs import Program, actor_named
from tests.api.quoting import decide_about_quotes
from tests.api.remixing import decide_about_remixes
from tests.api.sharing_money import share_money
from tests.api.suggesting import suggest_and_take_up
from tests.api.tasking import do_tasks
from tests.api.writing_together import write_together
from tests.founding import PASSWORD
from tests.media.files import encoded, scene, sound
from tests.network import Instance, settle

TERMS = {"licence": "CC-BY-SA-4.0", "pays": "pot", "amount": 12000, "currency": "EUR", "rule": "In equal parts."}


def record(**changes: Any) -> dict[str, Any]:
    return {"title": "Rain", "text": "On the *roof*.", "licence": "CC-BY-SA-4.0", **changes}


@pytest.mark.one_database  # test_fuzz asks each of these on both
@pytest.mark.timeout(240)  # the longest of all stories, on whatever machine
async def test_everything_that_can_be_asked_is_answered(here: Instance, there: Instance, program: Programs) -> None:
    await here.join("ana")
    await here.join("ben")
    await there.join("cleo")
    olga, ana, ben = await program("olga"), await program("ana"), await program("ben")
    nobody = await program(None)
    everybody = [olga, ana, ben, nobody]

    await _look_after_oneself(ana, here)
    made = await _make_records(here, olga, ana, ben, nobody)
    await _lead(ana, ben, nobody, made)
    await _talk(ana, ben, made)
    await _follow(here, there, ana, ben)
    await look_after_people(here, olga, ana, ben)
    await decide_about_quotes(here, ana, ben)
    await decide_about_remixes(here, ana, ben)
    await pick_sources(ana, ben)
    await look_closer(here, ana, ben, nobody)
    await suggest_and_take_up(ana, ben)
    await write_together(ana, ben)
    await bring_to_an_end(ana, ben, nobody)
    await do_tasks(here, ana, ben, nobody)
    await finish_together(here, ana, ben, nobody)
    await share_money(here, olga, ana, ben, nobody)
    await pay_people(here, olga, ana, ben)
    await lead_a_project(ana, ben, nobody)
    await find_each_other(here, there, olga, ana, ben, nobody)
    await say_what_is_not_right(olga, ana, ben)
    await keep_away(here, there, ana, ben)
    await move_and_stay(here, there, olga, ana, ben)
    await _look_after_the_instance(here, olga, ben, nobody)
    await look_after_federation(here, here.network, olga)

    used = set().union(*(each.used for each in everybody))
    assert used == {endpoint.name for endpoint in TABLE}


async def _look_after_oneself(ana: Program, here: Instance) -> None:
    me = await ana.get("show_me")
    assert me["person"]["handle"] == "@ana@here.test"
    assert me["scopes"] == ["read", "write", "follow", "account", "admin"]
    icon = await _file(here, "ana")
    changed = await ana.get("change_profile", name="Ana  B.", about="I *listen*.", icon=icon.key)
    assert changed["person"]["name"] == "Ana B."
    assert changed["person"]["icon_url"].startswith("https://here.test/media/")
    assert (await ana.get("change_profile", without_icon=True))["about"] == "I *listen*."
    await ana.ask("change_profile", icon="nothing", status=404)
    changed = await ana.get("change_preferences", locale=None, timezone="Europe/Berlin")
    assert changed["timezone"] == "Europe/Berlin"
    changed = await ana.get("change_defaults", licence="CC-BY-4.0", visibility="followers")
    assert (changed["default_licence"], changed["default_visibility"]) == ("CC-BY-4.0", "followers")
    await ana.ask("change_defaults", licence="none", visibility="public", status=400)
    assert (await ana.get("choose_notices", kinds=["remixed"]))["notices_wanted"] == ["remixed"]
    await ana.get("choose_notices", kinds=me["notices_wanted"])
    async with here.sign_in("ana"), here.sign_in("ana"):
        sessions = (await ana.get("list_sessions"))["items"]
        await ana.ask("end_session", sessions[0]["id"])
        await ana.ask("end_session", sessions[0]["id"], status=404)
        await ana.ask("end_sessions")
        assert (await ana.get("list_sessions"))["items"] == []
    new = await ana.get("create_token", name="a clock", scopes=["read"])
    clock = Program(here, ana.client, new["token"])
    assert (await clock.get("show_me"))["scopes"] == ["read"]
    tokens = (await ana.get("list_tokens"))["items"]
    assert [(each["name"], each["is_this"]) for each in tokens] == [("a clock", False), ("a program", True)]
    await ana.ask("revoke_token", tokens[0]["id"])
    assert (await clock.client.get("/api/me", headers={"authorization": f"Bearer {clock.token}"})).status_code == 401
    assert len((await ana.get("renew_recovery_codes", present=PASSWORD))["codes"]) == 10
    await ana.ask("renew_recovery_codes", present="wrong", status=403)
    await ana.ask("change_password", present=PASSWORD, password="another long password")
    invited = await ana.get("create_invitation", uses=2)
    assert invited["url"].startswith("https://here.test/sign-up?invitation=")
    [waiting] = (await ana.get("list_invitations"))["items"]
    assert waiting["uses_left"] == 2
    await ana.ask("withdraw_invitation", waiting["id"])


async def _make_records(here: Instance, olga: Program, ana: Program, ben: Program, nobody: Program) -> dict[str, int]:
    picture = await _file(here, "ana")
    files = [{"key": picture.key, "description": "Drops"}]
    rain = await ana.get("publish_record", **record(files=files, tags=["#Rain", "night"]))
    assert (rain["kind"], rain["tags"], rain["html"].strip()) == (
        "image",
        ["rain", "night"],
        "<p>On the <em>roof</em>.</p>",
    )
    assert rain["files"][0]["key"] == picture.key
    again = await nobody.ask("show_record", rain["id"])
    assert again.json()["title"] == "Rain"
    seen = await nobody.client.get(f"/api/records/{rain['id']}", headers={"if-none-match": again.headers["etag"]})
    assert (seen.status_code, seen.content) == (304, b"")
    person = (await ana.get("show_me"))["person"]["id"]
    song = await ben.get(
        "publish_record",
        **record(
            title="Rain song",
            sources=[{"record": rain["id"], "relation": "samples"}],
            parts=[{"person": person, "role": "sng"}],
        ),
    )
    assert [source["record"] for source in song["sources"]] == [rain["id"]]
    await ben.ask("publish_record", **record(licence="CC-BY-4.0", sources=[{"record": rain["id"]}]), status=409)
    refused = await ben.ask("publish_record", **record(title=" "), status=400)
    assert refused.json()["errors"][0]["pointer"] == "#/title"
    refused = await ben.ask("publish_record", text=5, other=1, status=422)
    assert {each["pointer"] for each in refused.json()["errors"]} == {"#/title", "#/text", "#/licence", "#/other"}

    etag = again.headers["etag"]
    changed = await ana.ask("edit_record", rain["id"], **record(title="Rain!", files=files), headers={"if-match": etag})
    assert (changed.json()["title"], changed.json()["revision"]) == ("Rain!", 2)
    await ana.ask("edit_record", rain["id"], **record(), headers={"if-match": etag}, status=412)
    await ben.ask("edit_record", rain["id"], **record(), status=403)
    assert [each["number"] for each in (await nobody.get("list_revisions", rain["id"]))["items"]] == [2, 1]
    assert (await nobody.get("show_revision", rain["id"], 1))["document"]["name"] == "Rain"
    await nobody.ask("show_revision", rain["id"], 99, status=404)
    lineage = await nobody.get("show_lineage", rain["id"])
    assert [(each["record"], each["generation"]) for each in lineage["records"]] == [(rain["id"], 0), (song["id"], 1)]
    assert (await nobody.get("show_lineage", rain["id"], query={"direction": "up"}))["derivations"] == []
    assert [each["id"] for each in (await nobody.get("list_remixes", rain["id"]))["items"]] == [song["id"]]
    thanked = (await nobody.get("show_credits", song["id"]))["items"]
    assert {role for each in thanked for role in each["roles"]} >= {"sng", "aut"}
    await ben.ask("leave_record_unnamed", rain["id"], status=403)
    await ana.ask("leave_record_unnamed", rain["id"])
    await ana.ask("name_record_again", rain["id"])
    await ana.ask("leave_record_unnamed_in", rain["id"], rain["id"], status=404)
    await ana.ask("leave_record_unnamed_in", rain["id"], song["id"])
    await ben.ask("look_behind_names", song["id"], reason="Curious", status=403)
    [behind] = (await olga.get("look_behind_names", song["id"], reason="A letter"))["items"]
    assert behind["person"]["id"] == person
    await ana.ask("name_record_again_in", rain["id"], song["id"])
    await ben.ask("recommend_record", rain["id"])
    await ben.ask("take_back_recommendation", rain["id"])
    await ana.ask("recommend_record", rain["id"], status=409)
    found = await nobody.get("list_records", query={"q": "song"})
    assert [each["id"] for each in found["items"]] == [song["id"]]
    assert {each["record"]["id"] for each in (await ana.get("show_feed"))["items"]} == {rain["id"]}

    secret = await ana.get("publish_record", **record(title="For friends", visibility="followers"))
    await nobody.ask("show_record", secret["id"], status=404)
    await ana.ask("delete_record", secret["id"])
    await ana.ask("show_record", secret["id"], status=410)

    melody = await _sound(here, "ben")
    words = "WEBVTT\n\n00:00.500 --> 00:01.500\nDrip\n"
    heard = await ben.get("add_caption", melody.key, "en", webvtt=words)
    assert [each["language"] for each in heard["captions"]] == ["en"]
    shown = await ben.client.get(heard["captions"][0]["url"], headers={"authorization": f"Bearer {ben.token}"})
    assert "Drip" in shown.text
    assert await ben.get("show_file", melody.key) == heard
    await ana.ask("show_file", melody.key, status=404)
    assert await ben.get("suggest_sources", melody.key) == {"records": []}
    await ana.ask("suggest_sources", melody.key, status=404)
    await ben.ask("remove_caption", melody.key, "en")
    await ben.ask("remove_caption", melody.key, "en", status=404)

    key = "0" * 26
    kept = await ana.get("save_draft", key, title="Later", fields=[{"name": "text", "value": "…"}])
    assert await ana.get("show_draft", key) == kept
    assert (await ana.get("list_drafts"))["items"] == [kept]
    await ana.ask("forget_draft", key)
    await ana.ask("show_draft", key, status=404)
    return {"rain": rain["id"], "song": song["id"]}


async def _lead(ana: Program, ben: Program, nobody: Program, made: dict[str, int]) -> None:
    new = await ana.get("open_challenge", title="Sounds of rain", text="Send **rain**.", terms=TERMS, kinds=["audio"])
    assert (new["handle"], new["terms"]["amount"]) == ("@sounds_of_rain@here.test", 12000)
    await ana.ask("open_challenge", title="Sounds of rain", text="Again.", terms=TERMS, status=409)
    assert [each["id"] for each in (await nobody.get("list_challenges"))["items"]] == [new["id"]]
    changed = await ana.get("change_challenge", new["id"], terms={"licence": "CC-BY-SA-4.0"})
    assert (changed["terms"]["version"], changed["terms_before"][0]["pays"]) == (2, "pot")
    await ben.ask("change_challenge", new["id"], text="Mine now", status=403)
    assert (await nobody.get("show_challenge", new["id"]))["text"] == "Send **rain**."

    offered = await ben.get("submit_record", made["song"], challenge=new["id"])
    assert offered["state"] == "pending"
    await ana.ask("submit_record", made["song"], challenge=new["id"], status=403)
    assert len((await ana.get("list_waiting_submissions", new["id"]))["items"]) == 1
    await ben.ask("list_waiting_submissions", new["id"], status=403)
    declined = await ana.get("decline_submission", offered["id"], reason="Too quiet.")
    assert declined["state"] == "declined"
    [own] = (await ben.get("list_own_submissions", new["id"]))["items"]
    assert own["reason"] == "Too quiet."
    await ana.ask("accept_submission", offered["id"], status=422)
    asked = await ana.get("reconsider_submission", offered["id"], reason="I heard it again.")
    assert asked["state"] == "pending"
    changed = await ana.get("ask_for_change", offered["id"], reason="A little longer?")
    assert changed["change_wanted"] == "A little longer?"
    assert (await ana.get("accept_submission", offered["id"], reason="It is rain."))["state"] == "accepted"
    await ana.ask("redo_work", offered["id"], reason="With more rain.")
    log = (await nobody.get("list_log", new["id"]))["items"]
    decisions = [(each["happening"], each["reason"]) for each in log if each["record"]]
    assert decisions[:2] == [("redone", "With more rain."), ("chosen", "It is rain.")]
    assert [each["id"] for each in (await nobody.get("list_submissions", new["id"]))["items"]] == [offered["id"]]
    assert [each["state"] for each in (await nobody.get("list_offers", made["song"]))["items"]] == ["accepted"]
    await ben.ask("accept_submission", offered["id"], reason="Mine.", status=403)
    assert (await ben.get("show_submission", offered["id"]))["record"]["id"] == made["song"]
    assert (await ben.get("withdraw_submission", offered["id"]))["state"] == "withdrawn"
    assert (await ana.get("close_challenge", new["id"]))["is_open"] is False
    await ana.ask("close_challenge", new["id"], status=409)
    told = await ana.get("list_notifications", query={"unread": True})
    assert {each["kind"] for each in told["items"]} >= {"remixed", "submitted"}
    await ana.ask("read_notifications")
    assert (await ana.get("list_notifications", query={"unread": True}))["items"] == []


async def _talk(ana: Program, ben: Program, made: dict[str, int]) -> None:
    said = await ben.get("write_comment", made["rain"], text="I hear it.")
    await ben.ask("write_comment", made["rain"], text="There", at_ms=5, status=400)
    answered = await ana.get("answer_comment", said["id"], text="Do you?")
    assert answered["answers"] == said["id"]
    [thread] = (await ben.get("list_comments", made["rain"]))["items"]
    assert [thread["comment"]["id"], thread["answers"][0]["id"]] == [said["id"], answered["id"]]
    assert len((await ben.get("list_thread", answered["id"]))["items"]) == 2
    assert (await ben.get("edit_comment", said["id"], text="I hear *it*."))["text"] == "I hear *it*."
    await ana.ask("edit_comment", said["id"], text="No", status=403)
    await ana.ask("hide_comment", said["id"])
    await ana.ask("unhide_comment", said["id"])
    assert (await ana.get("show_comment", said["id"]))["is_hidden"] is False
    await ben.ask("delete_comment", said["id"])
    await ben.ask("show_comment", said["id"], status=410)


async def _follow(here: Instance, there: Instance, ana: Program, ben: Program) -> None:
    made = await ana.get("follow", address="@cleo@there.test")
    assert made["is_accepted"] is False
    await settle(here, there)
    [followed] = (await ana.get("list_followed"))["items"]
    assert (followed["person"]["handle"], followed["is_accepted"]) == ("@cleo@there.test", True)
    cleo = followed["person"]["id"]
    assert (await ben.get("show_person", cleo))["is_here"] is False
    await ana.ask("unfollow", cleo)
    await ana.ask("follow", address="@x@y.test", person=cleo, status=400)
    found = await ana.get("look_up", query={"address": "https://there.test/u/cleo"})
    assert (found["kind"], found["person"]["id"]) == ("person", cleo)
    await ana.ask("look_up", query={"address": "nonsense"}, status=400)

    await here.run(_close_gates)
    me = (await ben.get("show_me"))["person"]["id"]
    await ana.get("follow", person=me)
    [asked] = (await ben.get("list_follow_requests"))["items"]
    await ben.ask("refuse_follow_request", asked["id"])
    await ana.get("follow", person=me)
    [asked] = (await ben.get("list_follow_requests"))["items"]
    assert (await ben.get("accept_follow_request", asked["id"]))["is_accepted"] is True
    assert len((await ben.get("list_followers"))["items"]) == 1
    assert [each["name"] for each in (await ben.get("search_people", query={"q": "ana"}))["items"]] == ["Ana B."]
    assert len((await ana.get("list_records_of_person", me))["items"]) == 1
    assert (await ana.get("list_challenges_of_person", me))["items"] == []
    assert (await ana.get("follow_tag", "Night"))["tags"] == ["night"]
    assert (await ana.get("list_followed_tags"))["tags"] == ["night"]
    await ana.ask("unfollow_tag", "night")


async def _close_gates() -> None:
    await Actor.filter(local_handle="ben").update(approves_followers=True)


async def _look_after_the_instance(here: Instance, olga: Program, ben: Program, nobody: Program) -> None:
    changed = await olga.get(
        "change_instance", title="Here", rules="Be kind.", registration="approval", question="Who?"
    )
    assert await nobody.get("show_instance") == changed
    assert {each["id"] for each in (await nobody.get("show_vocabularies"))["licences"]} >= {"CC-BY-SA-4.0"}
    async with here.client() as browser:
        for name in ("dora", "egon"):
            typed = {"name": name, "password": PASSWORD, "answer": "It is me.", "agreed": "on"}
            assert (await browser.post("/sign-up", data=typed)).status_code == 200
    dora, egon = (await olga.get("list_sign_ups"))["items"]
    assert (await olga.get("approve_sign_up", dora["id"]))["name"] == "dora"
    await olga.ask("approve_sign_up", dora["id"], status=409)
    await olga.ask("decline_sign_up", egon["id"], reason="Not now.")
    assert [each["name"] for each in (await olga.get("list_members", query={"q": "dora"}))["items"]] == ["dora"]
    assert (await olga.get("change_role", "dora", role="moderator"))["role"] == Role.MODERATOR
    assert (await olga.get("show_member", "dora"))["is_suspended"] is False
    await ben.ask("suspend_member", "dora", status=403)
    assert (await olga.get("suspend_member", "ben", reason="Noise."))["is_suspended"] is True
    assert (await ben.client.get("/api/me", headers={"authorization": f"Bearer {ben.token}"})).status_code == 401
    await olga.ask("unsuspend_member", "ben")
    newest = await olga.get("list_audit_events", query={"limit": 50})
    after = parse_qs(urlsplit(newest["next"]).query)["after"][0]
    events = [*newest["items"], *(await olga.get("list_audit_events", query={"limit": 50, "after": after}))["items"]]
    assert {each["action"] for each in events} >= {"create_token", "revoke_token", "suspend", "open_challenge"}


async def _file(here: Instance, name: str) -> Media:
    """A picture of `name` that has arrived."""
    return await _kept(here, name, "drops.png", encoded(scene((40, 30)), "PNG"))


async def _sound(here: Instance, name: str) -> Media:
    """A melody of `name` that has arrived."""
    return await _kept(here, name, "drops.wav", sound(here.settings.data_dir / "made.wav", codec="pcm_s16le"))


async def _kept(here: Instance, name: str, file_name: str, data: bytes) -> Media:
    owner = await actor_named(here, name)
    path = here.state["store"].incoming / file_name
    path.write_bytes(data)
    return await here.run(
        lambda: keep_file(here.state["store"], owner, file_name=file_name, source=path, settings=here.settings)
    )
