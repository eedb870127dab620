"""What sort of thing a record is."""

from __future__ import annotations

import pytest

from fedirec.remix.kinds import KINDS, Kind, kind_of, kind_of_media, kinds_in


@pytest.mark.parametrize(
    ("media_types", "kind"),
    [
        ([], Kind.TEXT),
        (["image/png"], Kind.IMAGE),
        (["image/png", "audio/mpeg"], Kind.AUDIO),
        (["video/mp4", "image/jpeg", "audio/ogg"], Kind.VIDEO),
        (["Audio/OGG; codecs=opus"], Kind.AUDIO),
        (["application/pdf", "text/html"], Kind.TEXT),
    ],
)
def test_a_record_is_what_its_richest_medium_is(media_types: list[str], kind: Kind) -> None:
    assert kind_of(media_types) is kind


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/ogg", "imagery/png", "/", "model/gltf"])
def test_other_files_make_no_record(media_type: str) -> None:
    assert kind_of_media(media_type) is None


def test_kinds_are_read_in_one_order_and_what_is_none_is_passed_over() -> None:
    assert kinds_in(["video", "poem", 7, None, "text", "video"]) == (Kind.TEXT, Kind.VIDEO)
    assert kinds_in(reversed(KINDS)) == KINDS
