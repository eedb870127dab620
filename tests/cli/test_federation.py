"""`fedirec federation`, `deliveries` and `inbox`: which instances this one has met, and what it makes of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.cli.command import done, fedirec, refused

MOMENT = "2026-11-20 10:00:00+00:00"
HEADER = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"


def answer(studio: Path, *words: str) -> Any:
    return json.loads(done(*words, "--json", folder=studio))


def peers(studio: Path, *flags: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(studio, "federation", "peers", *flags)
    return found


def add(studio: Path, table: str, **columns: object) -> None:
    """A row of `table` is there, as the server would have left it."""
    database = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")
    marks = ", ".join("?" * len(columns))
    database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
    database.commit()
    database.close()


def change(studio: Path, statement: str) -> None:
    database = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")
    database.execute(statement)
    database.commit()
    database.close()


def meet(studio: Path, host: str) -> int:
    """The row of bo, who lives at `host`."""
    uri = f"https://{host}/u/bo"
    about = {"handle": "bo", "host": host, "summary": "Hello", "also_known_as": "[]", "created_at": MOMENT}
    add(studio, "actor", uri=uri, type="Person", **about)
    ((key,),) = asked(studio, "SELECT max(id) FROM actor")
    return int(key)


def asked(studio: Path, question: str) -> Sequence[Any]:
    database = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")
    rows = database.execute(question).fetchall()
    database.close()
    return rows


def test_an_instance_is_blocked_until_it_is_not(studio: Path) -> None:
    said = done("federation", "block", "Loud.example", "--reason", "spam", folder=studio)
    assert said == "loud.example is blocked.\n"
    (blocked,) = peers(studio, "--blocked")
    assert blocked == {
        "host": "loud.example",
        "state": "blocked",
        "policy": "block",
        "rejects_media": False,
        "rejects_reports": False,
        "public_comment": "",
        "private_comment": "spam",
        "is_obfuscated": False,
        "is_listed": False,
        "software": None,
        "software_version": None,
        "heard_at": None,
        "delivered_at": None,
        "failing_since": None,
        "held_until": None,
        "went_well": 0,
        "went_ill": 0,
        "waiting": 0,
        "given_up": 0,
        "heard from": "never",
        "runs": "",
    }
    assert "blocked already" in refused("federation", "block", "loud.example", folder=studio)

    assert "is not blocked any more" in done("federation", "unblock", "loud.example", folder=studio)
    assert peers(studio, "--blocked") == []
    assert [peer["state"] for peer in peers(studio)] == ["fine"]
    assert "is not blocked" in refused("federation", "unblock", "loud.example", folder=studio)
    assert "know no instance" in refused("federation", "unblock", "never.example", folder=studio)
    assert "host alone" in refused("federation", "block", "https://loud.example/about", folder=studio)
    assert "this instance itself" in refused("federation", "block", "studio.example", folder=studio)


def test_before_a_block_one_is_told_whom_it_would_cut_off(studio: Path) -> None:
    bo = meet(studio, "a.loud.example")
    ((ana,),) = asked(studio, "SELECT id FROM actor WHERE handle = 'ana'")
    between = {"follower_id": ana, "target_id": bo, "accepted_at": MOMENT, "created_at": MOMENT}
    add(studio, "follow", uri="https://studio.example/f", **between)
    foreseen = answer(studio, "federation", "block", "loud.example", "--dry-run")
    assert (foreseen["people"], foreseen["followed"], foreseen["following"]) == (1, 1, 0)
    assert foreseen["followed_by_name"] == [{"ours": "@ana@studio.example", "theirs": "@bo@a.loud.example"}]
    said = done("federation", "block", "loud.example", "--dry-run", folder=studio)
    assert "@ana@studio.example follows @bo@a.loud.example" in said
    said = done("federation", "mode", "listed", "--dry-run", folder=studio)
    assert "@bo@a.loud.example" in said
    assert peers(studio, "--blocked") == []
    assert "Nothing here would be cut off" in done("federation", "block", "x.example", "--dry-run", folder=studio)


def test_an_instance_is_limited_and_its_files_are_left_there(studio: Path) -> None:
    said = done("federation", "limit", "loud.example", "--reject-media", "--public-comment", "Much", folder=studio)
    assert said == "loud.example is limited, and its media are rejected.\n"
    shown = answer(studio, "federation", "show", "loud.example")
    assert (shown["policy"], shown["rejects_media"], shown["public_comment"]) == ("limit", True, "Much")
    assert "policy: limit" in done("federation", "show", "loud.example", folder=studio)
    said = done("federation", "limit", "loud.example", "--reject-reports", "--only-that", folder=studio)
    assert said == "loud.example is allowed, and its reports are rejected.\n"
    assert "say what to reject" in refused("federation", "limit", "x.example", "--only-that", folder=studio).lower()
    assert "know no instance" in refused("federation", "show", "never.example", folder=studio)


def test_only_the_listed_may_come_in_when_it_is_so(studio: Path) -> None:
    both = fedirec("federation", "allow", "good.example", folder=studio)
    assert (both.code, both.out) == (0, "good.example is listed.\n")
    assert "fedirec federation mode listed" in both.err
    assert answer(studio, "federation", "mode") == {"federation": "open"}
    assert "listed only" in done("federation", "mode", "listed", folder=studio)
    assert "so already" in refused("federation", "mode", "listed", folder=studio)
    assert [peer["host"] for peer in peers(studio, "--listed")] == ["good.example"]
    done("federation", "allow", "good.example", "--undo", folder=studio)
    assert "is not listed" in refused("federation", "allow", "good.example", "--undo", folder=studio)


def test_servers_have_to_sign_to_read_when_it_is_so(studio: Path) -> None:
    assert answer(studio, "federation", "secure") == {"demands_signatures": False}
    assert "have to sign" in done("federation", "secure", "on", folder=studio)
    assert "so already" in refused("federation", "secure", "on", folder=studio)
    assert answer(studio, "federation", "secure", "off") == {"demands_signatures": False}


def test_a_list_is_taken_over_and_written(studio: Path) -> None:
    listed = HEADER + "bad.example,suspend,false,false,=1+1,false\nloud.example,silence,true,false,,false\n"
    broken = listed + "b*d.example,suspend,false,false,,true\n"
    (studio / "list.csv").write_text(broken)
    assert "Line 4" in refused("federation", "import", "list.csv", folder=studio)
    assert peers(studio) == []
    plan = answer(studio, "federation", "import", "list.csv", "--dry-run")
    assert [change["host"] for change in plan["changes"]] == ["bad.example", "loud.example"]
    assert [(line["line"], plan["is_done"]) for line in plan["bad"]] == [(4, False)]
    both = fedirec("federation", "import", "list.csv", "--skip-bad", folder=studio)
    assert (both.code, both.out.splitlines()[0]) == (0, "2 changed, 0 hold already.")
    assert "line 4" in both.err
    written = done("federation", "export", folder=studio)
    assert written == listed.replace("=1+1", "'=1+1")
    assert "nothing new" in refused("federation", "import", "-", folder=studio, input=written)
    assert "no such file" in refused("federation", "import", "nowhere.csv", folder=studio).lower()
    done("federation", "import", "-", "--kind", "allows", folder=studio, input="#domain\ngood.example\n")
    assert done("federation", "export", "--kind", "allows", folder=studio) == "#domain\ngood.example\n"
    assert answer(studio, "federation", "export", "--kind", "allows") == {"csv": "#domain\ngood.example\n"}


def test_an_instance_that_does_not_answer_is_shown_as_unreachable(studio: Path) -> None:
    add(studio, "peer", origin="https://here.example", heard_at=MOMENT, created_at=MOMENT)
    add(studio, "peer", origin="https://silent.example", created_at=MOMENT)
    for host, failures, trips in (("here", 1, 0), ("silent", 9, 2), ("unmet", 0, 0)):
        lane = f"deliver:https://{host}.example"
        add(studio, "lane", key=lane, kind="deliver", failures=failures, trips=trips)
    found = [(peer["host"], peer["state"], peer["heard from"]) for peer in peers(studio)]
    assert found == [
        ("here.example", "fine", "2026-11-20"),
        ("silent.example", "unreachable", "never"),
        ("unmet.example", "fine", "never"),
    ]
    assert [peer["host"] for peer in peers(studio, "--silent")] == ["silent.example"]
    assert "choose one of" in refused("federation", "peers", "--silent", "--blocked", folder=studio).lower()


def test_deliveries_that_were_given_up_are_tried_again_or_let_go(studio: Path) -> None:
    for host, dead_at in (("a", MOMENT), ("b", MOMENT), ("b", MOMENT), ("b", None)):
        job = {"payload": "{}", "due_at": MOMENT, "wanted_at": MOMENT, "attempts": 3, "dead_at": dead_at}
        lane = f"deliver:https://{host}.example"
        add(studio, "job", lane=lane, kind="deliver", order_key="", status=500, error="answered 500", **job)
    listed = answer(studio, "deliveries", "list")
    assert [(job["host"], job["tries"], job["why"]) for job in listed] == [
        ("b.example", 3, "answered 500"),
        ("b.example", 3, "answered 500"),
        ("a.example", 3, "answered 500"),
    ]
    assert len(answer(studio, "deliveries", "list", "--host", "b.example")) == 2
    assert "a.example" in done("deliveries", "list", folder=studio)
    assert done("deliveries", "retry", str(listed[2]["id"]), folder=studio) == "It is tried again.\n"
    assert "nobody gave up" in refused("deliveries", "retry", str(listed[2]["id"]), folder=studio)
    assert answer(studio, "deliveries", "retry", "--host", "b.example") == {"revived": 2}
    assert answer(studio, "deliveries", "list") == []
    waiting = answer(studio, "deliveries", "list", "--waiting")
    assert len(waiting) == 4
    assert done("deliveries", "drop", str(waiting[0]["id"]), folder=studio) == "It is gone.\n"
    assert answer(studio, "deliveries", "drop", "--host", "b.example") == {"dropped": 0}
    assert answer(studio, "deliveries", "drop", "--host", "b.example", "--waiting") == {"dropped": 2}
    assert "no such delivery" in refused("deliveries", "drop", "99", folder=studio)
    assert "say which" in refused("deliveries", "drop", folder=studio).lower()
    assert answer(studio, "federation", "retry", "a.example") == {"revived": 0}


def test_what_was_refused_is_shown_and_handled_again(studio: Path) -> None:
    about = {"type": "Create", "sender_id": meet(studio, "a.example"), "target": "POST /inbox", "key_id": "k"}
    came = {"body": b"{}", "signed_headers": "[]", "fingerprint": "f", "received_at": MOMENT, "handled_at": MOMENT}
    why = {"state": "refused", "reason": "No such thing"}
    add(studio, "received", activity_uri="https://a.example/1", **about, **came, **why)
    (kept,) = answer(studio, "inbox", "list")
    assert (kept["state"], kept["why"], kept["sender"]) == ("refused", "No such thing", "https://a.example/u/bo")
    assert answer(studio, "inbox", "list", "--host", "b.example") == []
    assert "No such thing" in done("inbox", "list", "--host", "a.example", folder=studio)
    number = str(kept["id"])
    assert answer(studio, "inbox", "replay", number) == {"id": kept["id"], "state": "waiting"}
    assert asked(studio, "SELECT lane FROM job WHERE kind = 'inbox'") == [("inbox:https://a.example",)]
    assert "about to be" in refused("inbox", "replay", number, folder=studio)
    assert "no such activity" in refused("inbox", "replay", "99", folder=studio).lower()
    change(studio, "UPDATE received SET state = 'failed'")
    done("federation", "block", "a.example", folder=studio)
    assert "is blocked here" in refused("inbox", "replay", number, folder=studio)


def test_what_is_kept_of_a_blocked_instance_is_thrown_away(studio: Path) -> None:
    meet(studio, "a.example")
    assert "neither blocked nor silent" in refused("federation", "purge", "a.example", folder=studio)
    done("federation", "block", "a.example", folder=studio)
    foreseen = answer(studio, "federation", "purge", "a.example", "--dry-run")
    assert foreseen == {"people": 1, "copies": 0, "bytes": 0, "activities": 0, "deliveries": 0, "is_done": False}
    assert "said of themselves: 1" in done("federation", "purge", "a.example", folder=studio)
    assert len(asked(studio, "SELECT 1 FROM job WHERE kind = 'purge'")) == 1
