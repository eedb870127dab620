"""The part of the story in which something earned money, and it is shared in the open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedirec.clock import now
from fedirec.credits.actions.proposals.deciding import close_windows
from fedirec.credits.models import PayProposal
from fedirec.projects.models import Production
from fedirec.remix.models import Challenge
from tests.api.programs import Program
from tests.credits.proposing import keeps
from tests.network import Instance


async def share_money(here: Instance, olga: Program, ana: Program, ben: Program, nobody: Program) -> None:
    """Ana proposes how the money of the song is shared, Ben objects and is heard, and Olga locks it."""
    pool, song = await _earn(here, olga, ana, nobody)
    await ben.ask("begin_proposal", pool=pool, productions=[song], title="Tin", status=403)
    begun = await ana.get("begin_proposal", pool=pool, productions=[song], title="Tin")
    key = begun["key"]
    await nobody.ask("show_proposal", key, status=404)
    draft = await ana.get("show_proposal_draft", key)
    assert len(draft["missing"]["unreasoned"]) == len(draft["lines"])
    dora = {"name": "Dora", "weight": 0, "reason": "She carried the ladder, and wants nothing."}
    lines = [
        {"key": line["key"], "label": line["label"], "role": line["role"], "weight": 10, "reason": "It is heard."}
        for line in draft["lines"]
    ]
    await ana.ask("save_proposal_lines", key, version=7, lines=lines, status=412)
    draft = await ana.get("save_proposal_lines", key, version=draft["version"], lines=[*lines, dora])
    for how in ({"how": "even"}, {"how": "scale", "target": 600}, {"how": "credits"}, {"how": "suggestion"}):
        draft = await ana.get("arrange_proposal", key, version=draft["version"], **how)
    await ana.ask("save_proposal_lines", key, version=draft["version"], lines=lines)
    await ben.ask("show_proposal_draft", key, status=404)
    await ana.ask("ask_to_agree", key)
    version = (await ana.get("show_proposal_draft", key))["version"]
    shown = await ana.get("publish_proposal", key, version=version)
    digest = shown["digest"]
    assert (shown["state"], shown["amount"], shown["lines"]) == ("published", 5_000, len(lines) + 1)

    assert [each["key"] for each in (await ben.get("list_proposals"))["items"]] == [key]
    group = shown["group"]["uri"]
    assert [each["key"] for each in (await nobody.get("list_proposals", query={"group": group}))["items"]] == [key]
    listed = await nobody.get("list_proposal_lines", key, query={"limit": 1})
    assert listed["next"], "one line of several"
    assert [each["number"] for each in (await nobody.get("list_proposal_revisions", key))["items"]] == [1]
    await ben.get("comment_on_proposal", key, text="Well *done*.")
    assert len((await nobody.get("list_proposal_comments", key))["items"]) == 1

    assert (await ben.get("accept_proposal", key, digest=digest))["counts"]
    assert not (await ben.get("accept_proposal", key, digest="zQmOther"))["counts"]
    assert (await ben.get("list_departures", key))["items"] == []
    await ben.ask("agree_to_departure", key, digest=digest, status=403)
    said: dict[str, Any] = {"digest": digest, "kind": "too_little", "words": "I drummed.", "remedy": "More."}
    await ben.ask("object_to_proposal", key, **said, status=400)
    said["wanted_parts"] = 900_000
    spare = await ben.get("object_to_proposal", key, **said)
    await ben.ask("withdraw_objection", key, spare["key"])
    heard = (await ben.get("object_to_proposal", key, **said))["key"]
    await ana.get("answer_objection", key, heard, resolution="rejected", words="It is a quiet song.")
    await ben.get("appeal_objection", key, heard, words="Listen again.")
    assert [each["objection"] for each in (await olga.get("list_proposal_appeals"))["items"]] == [heard]
    decided = await olga.get("decide_proposal_appeal", key, heard, upholds=False, reason="I listened.")
    assert decided["appeal"]["state"] == "dismissed"
    hidden = {"what": "objection", "which": heard, "reason": "It names a street."}
    await olga.ask("hide_proposal_words", key, **hidden)
    both = (await nobody.get("list_objections", key))["items"]
    assert [(each["words"], each["is_hidden"]) for each in both] == [("I drummed.", False), ("", True)]
    await olga.ask("hide_proposal_words", key, **hidden, shows=True)
    mine = (await ben.get("show_proposal", key))["your_lines"][0]["key"]
    changed = await ben.get("give_share_back", key, digest=digest, line=mine)
    assert changed["revision"] == 2
    changed = await ben.get("give_share_back", key, digest=changed["digest"], line=mine, takes_back=True)

    await here.run(lambda: PayProposal.filter(key=key).update(closes_at=now() - timedelta(minutes=1)))
    await here.run(close_windows)
    assert [each["key"] for each in (await olga.get("list_waiting_proposals"))["items"]] == [key]
    await ben.ask("decide_proposal", key, digest=changed["digest"], accepts=True, reason="Fair.", status=403)
    await olga.get("decide_proposal", key, digest=changed["digest"], accepts=True, reason="Fair.")
    locked = await olga.get("lock_proposal", key, digest=changed["digest"])
    assert (locked["state"], locked["locked_amount"], locked["held_amount"]) == ("locked", 5_000, 0)
    wrong = await ana.get("begin_proposal", pool=pool, productions=[song], title="More", adjusts=key)
    await ana.ask("cancel_proposal", wrong["key"])


async def _earn(here: Instance, olga: Program, ana: Program, nobody: Program) -> tuple[str, int]:
    """The key of a pool into which 100.00 came, half of it for the host, and the row of what earned it."""

    async def rows() -> tuple[int, int, int, str]:
        song = await Production.get(title="Tin", state__in=["frozen", "released"]).select_related("project__actor")
        challenge = await Challenge.filter(leader__local_handle="ana", part_of_id=None).order_by("id").first()
        assert challenge is not None
        await challenge.fetch_related("actor")
        return song.id, song.project.id, challenge.id, challenge.actor.uri

    song, project, challenge, group = await here.run(rows)
    assert (await nobody.get("show_money_settings"))["currency"] == "EUR"
    said: dict[str, Any] = {"title": "Sales", "currency": "EUR", "rule": "host", "host_share_ppm": 500_000}
    await ana.ask("open_pool_of_project", project, kind="profit_split", **said, status=400)
    await here.run(keeps, 500_000)
    pool = (await ana.get("open_pool_of_project", project, kind="profit_split", **said))["key"]
    changed = await ana.get("change_pool", pool, **{**said, "title": "Sales of the song"}, reason="Clearer.")
    assert changed["title"] == "Sales of the song"
    day = now().date().isoformat()
    came = {"kind": "income", "currency": "EUR", "words": "Sales", "happened_on": day, "evidence": "statement 1"}
    wrong = (await ana.get("state_entry", pool, amount=1_000_000, **came))["key"]
    assert (await olga.get("refuse_entry", pool, wrong, reason="It was less."))["state"] == "refused"
    right = (await ana.get("state_entry", pool, amount=10_000, **came))["key"]
    await ana.ask("confirm_entry", pool, right, status=403)
    assert (await olga.get("confirm_entry", pool, right))["state"] == "confirmed"
    twice = (await ana.get("state_entry", pool, amount=10_000, **came))["key"]
    await olga.ask("confirm_entry", pool, twice)
    undoing = await ana.get("undo_entry", pool, twice, reason="I stated it twice.")
    assert (undoing["kind"], undoing["reverses"], undoing["state"]) == ("reversal", twice, "stated")
    assert (await olga.get("confirm_entry", pool, undoing["key"]))["state"] == "confirmed"
    assert (await nobody.get("show_pool", pool))["standing"]["available"] == 5_000
    listed = [(each["state"], each["undone_by"]) for each in (await nobody.get("list_pool_entries", pool))["items"]]
    assert listed == [("confirmed", None), ("undone", undoing["key"]), ("confirmed", None), ("refused", None)]
    assert [each["key"] for each in (await nobody.get("list_pools_of_project", project))["items"]] == [pool]

    asked: dict[str, Any] = {"title": "A trailer", "currency": "EUR", "rule": "host", "stated": 50_000, "brief": "One."}
    order = await ana.get("open_pool_of_project", project, kind="commission", client="The cinema", **asked)
    await ana.ask("use_pool", order["key"], group=group)
    promised = await ana.get("open_pool_of_challenge", challenge, kind="line_item", **asked)
    assert (await ana.get("close_pool", promised["key"], reason="Another way."))["state"] == "closed"
    assert (await nobody.get("list_pools_of_challenge", challenge))["items"]
    await ana.ask("open_pool_of_instance", kind="self_funded", **asked, status=403)
    await olga.get("open_pool_of_instance", kind="self_funded", **asked)
    assert len((await nobody.get("list_pools_of_instance"))["items"]) == 1
    return pool, song
