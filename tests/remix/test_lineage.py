"""What was made from what, and who is credited."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Conflict, Invalid
from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import (
    MAX_DEPTH,
    MAX_RECORDS,
    MAX_SOURCES,
    CreditLine,
    Edge,
    Part,
    children_of,
    credit_lines,
    generations,
    looping_among,
    parents_of,
    refuse_loop,
    refuse_too_many,
    would_loop,
)
from fedirec.remix.roles import default_role
from fedirec.remix.words import Named, in_words, plain

EDGES = [
    Edge(record="film", source="story"),
    Edge(record="film", source="picture"),
    Edge(record="film", source="melody"),
    Edge(record="picture", source="story"),
    Edge(record="melody", source="story"),
]
AUTHORS = {"film": "eve", "story": "bo", "picture": "cy", "melody": "dee"}
KINDS = {"film": Kind.VIDEO, "story": Kind.TEXT, "picture": Kind.IMAGE, "melody": Kind.AUDIO}
NAMES = {"eve": "Eve", "bo": "Bo", "cy": "Cy", "dee": "Dee", "fay": "Fay", "gia": "Gia"}
ILL, AUT, FMK, CMP, NRT, SNG = (
    f"http://id.loc.gov/vocabulary/relators/{code}" for code in ("ill", "aut", "fmk", "cmp", "nrt", "sng")
)
PARTS: Mapping[str, Collection[Part]] = {
    "film": [Part(person="eve", role=FMK)],
    "story": [Part(person="bo", role=AUT)],
    "picture": [Part(person="cy", role=ILL)],
    "melody": [Part(person="dee", role=CMP)],
}
PARENTS = parents_of(EDGES)

letters = st.sampled_from("abcdefghij")
graphs = st.lists(st.builds(lambda record, source: Edge(record=record, source=source), letters, letters), max_size=30)


def credits_of(record: str, edges: Iterable[Edge] = EDGES) -> list[CreditLine]:
    return credit_lines(record, edges=edges, authors=AUTHORS, parts=PARTS, kinds=KINDS)


def test_ancestors_and_descendants_come_nearest_first_and_once() -> None:
    assert list(generations("film", PARENTS)) == ["film", "melody", "picture", "story"]
    assert list(generations("story", PARENTS)) == ["story"]
    assert list(generations("story", children_of(PARENTS))) == ["story", "film", "melody", "picture"]


def test_a_source_that_is_reached_on_two_ways_counts_as_near() -> None:
    assert generations("film", PARENTS) == {"film": 0, "melody": 1, "picture": 1, "story": 1}
    assert generations("film", parents_of(edge for edge in EDGES if edge != EDGES[0]))["story"] == 2


@given(graphs)
def test_being_an_ancestor_and_being_a_descendant_are_the_same_thing(edges: list[Edge]) -> None:
    parents = parents_of(edges)
    for record in "abcdefghij":
        for ancestor in generations(record, parents):
            assert record in generations(ancestor, children_of(parents))


@given(graphs, letters, st.sets(letters))
def test_a_record_without_a_loop_is_never_its_own_ancestor(edges: list[Edge], record: str, sources: set[str]) -> None:
    parents = parents_of(edges)
    looping = would_loop(record, sources, parents)
    grown = parents | {record: parents.get(record, set()) | sources}
    reached = {far for source in sources for far in generations(source, parents)}
    assert looping == (record in reached)
    if not looping and not would_loop(record, parents.get(record, set()), parents):
        assert all(record not in grown.get(far, set()) for far in generations(record, grown))


@given(graphs, letters, st.sets(letters))
def test_what_loops_among_many_is_what_would_loop_alone(edges: list[Edge], record: str, sources: set[str]) -> None:
    parents = parents_of(edges)
    alone = {source for source in sources if would_loop(record, [source], parents)}
    assert looping_among(record, sources, parents) == alone


def test_a_record_cannot_be_made_from_itself_or_from_what_was_made_from_it() -> None:
    with pytest.raises(Conflict):
        refuse_loop("story", ["story"], PARENTS)
    with pytest.raises(Conflict) as refused:
        refuse_loop("story", ["other", "film"], PARENTS)
    assert "film" in refused.value.detail
    assert refused.value.field == "sources"
    refuse_loop("film", ["story", "picture"], PARENTS)


def test_a_loop_is_found_deeper_than_any_walk_for_display_goes() -> None:
    chain = {str(number): {str(number + 1)} for number in range(10 * MAX_DEPTH)}
    assert would_loop(str(10 * MAX_DEPTH), ["0"], chain)
    assert not would_loop("new", ["0"], chain)


def test_a_deep_chain_is_followed_for_so_many_generations() -> None:
    chain = {str(number): {str(number + 1)} for number in range(10_000)}
    assert len(generations("0", chain)) == MAX_DEPTH + 1


def test_huge_and_looping_graphs_are_walked_quickly_and_to_an_end() -> None:
    wide = {"film": {f"https://many.example/{number}" for number in range(2 * MAX_RECORDS)}}
    knot = {str(number): {str(other) for other in range(200)} for number in range(200)}
    begun = time.process_time()
    assert len(generations("film", wide)) == MAX_RECORDS
    assert len(generations("0", knot)) == 200
    assert would_loop("7", ["0"], knot)
    assert time.process_time() - begun < 2


def test_more_sources_than_anybody_could_look_through_are_refused() -> None:
    refuse_too_many([str(number % MAX_SOURCES) for number in range(2 * MAX_SOURCES)])
    with pytest.raises(Invalid):
        refuse_too_many([str(number) for number in range(MAX_SOURCES + 1)])


def test_everybody_who_had_a_part_is_credited_with_generation_and_role() -> None:
    lines = credits_of("film")
    assert [(line.person, line.generation, line.roles) for line in lines] == [
        ("eve", 0, (FMK,)),
        ("bo", 1, (AUT,)),
        ("cy", 1, (ILL,)),
        ("dee", 1, (CMP,)),
    ]


def test_a_person_has_one_line_whatever_they_did() -> None:
    parts = {**PARTS, "film": [Part(person="eve", role=FMK), Part(person="bo", role=NRT)]}
    lines = credit_lines("film", edges=EDGES, authors={**AUTHORS, "melody": "bo"}, parts=parts, kinds=KINDS)
    (bo,) = [line for line in lines if line.person == "bo"]
    assert bo.generation == 0
    assert bo.roles == (NRT, AUT)
    assert [(work.record, work.is_author) for work in bo.works] == [("film", False), ("story", True), ("melody", True)]


def test_the_own_author_comes_first_even_among_many() -> None:
    parts = {"film": [Part(person=f"a{number}", role=NRT) for number in range(5)]}
    lines = credit_lines("film", edges=[], authors={"film": "zoe"}, parts=parts, kinds={})
    assert [line.person for line in lines] == ["zoe", "a0", "a1", "a2", "a3", "a4"]


def test_the_roles_of_a_work_are_in_a_fixed_order() -> None:
    roles = [f"https://b.example/roles/{number:02}" for number in range(20)]
    parts = {"film": [Part(person="eve", role=role) for role in reversed(roles)]}
    (line,) = credit_lines("film", edges=[], authors={"film": "eve"}, parts=parts, kinds={})
    assert list(line.roles) == roles


def test_no_generation_is_left_out() -> None:
    chain = [Edge(record=str(number), source=str(number + 1)) for number in range(10)]
    authors = {str(number): f"person {number}" for number in range(11)}
    lines = credit_lines("0", edges=chain, authors=authors, parts={}, kinds={})
    assert [(line.person, line.generation) for line in lines] == [(f"person {n}", n) for n in range(11)]


def test_a_record_whose_author_is_not_known_gives_no_line_but_hides_nobody() -> None:
    edges = [Edge(record="a", source="b"), Edge(record="b", source="c")]
    lines = credit_lines("a", edges=edges, authors={"a": "ana", "c": "cy"}, parts={}, kinds={})
    assert [line.person for line in lines] == ["ana", "cy"]


@given(graphs, st.randoms(use_true_random=False))
def test_whoever_knows_the_same_shows_the_same(edges: list[Edge], random: object) -> None:
    shuffled = edges * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    authors = {letter: f"person {number % 4}" for number, letter in enumerate("abcdefghij")}
    backwards = dict(reversed(authors.items()))
    parts = {letter: [Part(person="p", role=ILL), Part(person="p", role=AUT)] for letter in "abc"}
    parts_backwards = {letter: parts[letter][::-1] for letter in "cba"}
    one = credit_lines("a", edges=edges, authors=authors, parts=parts, kinds={})
    assert one == credit_lines("a", edges=shuffled, authors=backwards, parts=parts_backwards, kinds={})


def test_the_credits_read_as_a_sentence() -> None:
    said = plain(in_words(credits_of("film"), names=NAMES))
    assert said == "Film by Eve, from a story by Bo, an illustration by Cy and a melody by Dee"


def test_names_in_the_sentence_can_be_linked() -> None:
    said = in_words(credits_of("picture"), names=NAMES)
    assert said == ("Illustration by ", Named("Cy", "cy"), ", from a story by ", Named("Bo", "bo"))


def test_helpers_are_named_with_their_roles() -> None:
    parts = {
        **PARTS,
        "film": [Part(person="eve", role=FMK), Part(person="fay", role=NRT)],
        "melody": [Part(person="dee", role=CMP), Part(person="gia", role=SNG), Part(person="fay", role=SNG)],
    }
    lines = credit_lines("film", edges=EDGES, authors=AUTHORS, parts=parts, kinds=KINDS)
    assert plain(in_words(lines, names=NAMES)) == (
        "Film by Eve, from a story by Bo, an illustration by Cy and a melody by Dee,"
        " with Fay (Narrator and Singer) and Gia (Singer)"
    )


def test_several_works_of_one_person_are_named_together() -> None:
    lines = credit_lines(
        "film", edges=EDGES, authors={**AUTHORS, "melody": "bo"}, parts={**PARTS, "melody": []}, kinds=KINDS
    )
    assert (
        plain(in_words(lines, names=NAMES)) == "Film by Eve, from a story and a sound by Bo and an illustration by Cy"
    )


def test_somebody_without_a_name_is_still_there() -> None:
    assert plain(in_words(credits_of("picture"), names={"cy": "Cy"})) == "Illustration by Cy, from a story by somebody"


def test_a_very_long_sentence_ends_with_others() -> None:
    edges = [Edge(record="film", source=f"s{number:02}") for number in range(30)]
    authors = {"film": "eve"} | {f"s{number:02}": f"person {number:02}" for number in range(30)}
    said = plain(in_words(credit_lines("film", edges=edges, authors=authors, parts={}, kinds=KINDS), names=authors))
    assert said.endswith(" and others")
    assert said.count(" by ") == 13


def test_helpers_do_not_make_a_long_sentence_longer() -> None:
    edges = [Edge(record="film", source=f"s{number}") for number in range(8)]
    authors = {"film": "eve"} | {f"s{number}": f"person {number}" for number in range(8)}
    parts = {"film": [Part(person=f"helper {number}", role=NRT) for number in range(8)]}
    said = plain(in_words(credit_lines("film", edges=edges, authors=authors, parts=parts, kinds=KINDS), names={}))
    assert said.count("somebody") == 1 + 8 + 4
    assert said.endswith(" and others")


def test_a_translation_may_put_the_names_where_it_wants() -> None:
    words = {"{work} by {name}": "{name}: {work}", "{work}, from {sources}": "{sources} → {work}", "Film": "Kino"}
    said = in_words(credits_of("film", EDGES[:1]), names=NAMES, gettext=lambda text: words.get(text, text))
    assert plain(said) == "Bo: a story → Eve: Kino"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_default_role_and_a_sentence(kind: Kind) -> None:
    part = Part(person="eve", role=default_role(kind).iri)
    lines = credit_lines("r", edges=[], authors={"r": "eve"}, parts={"r": [part]}, kinds={"r": kind})
    assert plain(in_words(lines, names=NAMES)) in {"Story by Eve", "Illustration by Eve", "Music by Eve", "Film by Eve"}


def test_nothing_is_said_of_nobody() -> None:
    assert in_words([], names={}) == ()
