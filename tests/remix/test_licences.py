"""What a remix may carry."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.remix.licences import (
    ALL_RIGHTS_RESERVED,
    BY,
    BY_NC,
    BY_NC_ND,
    BY_NC_SA,
    BY_ND,
    BY_SA,
    CC0,
    CHOICES,
    DEDICATION,
    PUBLIC_DOMAIN,
    UNKNOWN,
    Licence,
    Reason,
    allowed_for_remix,
    explain,
    find_grant,
    find_licence,
    may_carry,
)

CC = "https://creativecommons.org"
OLD = [
    find_licence(f"{CC}/licenses/{name}")
    for name in ("by-sa/1.0", "by-sa/2.0/jp", "by-nc-sa/2.5", "by-sa/3.0/de", "nc/1.0", "sa/1.0", "sampling+/1.0")
]
EVERY = [*CHOICES, PUBLIC_DOMAIN, UNKNOWN, *OLD]
licences = st.sampled_from(EVERY)


# The adapter's licence chart of Creative Commons, row by row: what something made from the source may carry.
def in_words(value: Licence | set[Licence]) -> str:
    """The same in every process, for a test's name."""
    return str(value) if isinstance(value, Licence) else " or ".join(sorted(map(str, value))) or "nothing"


CHART = {
    CC0: set(CHOICES),
    PUBLIC_DOMAIN: set(CHOICES),
    BY: {BY, BY_SA, BY_NC, BY_NC_SA, BY_ND, BY_NC_ND},
    BY_SA: {BY_SA},
    BY_NC: {BY_NC, BY_NC_SA, BY_NC_ND},
    BY_NC_SA: {BY_NC_SA},
    BY_ND: set(),
    BY_NC_ND: set(),
    ALL_RIGHTS_RESERVED: set(),
    UNKNOWN: set(),
}


@pytest.mark.parametrize(("source", "allowed"), CHART.items(), ids=in_words)
def test_each_licence_allows_what_its_row_of_the_chart_says(source: Licence, allowed: set[Licence]) -> None:
    assert allowed_for_remix([source]) == allowed


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        (CC0, CC0, set(CHOICES)),
        (CC0, BY, CHART[BY]),
        (CC0, BY_SA, {BY_SA}),
        (CC0, BY_NC, CHART[BY_NC]),
        (CC0, BY_NC_SA, {BY_NC_SA}),
        (CC0, BY_ND, set()),
        (CC0, BY_NC_ND, set()),
        (BY, BY, CHART[BY]),
        (BY, BY_SA, {BY_SA}),
        (BY, BY_NC, CHART[BY_NC]),
        (BY, BY_NC_SA, {BY_NC_SA}),
        (BY, BY_ND, set()),
        (BY, BY_NC_ND, set()),
        (BY_SA, BY_SA, {BY_SA}),
        (BY_SA, BY_NC, set()),
        (BY_SA, BY_NC_SA, set()),
        (BY_SA, BY_ND, set()),
        (BY_SA, BY_NC_ND, set()),
        (BY_NC, BY_NC, CHART[BY_NC]),
        (BY_NC, BY_NC_SA, {BY_NC_SA}),
        (BY_NC, BY_ND, set()),
        (BY_NC, BY_NC_ND, set()),
        (BY_NC_SA, BY_NC_SA, {BY_NC_SA}),
        (BY_NC_SA, BY_ND, set()),
        (BY_NC_SA, BY_NC_ND, set()),
        (BY_ND, BY_ND, set()),
        (BY_ND, BY_NC_ND, set()),
        (BY_NC_ND, BY_NC_ND, set()),
        (BY, ALL_RIGHTS_RESERVED, set()),
        (CC0, UNKNOWN, set()),
    ],
    ids=in_words,
)
def test_two_sources_allow_what_both_allow(one: Licence, other: Licence, allowed: set[Licence]) -> None:
    assert allowed_for_remix([one, other]) == allowed


def test_without_sources_every_licence_can_be_chosen() -> None:
    assert allowed_for_remix([]) == set(CHOICES)


