"""The drawing of a trail, whatever the trail."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from fedirec.web.drawing import Box, Drawing, draw, further
from fedirec.web.drawing.letters import shorten, two_lines
from fedirec.web.trails import Branch, branches_of
from fedirec.web.views import TrailEdge, TrailNode
from tests.web import samples

KEYS = st.integers(min_value=0, max_value=25).map(str)
EDGES = st.lists(st.tuples(KEYS, KEYS).map(lambda pair: TrailEdge(parent=pair[0], child=pair[1])), max_size=60)


def nodes_of(number: int) -> list[TrailNode]:
    return [TrailNode(key=str(key), title=f"Record {key}", url=f"/r/{key}", is_here=key == 0) for key in range(number)]


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    boxes = drawing.boxes
    return [
        (one.url, other.url)
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if abs(one.x - other.x) < one.width and abs(one.y - other.y) < one.height
    ]


@given(st.integers(min_value=1, max_value=26), EDGES, st.integers(min_value=3, max_value=40))
def test_no_two_boxes_overlap_and_all_stand_inside(number: int, edges: list[TrailEdge], limit: int) -> None:
    drawing = draw(nodes_of(number), edges, limit)

    assert overlaps(drawing) == []
    assert len(drawing.boxes) <= limit
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height


@given(st.integers(min_value=1, max_value=26), EDGES, st.integers(min_value=3, max_value=40))
def test_every_record_is_drawn_or_counted(number: int, edges: list[TrailEdge], limit: int) -> None:
    drawing = draw(nodes_of(number), edges, limit)
    drawn = [box.node.key for box in drawing.boxes if box.node]

    assert len(drawn) == len(set(drawn))
    assert len(drawn) + drawing.folded == number
    assert "0" in drawn


@given(EDGES)
def test_the_same_trail_gives_the_same_drawing(edges: list[TrailEdge]) -> None:
    assert draw(nodes_of(26), edges) == draw(nodes_of(26), edges)


@given(st.sets(st.tuples(st.integers(0, 25), st.integers(0, 25)).filter(lambda pair: pair[0] < pair[1]), max_size=60))
def test_a_source_stands_left_of_what_was_made_from_it(pairs: set[tuple[int, int]]) -> None:
    edges = [TrailEdge(parent=str(parent), child=str(child)) for parent, child in sorted(pairs)]
    drawing = draw(nodes_of(26), edges)
    at = {box.node.key: box.x for box in drawing.boxes if box.node}

    assert all(at[edge.parent] < at[edge.child] for edge in edges)
    assert len(drawing.lines) == len(edges)


def test_a_circle_is_drawn_without_going_round_in_it() -> None:
    edges = [TrailEdge(parent="0", child="1"), TrailEdge(parent="1", child="2"), TrailEdge(parent="2", child="0")]
    drawing = draw(nodes_of(3), edges)

    assert len(drawing.lines) == 3
    assert overlaps(drawing) == []
    assert sum(1 for branch in walk(branches_of(nodes_of(3), edges, "0"))) <= 3


def walk(branches: tuple[Branch, ...]) -> list[Branch]:
    return [deeper for branch in branches for deeper in (branch, *walk(branch.branches))]


def test_a_line_says_whether_it_is_a_claim() -> None:
    drawing = draw(samples.NODES, samples.EDGES)
    claims = [(line.parent, line.child) for line in drawing.lines if line.is_claim]

    assert claims == [("film", "dance")]


def test_far_records_fold_into_signs_beside_their_neighbours() -> None:
    nodes = nodes_of(100)
    edges = [TrailEdge(parent="0", child=str(key)) for key in range(1, 100)]
    drawing = draw(nodes, edges)
    signs = [box for box in drawing.boxes if box.node is None]

    assert len(drawing.boxes) == 60
    assert [(sign.folded, sign.url) for sign in signs] == [(41, "/r/0")]


def test_a_large_trail_is_drawn_quickly() -> None:
    nodes = nodes_of(2_000)
    edges = [TrailEdge(parent=str(key // 3), child=str(key)) for key in range(1, 2_000)]
    started = time.process_time()
    draw(nodes, edges)
    branches_of(nodes, edges, "0", towards="remixes")

    assert time.process_time() - started < 1.0


def test_ten_thousand_relatives_take_not_much_longer_than_two_thousand() -> None:
    def seconds(number: int, limit: int) -> float:
        nodes = nodes_of(number)
        edges = [TrailEdge(parent=str(key // 7), child=str(key)) for key in range(1, number)]
        edges += [TrailEdge(parent=str(key % 97), child=str(key)) for key in range(200, number)]
        started = time.process_time()
        drawing = draw(nodes, edges, limit)
        assert len(drawing.boxes) <= limit
        assert sum(len(line.path) for line in drawing.lines) < 2_000_000
        return time.process_time() - started

    small, large = (min(seconds(number, limit) for _ in range(3)) for number, limit in ((2_000, 400), (10_000, 400)))

    assert large < max(12 * small, 0.5)
    assert seconds(10_000, 60) < 0.5


@given(EDGES, st.integers(min_value=0, max_value=25))
def test_a_drawing_can_be_made_around_any_record(edges: list[TrailEdge], centre: int) -> None:
    drawing = draw(nodes_of(26), edges, 8, str(centre))

    assert drawing.centre == str(centre)
    assert str(centre) in {box.node.key for box in drawing.boxes if box.node}
    assert len(drawing.boxes) <= 8


@given(st.integers(min_value=1, max_value=26), EDGES)
def test_boxes_stand_in_the_order_in_which_they_are_read_and_know_what_they_are_tied_to(
    number: int, edges: list[TrailEdge]
) -> None:
    drawing = draw(nodes_of(number), edges)
    boxes = drawing.boxes
    places = {box.node.key: place for place, box in enumerate(boxes) if box.node}

    assert [(box.x, box.y) for box in boxes] == sorted((box.x, box.y) for box in boxes)
    for line in drawing.lines:
        assert places[line.child] in boxes[places[line.parent]].ties
        assert places[line.parent] in boxes[places[line.child]].ties


def test_a_sign_leads_to_what_is_behind_it() -> None:
    anchor = TrailNode(key="a", title="a", url="/records/a", row=7)
    here = TrailNode(key="h", title="h", url="/records/h", row=3, is_here=True)
    stranger = TrailNode(key="s", title="s", url="https://gone.example/s")

    def leads(node: TrailNode, centre: str, *, is_after: bool = True) -> str:
        return further(
            Box(x=0, y=0, url=node.url, anchor=node, folded=2, is_after=is_after), centre, "/records/h/lineage?"
        )

    assert leads(anchor, "h") == "/records/h/lineage?around=7"
    assert leads(anchor, "a") == "/records/a/lineage?generation=1#generation"
    assert leads(here, "h", is_after=False) == "/records/h/lineage?generation=-1#generation"
    assert leads(stranger, "h") == "https://gone.example/s"


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    nodes = nodes_of(5_000)
    edges = [TrailEdge(parent=str(key), child=str(key + 1)) for key in range(4_999)]

    assert len(draw(nodes, edges).boxes) == 60
    assert len(draw(nodes, edges, 5_000).boxes) == 5_000
    assert walk(branches_of(nodes, edges, "0", towards="remixes"))


def test_no_trail_is_no_drawing() -> None:
    assert draw([], []).boxes == ()


@given(st.text(max_size=200), st.floats(min_value=1, max_value=30))
def test_shortened_text_is_a_beginning_of_it(text: str, ems: float) -> None:
    short = shorten(text, ems)

    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(st.text(max_size=200))
def test_two_lines_are_never_three(text: str) -> None:
    lines = two_lines(text, 9)

    assert 1 <= len(lines) <= 2
    assert len(" ".join(lines)) <= len(text) + 2


def test_a_branch_stands_once_with_all_that_is_below_it() -> None:
    branches = branches_of(samples.NODES, samples.EDGES, "film")
    repeated = [branch.node.key for branch in walk(branches) if branch.is_repeated]

    assert [branch.node.key for branch in branches] == ["story", "ink", "melody"]
    assert [branch.node.key for branch in branches[0].branches] == ["brief"]
    assert repeated == ["story", "story"]
