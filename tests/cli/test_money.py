"""`fedirec money` says and changes what an instance decided about money."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import done, refused


def test_what_was_decided_about_money_is_shown_and_changed(studio: Path) -> None:
    before = json.loads(done("money", "settings", "show", "--json", folder=studio))
    assert (before["window_days"], before["shows_ledger"], before["adapters"]) == (14, "totals", [])
    wanted = ("window_days=21", "adapters=manual,sepa", "shows_amounts=off", "debtor.name=Studio e.V.")
    done("money", "settings", "set", *wanted, folder=studio)
    after = json.loads(done("money", "settings", "show", "--json", folder=studio))
    changed = {name: after[name] for name in after if after[name] != before[name]}
    assert changed == {
        "window_days": 21,
        "adapters": ["manual", "sepa"],
        "shows_amounts": False,
        "debtor": {"name": "Studio e.V."},
    }
    for wrong in (
        "window_days=13",
        "window_days=soon",
        "nothing=1",
        "currency=XXX",
        "debtor_account=DE75",
        "people_needed=1",
    ):
        assert wrong.partition("=")[0] in refused("money", "settings", "set", wrong, folder=studio)
    assert "(host, consent, majority)" in refused("money", "settings", "set", "rule=mine", folder=studio)
    assert "manual,sepa" in done("money", "settings", "show", folder=studio)