@given(st.lists(licences, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_sources_means_nothing(sources: list[Licence], random: object) -> None:
    shuffled = list(sources)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert allowed_for_remix(shuffled) == allowed_for_remix(sources)


@given(st.lists(licences, max_size=6), licences)
def test_a_further_source_never_allows_more(sources: list[Licence], further: Licence) -> None:
    assert allowed_for_remix([*sources, further]) <= allowed_for_remix(sources)


@given(st.lists(licences, max_size=5), st.lists(licences, max_size=5))
def test_what_all_allow_is_what_each_part_allows(some: list[Licence], others: list[Licence]) -> None:
    assert allowed_for_remix(some + others) == allowed_for_remix(some) & allowed_for_remix(others)


@given(st.lists(licences, max_size=6), st.none() | st.sampled_from([*CHOICES, *OLD]))
def test_a_reason_is_given_exactly_when_a_remix_may_not_be_made(sources: list[Licence], chosen: Licence | None) -> None:
    may = all(may_carry(source, chosen) for source in sources) if chosen else bool(allowed_for_remix(sources))
    assert bool(explain(sources, chosen)) is not may


@given(st.lists(licences, max_size=6), st.none() | st.sampled_from(CHOICES))
def test_without_the_named_sources_the_remix_may_be_made(sources: list[Licence], chosen: Licence | None) -> None:
    named = {position for clash in explain(sources, chosen) for position in clash.sources}
    assert not explain([source for position, source in enumerate(sources) if position not in named], chosen)


@pytest.mark.parametrize(
    ("sources", "chosen", "clashes"),
    [
        ([BY, BY_SA], BY_SA, []),
        ([BY, BY_SA], BY, [(Reason.OTHER_LICENCE, (1,))]),
        ([BY_SA, BY, BY_NC], None, [(Reason.TOGETHER, (0, 2))]),
        ([BY_SA, BY_NC, BY_SA], None, [(Reason.TOGETHER, (0, 1, 2))]),
        ([BY_SA, BY_NC], BY_SA, [(Reason.OTHER_LICENCE, (1,)), (Reason.TOGETHER, (0, 1))]),
        ([BY, BY_ND, BY_ND], BY, [(Reason.NO_REMIX, (1, 2))]),
        ([UNKNOWN, ALL_RIGHTS_RESERVED], None, [(Reason.UNKNOWN, (0,)), (Reason.NO_REMIX, (1,))]),
        ([BY_NC], BY_SA, [(Reason.OTHER_LICENCE, (0,))]),
        ([CC0], UNKNOWN, [(Reason.OTHER_LICENCE, (0,))]),
    ],
)
def test_a_clash_names_the_sources_that_stand_in_the_way(
    sources: Sequence[Licence], chosen: Licence | None, clashes: list[tuple[Reason, tuple[int, ...]]]
) -> None:
    assert [(clash.reason, clash.sources) for clash in explain(sources, chosen)] == clashes


def test_a_clash_speaks_in_a_sentence_with_names() -> None:
    said = [clash.in_words(["Rain", "Tin", "City"]) for clash in explain([BY_SA, BY, BY_NC], BY)]
    assert said == [
        "Rain is under CC BY-SA 4.0: what is made from it can carry only CC BY-SA 4.0.",
        "City is under CC BY-NC 4.0: what is made from it can carry only"
        " CC BY-NC 4.0, CC BY-NC-ND 4.0, CC BY-NC-SA 4.0.",
        "These cannot be joined in one work, for their licences (CC BY-SA 4.0, CC BY-NC 4.0) exclude each other:"
        " Rain, City.",
    ]


def test_the_sentence_goes_through_the_translation_and_braces_in_titles_are_harmless() -> None:
    (clash,) = explain([UNKNOWN], BY)
    assert clash.in_words(["{0}{licences}"], gettext=lambda text: f"» {text}").startswith("» Nobody has said yet")
    assert "{0}{licences}" in clash.in_words(["{0}{licences}"])


@pytest.mark.parametrize(
    ("spelled", "licence"),
    [
        (f"{CC}/licenses/by-sa/4.0/", BY_SA),
        ("http://creativecommons.org/licenses/by-sa/4.0", BY_SA),
        ("HTTPS://CreativeCommons.org/licenses/BY-SA/4.0/", BY_SA),
        ("https://www.creativecommons.org/licenses/by-sa/4.0/deed.de", BY_SA),
        (f"{CC}/licenses/by-sa/4.0/deed.zh-hant", BY_SA),
        (f"{CC}/licenses/by-sa/4.0/deed", BY_SA),
        (f"{CC}/licenses/by-sa/4.0/legalcode", BY_SA),
        (f"{CC}/licenses/by-sa/4.0/legalcode.en#s3", BY_SA),
        (f"{CC}/licenses/by-sa/4.0/?ref=chooser", BY_SA),
        ("creativecommons.org/licenses/by-sa/4.0", BY_SA),
        ("  cc-by-sa-4.0 ", BY_SA),
        ("CC BY-SA 4.0", BY_SA),
        ("CC-BY-NC-ND-4.0", BY_NC_ND),
        (f"{CC}/publicdomain/zero/1.0/", CC0),
        (f"{CC}/publicdomain/zero/1.0/deed.fr", CC0),
        ("CC0-1.0", CC0),
        ("CC0 1.0", CC0),
        (f"{CC}/publicdomain/mark/1.0/", PUBLIC_DOMAIN),
        ("http://rightsstatements.org/vocab/InC/1.0/", ALL_RIGHTS_RESERVED),
        ("https://rightsstatements.org/vocab/InC/1.0", ALL_RIGHTS_RESERVED),
        ("LicenseRef-ARR", ALL_RIGHTS_RESERVED),
        ("LicenseRef-unknown", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
        ("https://www.gnu.org/licenses/gpl-3.0.html", UNKNOWN),
        (f"{CC}/licenses/by-sa/9.9/", UNKNOWN),
        (f"{CC}/licenses/by-sa/4.0/deed.zh_TW", BY_SA),
        ("https://spdx.org/licenses/CC-BY-SA-4.0.html", BY_SA),
        ("https://spdx.org/licenses/CC0-1.0", CC0),
        ("CC-PDM-1.0", PUBLIC_DOMAIN),
        ("CC-PDDC", DEDICATION),
        (f"{CC}/licenses/publicdomain/", DEDICATION),
        (f"{CC}/publicdomain/certification/1.0/us/", DEDICATION),
        ("http://rightsstatements.org/page/InC-NC/1.0/?language=en", ALL_RIGHTS_RESERVED),
        (f"{CC}/licenses/by-sampling/1.0/", UNKNOWN),
        (f"{CC}/licenses/sampling+/4.0/", UNKNOWN),
        (f"{CC}/licenses/nc/3.0/", UNKNOWN),
        ("https://spdx.org/licenses/MIT.html", UNKNOWN),
        (f"{CC}/licenses/by-nd-sa/4.0/", UNKNOWN),
        (f"{CC}/publicdomain/zero/2.0/", UNKNOWN),
        ("https://creativecommons.org.evil.example/licenses/by/4.0/", UNKNOWN),
        ("https://evil.example/https://creativecommons.org/licenses/by/4.0/", UNKNOWN),
        (f"{CC}/licenses/by/4.0/" + "x" * 100_000, UNKNOWN),
        ("CC BY-SA", UNKNOWN),
    ],
)
def test_a_licence_is_known_in_every_usual_spelling(spelled: str | None, licence: Licence) -> None:
    assert find_licence(spelled) == licence


@pytest.mark.parametrize(
    ("address", "spdx"),
    [
        ("by/3.0/at", "CC-BY-3.0-AT"),
        ("by/3.0/igo", "CC-BY-3.0-IGO"),
        ("by/2.5/scotland", "CC-BY-2.5-SCOTLAND"),
        ("by-sa/2.1/jp", "CC-BY-SA-2.1-JP"),
        ("by-sa/2.0/uk", "CC-BY-SA-2.0-UK"),
        ("by-nc-sa/2.0/fr", "CC-BY-NC-SA-2.0-FR"),
        ("by-nc-nd/3.0/de", "CC-BY-NC-ND-3.0-DE"),
        ("by-nd-nc/1.0", "CC-BY-NC-ND-1.0"),
        ("sa/1.0", "CC-SA-1.0"),
        ("nc-sampling+/1.0/tw", "LicenseRef-CC-NC-SAMPLING+-1.0-TW"),
        ("devnations/2.0", "LicenseRef-CC-DEVNATIONS-2.0"),
    ],
)
def test_every_version_and_country_has_one_name_and_one_address(address: str, spdx: str) -> None:
    licence = find_licence(f"http://creativecommons.org/licenses/{address}/deed.en")
    assert (licence.id, licence.url) == (spdx, f"{CC}/licenses/{address}/")
    assert find_licence(spdx) == find_licence(licence.url) == licence


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("nc/1.0", {BY_NC, BY_NC_SA, BY_NC_ND}),
        ("sa/1.0", set()),
        ("nc-sa/1.0", set()),
        ("nd/1.0", set()),
        ("nd-nc/1.0", set()),
        ("sampling/1.0", set()),
        ("sampling+/1.0", set()),
        ("nc-sampling+/1.0", set()),
        ("devnations/2.0", set()),
    ],
)
def test_what_may_be_made_from_works_under_retired_licences(source: str, allowed: set[Licence]) -> None:
    assert allowed_for_remix([find_licence(f"{CC}/licenses/{source}/")]) == allowed


def test_who_licensed_samples_only_is_asked_about_everything_else() -> None:
    (clash,) = explain([find_licence(f"{CC}/licenses/sampling+/1.0/")], BY)
    assert clash.reason is Reason.PARTIAL
    assert clash.in_words(["Rain"]) == (
        "Rain is under CC SAMPLING+ 1.0, which allows some uses only. Please ask its author about yours."
    )


def test_older_versions_and_countries_keep_their_name() -> None:
    german = find_licence("http://creativecommons.org/licenses/by-sa/3.0/de/deed.de")
    assert (german.id, german.version) == ("CC-BY-SA-3.0-DE", (3, 0))
    assert german.url == f"{CC}/licenses/by-sa/3.0/de/"
    assert german.name == "Creative Commons Attribution-ShareAlike 3.0 DE"
    assert find_licence(f"{CC}/licenses/by-nd-nc/1.0/").family == "by-nc-nd"
    assert find_licence(f"{CC}/licenses/by/3.0/").name == "Creative Commons Attribution 3.0 Unported"


@given(licences)
def test_a_licence_is_found_again_by_its_address_and_by_its_name(licence: Licence) -> None:
    assert find_licence(licence.id) == licence
    assert licence.url is None or find_licence(licence.url) == licence


@pytest.mark.parametrize(
    ("source", "remix", "may"),
    [
        ("by-sa/3.0", "by-sa/4.0", True),
        ("by-sa/3.0", "by-sa/3.0/de", True),
        ("by-sa/3.0/de", "by-sa/3.0", True),
        ("by-sa/2.0", "by-sa/3.0", True),
        ("by-sa/4.0", "by-sa/3.0", False),
        ("by-sa/1.0", "by-sa/4.0", False),
        ("by-sa/1.0", "by-sa/1.0", True),
        ("by-nc-sa/2.5", "by-nc-sa/4.0", True),
        ("by-nc-sa/2.5", "by-sa/4.0", False),
        ("by/2.0", "by-nc-nd/4.0", True),
        ("by-nd/2.0", "by-nd/4.0", False),
    ],
)
def test_share_alike_means_the_same_version_or_a_later_one(source: str, remix: str, *, may: bool) -> None:
    assert may_carry(find_licence(f"{CC}/licenses/{source}/"), find_licence(f"{CC}/licenses/{remix}/")) is may


def test_only_a_licence_without_noncommercial_lets_money_be_earned() -> None:
    assert {licence for licence in EVERY if licence.may_sell} >= {CC0, BY, BY_SA, BY_ND}
    assert not {licence for licence in EVERY if licence.may_sell} & {BY_NC, BY_NC_SA, BY_NC_ND, UNKNOWN}
    assert not ALL_RIGHTS_RESERVED.may_sell


@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ("I release this under CC BY-SA 4.0", BY_SA),
        ("Sure!\nI release this  under\nCC BY-SA 4.0. Have fun", BY_SA),
        ("@rain@a.example i license this under the CC0 1.0", CC0),
        ("I share my photo under https://creativecommons.org/licenses/by/4.0/.", BY),
        ("@rain@a.example Sure, I release this under CC BY 4.0, have fun", BY),
        ("A window at night\nI release this under CC BY 4.0 #rain", BY),
        ("“I release this under CC BY-SA 4.0”", BY_SA),
        ("I never release anything under CC BY-SA 4.0", None),
        ("I would never say I release this under CC BY 4.0", None),
        ("Am I to say: “I release this under CC BY-SA 4.0”?", None),
        ("Should I release this under CC BY 4.0?", None),
        ("I release this under CC BY 4.0?", None),
        ("I release this under CC BY 4.0 if somebody pays me", None),
        ("Ana wrote: I release this under CC BY 4.0", None),
        ("I release this under CC BY 4.0. I do not mean that I release this under CC BY 4.0", None),
        ("CC BY-SA 4.0", None),
        ("I release this under CC BY 4.0. No: I release this under CC BY-NC 4.0", None),
        ("I release this under CC BY", None),
        ("I release this under " * 100_000, None),
        ("", None),
    ],
)
def test_an_author_grants_a_licence_with_the_agreed_words_only(words: str, licence: Licence | None) -> None:
    assert find_grant(words) == licence
