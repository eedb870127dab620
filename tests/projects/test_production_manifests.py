"""Manifests: one digest for one content, another for any other, and credits that follow from them alone."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import FedirecError, Invalid
from fedirec.projects.manifests import MAX_PARTS, Manifest, RoleCredit, UsedRecord, credits_in, read_kept
from fedirec.remix.roles import ROLES
from fedirec.remix.vocab.text import clean_line

AT = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)
_LINES = st.text(max_size=30).map(lambda text: clean_line(text, 30))
_NUMBERS = st.integers(0, 40)


@st.composite
def used(draw: st.DrawFn) -> UsedRecord:
    author, has_terms = draw(st.integers(0, 5)), draw(st.booleans())
    return UsedRecord(
        id=f"https://here.test/records/{draw(_NUMBERS)}",
        digest=draw(st.one_of(st.none(), st.just("zQmDigest"))),
        title=draw(_LINES),
        author=f"https://there.test/u/{author}",
        author_name=f"Person {author}",
        licence="https://creativecommons.org/licenses/by-sa/4.0/",
        words=draw(_LINES),
        challenge="https://here.test/c/dawn" if has_terms else None,
        terms_version=2 if has_terms else None,
        terms_digest="zQmTerms" if has_terms else None,
        is_claimed=draw(st.booleans()),
    )


@st.composite
def done(draw: st.DrawFn) -> RoleCredit:
    person = draw(st.integers(0, 5))
    return RoleCredit(
        name=f"Person {person}",
        role=draw(st.sampled_from(ROLES)).iri,
        person=draw(st.sampled_from([None, f"https://there.test/u/{person}"])),
        words=draw(_LINES),
        is_confirmed=draw(st.booleans()),
    )


RECORDS = st.lists(st.tuples(st.integers(0, 3), used()), max_size=8, unique_by=lambda entry: entry[1].id)
ROLE_LINES = st.lists(
    st.tuples(st.integers(0, 3), done()),
    max_size=8,
    unique_by=lambda entry: (entry[0], entry[1].role, entry[1].name, entry[1].person),
)


def manifest(records: Any = (), roles: Any = (), **changes: Any) -> Manifest:
    wanted: dict[str, Any] = {
        "production": "https://here.test/p/dawn/productions/1",
        "project": "https://here.test/p/dawn",
        "title": "Dawn",
        "licence": "https://creativecommons.org/licenses/by-sa/4.0/",
        "frozen_at": AT,
        "files": ("zQmFile",),
    }
    return Manifest.make(**(wanted | changes), records=records, roles=roles)


@given(RECORDS, ROLE_LINES, st.randoms(use_true_random=False))
def test_in_whatever_order_things_are_picked_the_digest_is_the_same(records: Any, roles: Any, random: Random) -> None:
    before = manifest(records, roles)
    random.shuffle(records)
    random.shuffle(roles)
    assert manifest(records, roles).digest == before.digest


@given(RECORDS, ROLE_LINES)
def test_what_was_kept_as_json_is_read_with_the_same_digest(records: Any, roles: Any) -> None:
    made = manifest(records, roles)
    kept = json.loads(json.dumps(made.write()))
    assert read_kept(kept) == made
    assert read_kept(kept).digest == made.digest


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(value, list):
        return [leaf for place, each in enumerate(value) for leaf in _leaves(each, (*path, place))]
    return [path]


@given(RECORDS, ROLE_LINES, st.data())
def test_a_change_of_any_value_is_another_digest_or_no_manifest(records: Any, roles: Any, data: st.DataObject) -> None:
    made = manifest(records, roles)
    changed = deepcopy(made.write())
    *way, last = data.draw(st.sampled_from([path for path in _leaves(changed) if path[-1] != "type"]))
    place = changed
    for step in way:
        place = place[step]
    was = place[last]
    place[last] = (not was) if isinstance(was, bool) else was + 1 if isinstance(was, int) else f"{was}x"
    try:
        read = read_kept(changed)
    except FedirecError:
        return
    assert read.digest != made.digest or (last == "roleName")  # an unknown role reads as a contribution
    if last == "roleName":
        assert (read.digest == made.digest) == ("ctb" in was)


@given(RECORDS, ROLE_LINES)
def test_everybody_is_credited_once_and_nobody_else(records: Any, roles: Any) -> None:
    made = manifest(records, roles)
    lines = credits_in(made)
    people = [line.person for line in lines if line.person]
    assert len(people) == len(set(people))
    named = {role.person for role in made.roles if role.person}
    assert set(people) == named | {record.author for record in made.records}
    assert sorted(uri for line in lines for uri in line.records) == sorted(record.id for record in made.records)
    for role in made.roles:
        line = next(line for line in lines if line.person == role.person and (role.person or line.name == role.name))
        assert role.role in line.roles


def test_whoever_has_not_confirmed_a_role_is_marked_until_they_confirmed_all() -> None:
    person = "https://there.test/u/bo"
    yes, no = (RoleCredit(name="Bo", role=ROLES[place].iri, person=person, is_confirmed=place == 0) for place in (0, 1))
    assert credits_in(manifest((), [(0, yes)]))[0].is_confirmed
    assert not credits_in(manifest((), [(0, yes), (0, no)]))[0].is_confirmed
    assert not credits_in(manifest((), [(0, no)]))[0].is_confirmed


def test_places_that_were_given_count() -> None:
    first, second = (
        RoleCredit(name=name, role=ROLES[0].iri, person=f"https://there.test/u/{name}") for name in ("bo", "ada")
    )
    assert [line.name for line in credits_in(manifest((), [(1, first), (2, second)]))] == ["bo", "ada"]
    assert [line.name for line in credits_in(manifest((), [(2, first), (1, second)]))] == ["ada", "bo"]


def test_more_than_a_record_can_be_made_from_is_refused() -> None:
    many = [
        (
            0,
            UsedRecord(
                id=f"https://here.test/records/{number}",
                digest=None,
                title="",
                author="https://here.test/u/a",
                author_name="A",
                licence="https://creativecommons.org/licenses/by/4.0/",
            ),
        )
        for number in range(MAX_PARTS + 1)
    ]
    with pytest.raises(Invalid):
        manifest(many)
    assert len(manifest(many[1:]).records) == MAX_PARTS
