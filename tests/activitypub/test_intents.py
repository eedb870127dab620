"""Which dialog of a visitor's own server they are led to."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.intents import INTENTS, SUBSCRIBE, Doing, find_dialog
from fedirec.uris import same_origin

URI = "https://here.test/records/1?a=b&c"
MASTODON = {SUBSCRIBE: "https://home.test/authorize_interaction?uri={uri}"}
INTENT = {
    f"{INTENTS}Follow": "https://home.test/follow?who={object}&next={on-success}&x={unknown}",
    f"{INTENTS}Create": "https://home.test/write?text={content}&to={inReplyTo}",
    f"{INTENTS}Object": "https://home.test/show?it={object}",
}
SHARE = {
    f"{INTENTS}Create": "https://home.test/share?text={content}",
    f"{INTENTS}object": "https://home.test/o?i={object}",
}


@pytest.mark.parametrize(
    ("offered", "doing", "path", "filled"),
    [
        (MASTODON, Doing.FOLLOW, "/authorize_interaction", {"uri": ["@ana@here.test"]}),
        (INTENT, Doing.FOLLOW, "/follow", {"who": [URI], "next": ["https://here.test/back"]}),
        (INTENT | MASTODON, Doing.ANSWER, "/write", {"to": [URI]}),
        (SHARE | MASTODON, Doing.ANSWER, "/o", {"i": [URI]}),
        (MASTODON, Doing.SEE, "/authorize_interaction", {"uri": ["@ana@here.test"]}),
        (INTENT | MASTODON, Doing.SEE, "/show", {"it": [URI]}),
    ],
)
def test_the_closest_dialog_is_chosen_and_filled_in(
    offered: dict[str, str], doing: Doing, path: str, filled: dict[str, list[str]]
) -> None:
    found = find_dialog(offered, doing, uri=URI, back="https://here.test/back", handle="@ana@here.test")
    assert found is not None
    parts = urlsplit(found)
    assert (parts.netloc, parts.path) == ("home.test", path)
    assert filled.items() <= parse_qs(parts.query).items()


@pytest.mark.parametrize(
    "template",
    [
        "",
        "https://home.test/no-blank",
        "javascript:alert('{uri}')",
        "https://{uri}/path",
        "https://home.test@{uri}",
        "//home.test/{uri}",
        "data:text/html,{uri}",
        "https://home.test/{uri}" + "x" * 2_048,
    ],
)
def test_a_template_that_makes_no_plain_address_is_passed_over(template: str) -> None:
    assert find_dialog({SUBSCRIBE: template}, Doing.FOLLOW, uri=URI, back=URI) is None
    assert find_dialog({}, Doing.FOLLOW, uri=URI, back=URI) is None


@given(st.text(max_size=60), st.sampled_from(Doing))
def test_whatever_a_template_says_nobody_is_led_to_another_host_than_it_names(middle: str, doing: Doing) -> None:
    template = "https://home.test" + middle + "{uri}"
    found = find_dialog({SUBSCRIBE: template}, doing, uri="https://evil.test/x", back=URI)
    assert found is None or same_origin(found, template.replace("{uri}", ""))
