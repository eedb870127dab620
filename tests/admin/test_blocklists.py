"""Lists of decisions in the form of Mastodon: read, planned, taken over, written."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.models import AuditEvent
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.models import Peer
from fedirec.admin.actions.lists import export_list, import_list, plan_import
from fedirec.admin.actions.policies import treat_peer
from fedirec.admin.blocklists import MAX_LINES, read_list, write_list
from fedirec.admin.treatment import Treatment, treatment_of
from fedirec.errors import Conflict, FedirecError, Invalid, TooLarge
from tests.network import Instance
from tests.peer import Peer as Server

OPERATOR = Operator("command line")
HEADER = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
LIST = HEADER + (
    'bad.example,suspend,false,false,"Spam, and worse",false\n'
    "loud.example,silence,TRUE,false,,true\n"
    "files.example,noop,true,true,Files only,false\n"
)


def test_a_list_of_mastodon_is_understood() -> None:
    lines, bad = read_list(LIST)
    assert not bad
    assert [(line.number, line.host) for line in lines] == [
        (2, "bad.example"),
        (3, "loud.example"),
        (4, "files.example"),
    ]
    assert [line.treatment for line in lines] == [
        Treatment(policy="block", public_comment="Spam, and worse"),
        Treatment(policy="limit", rejects_media=True, is_obfuscated=True),
        Treatment(policy="allow", rejects_media=True, rejects_reports=True, public_comment="Files only"),
    ]


def test_a_plain_list_of_names_is_one_of_instances_to_block() -> None:
    lines, bad = read_list("\ufeffbad.example\n\nWorse.Example\n")
    assert not bad
    assert [(line.host, line.treatment.policy) for line in lines] == [
        ("bad.example", "block"),
        ("worse.example", "block"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",suspend,false,false,,false", "names no instance"),
        ("ba*.example,suspend,false,false,,false", "not written in full"),
        ("bad.example,terrible,false,false,,false", "terrible is no severity"),
        ("bad.example,suspend,perhaps,false,,false", "neither true nor false"),
        (f"bad.example,suspend,false,false,{'x' * 1001},false", "more than 1000 characters"),
        (f"bad.example,suspend,false,false,{'x' * 5001},false", "too long"),
        ('bad.example,suspend,false,false,"a"b,false', "not written as a CSV file"),
        ('bad.example,suspend,false,false,"no end,false', "not written as a CSV file"),
    ],
)
def test_a_bad_line_is_named_with_its_number(line: str, why: str) -> None:
    lines, bad = read_list(f"{LIST}{line}\n")
    assert len(lines) == 3
    assert [each.number for each in bad] == [5]
    assert why in bad[0].why


def test_a_list_is_not_endless() -> None:
    with pytest.raises(TooLarge):
        read_list("x.example\n" * (MAX_LINES + 1))
    with pytest.raises(TooLarge):
        read_list("x" * 2_000_001)
    with pytest.raises(Invalid):
        read_list("\x00\x01")


COMMENTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=50).map(str.strip)


@given(st.lists(st.builds(Treatment, policy=st.sampled_from(["allow", "limit", "block"]), public_comment=COMMENTS)))
def test_no_cell_of_what_is_written_is_a_formula_and_all_of_it_is_read_again(treatments: list[Treatment]) -> None:
    written = write_list((f"{number}.example", each) for number, each in enumerate(treatments))
    for row in csv.reader(io.StringIO(written)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    lines, bad = read_list(written)
    assert not bad
    assert [line.treatment.policy for line in lines] == [each.policy for each in treatments]


@given(st.text(max_size=300))
def test_nothing_that_is_sent_as_a_list_surprises_us(text: str) -> None:
    with suppress(FedirecError):
        read_list(text)


@pytest.mark.parametrize("comment", ['=HYPERLINK("https://evil.example")', "+1", "-2", "@SUM(A1)", "'quoted", "plain"])
def test_what_a_spreadsheet_would_run_comes_back_as_it_was(comment: str) -> None:
    written = write_list([("bad.example", Treatment(policy="block", public_comment=comment))])
    (line,), _bad = read_list(written)
    assert line.treatment.public_comment == comment


async def treatments(here: Instance) -> dict[str, Treatment]:
    rows = await here.run(lambda: Peer.all().order_by("origin"))
    return {row.origin: treatment_of(row) for row in rows if treatment_of(row).says_something}


def site(here: Instance) -> Any:
    return here.state["site"]


async def test_a_list_is_taken_over_and_given_away(here: Instance) -> None:
    await here.meet(Server(here.network, "a.bad.example").actor("bo"))
    plan = await here.run(plan_import, OPERATOR, site(here), LIST)
    assert [(change.host, change.what) for change in plan.changes] == [
        ("bad.example", "new"),
        ("loud.example", "new"),
        ("files.example", "new"),
    ]
    assert plan.consequences.people == 1
    assert await treatments(here) == {}

    await here.run(import_list, OPERATOR, site(here), LIST)
    await here.work()
    assert (await treatments(here))["https://loud.example"] == Treatment(
        policy="limit", rejects_media=True, is_obfuscated=True
    )
    assert await here.run(here.state["remote"].acquaintances.is_blocked, "https://a.bad.example")
    exported = await here.run(export_list, OPERATOR)
    assert sorted(exported.splitlines()) == sorted(LIST.replace("TRUE", "true").splitlines())
    with pytest.raises(Conflict):
        await here.run(import_list, OPERATOR, site(here), exported)
    (event,) = await here.run(lambda: AuditEvent.filter(action="import_policies"))
    assert event.details["changed"] == 3


async def test_what_was_decided_here_is_never_weakened_silently(here: Instance) -> None:
    ours = Treatment(policy="block", rejects_reports=True, public_comment="Ours", private_comment="Known to us")
    await here.run(treat_peer, OPERATOR, site(here), "bad.example", ours)
    theirs = HEADER + "bad.example,silence,true,false,Theirs,false\n"
    plan = await here.run(plan_import, OPERATOR, site(here), theirs)
    (contradiction,) = plan.contradictions
    assert (contradiction.number, contradiction.columns) == (2, ("policy", "rejects_reports"))
    await here.run(import_list, OPERATOR, site(here), theirs)
    kept = Treatment(
        policy="block", rejects_media=True, rejects_reports=True, public_comment="Ours", private_comment="Known to us"
    )
    assert await treatments(here) == {"https://bad.example": kept}
    await here.run(lambda: import_list(OPERATOR, site(here), theirs, overrule=True))
    assert await treatments(here) == {
        "https://bad.example": Treatment(
            policy="limit", rejects_media=True, public_comment="Theirs", private_comment="Known to us"
        )
    }


async def test_nothing_is_taken_over_unless_all_is_well(here: Instance) -> None:
    mixed = LIST + "here.test,suspend,false,false,,false\nbad.example,silence,false,false,,false\n"
    with pytest.raises(Invalid) as told:
        await here.run(import_list, OPERATOR, site(here), mixed)
    assert "Line 5" in told.value.detail
    assert await treatments(here) == {}
    plan = await here.run(lambda: import_list(OPERATOR, site(here), mixed, skip_bad=True))
    assert [line.number for line in plan.bad] == [5, 6]
    assert len(await treatments(here)) == 3


async def test_a_list_of_those_who_are_allowed_lists_them(here: Instance) -> None:
    listed = "#domain\ngood.example\nbetter.example\n"
    await here.run(lambda: import_list(OPERATOR, site(here), listed, kind="allows"))
    assert await here.run(lambda: Peer.filter(is_listed=True).count()) == 2
    assert await treatments(here) == {}
    assert await here.run(export_list, OPERATOR, "allows") == "#domain\nbetter.example\ngood.example\n"


async def test_a_long_list_is_taken_over_at_once(here: Instance) -> None:
    long = HEADER + "".join(f"h{number}.example,suspend,false,false,,false\n" for number in range(3_000))
    await here.run(import_list, OPERATOR, site(here), long)
    assert await here.run(lambda: Peer.filter(policy="block").count()) == 3_000
