"""Everything that programs do about reports, in one story."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.models import Actor, ActorKey
from fedirec.clock import now
from fedirec.remix.models import Comment, Record
from fedirec.remix.visibility import HELD
from tests.api.programs import Program
from tests.network import Instance

ANA = "https://here.test/u/ana"
CLEO = "https://there.test/u/cleo"


async def look_after_people(here: Instance, olga: Program, ana: Program, ben: Program) -> None:
    """Ben reports ana and cleo, olga decides, ana appeals, and the doors are closed and opened."""
    assert (await ben.get("report", about=[ANA], category="spam", words="Noise"))["state"] == "open"
    await ben.ask("report", about=[ANA], category="spam", words="Noise", status=409)
    await ben.ask("report", about=[CLEO], category="licence", words="Mine", forward=True)
    await ben.ask("list_cases", status=403)
    cases = {case["person"]["handle"]: case for case in (await olga.get("list_cases"))["items"]}
    case, far = cases["@ana@here.test"]["id"], cases["@cleo@there.test"]["id"]
    await olga.ask("claim_case", case)
    assert (await olga.get("note_on_case", case, text="A drummer."))["notes"][0]["text"] == "A drummer."
    await olga.ask("release_case", case)
    [about_cleo] = (await olga.get("show_case", far))["open"]
    assert about_cleo["wishes_forwarding"] is True
    await olga.ask("forward_report", about_cleo["id"], words="Please look at this.")
    await olga.ask("forward_report", about_cleo["id"], words="Again", status=409)
    await olga.ask("decide_case", far, action="delete", things=[CLEO], status=404)
    decided = await olga.get("decide_case", case, action="limit", words="A pause.", reason="noise")
    assert decided["is_limited"] is True
    [decision] = decided["decisions"]
    assert [each["was_heeded"] for each in (await ben.get("list_own_reports"))["items"]] == [None, True]
    await ben.ask("show_decision", decision["id"], status=404)
    told = await ana.get("show_decision", decision["id"])
    assert (told["words"], "reason" in told) == ("A pause.", False)
    assert (await ana.get("appeal_decision", decision["id"], words="I drum."))["appeal"] == "waiting"
    [asked] = (await olga.get("list_appeals"))["items"]
    await olga.ask("answer_appeal", asked["id"], grants=False, words="It was three in the morning.")
    await olga.ask("undo_decision", decision["id"], reason="They moved out.")
    await olga.ask("decide_case", far, action="dismiss")
    await _confirm(here, olga, ben, far)
    await _watch(here, olga)


async def _confirm(here: Instance, olga: Program, ben: Program, case: int) -> None:
    """Cleo has a new key of which nobody knows whether it is hers, and olga finds out."""
    assert (await olga.get("show_case", case))["keys"] is None
    await olga.ask("confirm_keys", case, keys=[], reason="I rang her.", status=409)

    async def change() -> None:
        cleo = await Actor.get(id=case)
        known: dict[str, Any] = {
            "key_id": f"{cleo.uri}#another",
            "kind": "rsa",
            "public": "x",
            "fingerprint": "zQmAnother",
        }
        await ActorKey.create(actor=cleo, **known, is_vouched=False)

    await here.run(change)
    assert (await ben.get("show_person", case))["keys_changed_at"] is not None
    changed = (await olga.get("show_case", case))["keys"]
    assert "zQmAnother" in changed["now"]
    assert "zQmAnother" not in changed["before"]
    await ben.ask("confirm_keys", case, keys=changed["now"], reason="I like her.", status=403)
    await olga.ask("confirm_keys", case, keys=changed["before"], reason="I rang her.", status=409)
    assert (await olga.get("confirm_keys", case, keys=changed["now"], reason="I rang her."))["keys"] is None
    assert (await ben.get("show_person", case))["keys_changed_at"] is None


async def _watch(here: Instance, olga: Program) -> None:
    words = await olga.get("set_watch", words=["casino", "cheap boots"], holds_strangers=True, contact="help@here.test")
    assert words == await olga.get("show_watch")
    await olga.ask("set_watch", words=["..."], holds_strangers=False, status=400)
    assert (await olga.get("close_doors", hours=2))["doors_closed_until"]
    await olga.ask("open_doors")
    await olga.ask("open_doors", status=409)
    await olga.ask("set_watch", words=[], holds_strangers=False)

    async def hold() -> None:
        said = await Comment.filter(deleted_at=None).order_by("id").first()
        assert said is not None
        said.held_at = said.hidden_at = now()
        await said.save(update_fields=["held_at", "hidden_at"])

    answers: list[dict[str, Any]] = [{"lets_in": True}, {"lets_in": False}, {"lets_in": False, "whole_host": True}]
    for answer in answers:
        await here.run(hold)
        [held] = (await olga.get("list_held_comments"))["items"]
        await olga.ask("answer_held_comment", held["id"], **answer)
        await olga.ask("answer_held_comment", held["id"], **answer, status=404)

    async def hold_work() -> None:
        made = await Record.filter(deleted_at=None).order_by("-id").first()
        assert made is not None
        made.held_at, made.visibility = now(), HELD
        await made.save(update_fields=["held_at", "visibility"])

    for answer in [*answers[1:], answers[0]]:
        await here.run(hold_work)
        [work] = (await olga.get("list_held_works"))["items"]
        await olga.ask("answer_held_work", work["id"], **answer)
        await olga.ask("answer_held_work", work["id"], **answer, status=404)
