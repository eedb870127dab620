"""Where the server of a visitor lets its people follow or answer something of another server.

It says so in WebFinger: by activity intents (https://w3id.org/fep/3b86), or by the older way to subscribe, which
Mastodon shows as a dialog for people and for posts alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from fedirec.errors import Invalid
from fedirec.uris import origin_of

INTENTS: Final = "https://w3id.org/fep/3b86/"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
_BLANK: Final = re.compile(r"\{([^{}]{0,40})\}")


class Doing(StrEnum):
    """What a visitor would like to do from their own server."""

    FOLLOW = "follow"
    ANSWER = "answer"
    SEE = "see"
    """Look at it there, and go on from that page."""


_WAYS: Final[Mapping[Doing, tuple[tuple[str, str], ...]]] = {
    Doing.FOLLOW: ((f"{INTENTS}follow", "object"), (SUBSCRIBE, "uri"), (f"{INTENTS}object", "object")),
    Doing.ANSWER: ((f"{INTENTS}create", "inReplyTo"), (f"{INTENTS}object", "object"), (SUBSCRIBE, "uri")),
    Doing.SEE: ((f"{INTENTS}object", "object"), (SUBSCRIBE, "uri")),
}
"""The relations to try, the best first, and the blank that a template of that relation must have to be of use."""


def find_dialog(dialogs: Mapping[str, str], doing: Doing, *, uri: str, back: str, handle: str = "") -> str | None:
    """The address of the dialog that the templates `dialogs`, by relation, offer for `doing` something with `uri`.

    `back` is where they come back to, `handle` what to subscribe to when it has one. Blanks that we do not know are
    left empty, as FEP-3b86 asks. None when no template fits, or none makes a usable address.
    """
    offered = {relation.lower(): template for relation, template in dialogs.items()}
    filled = {"object": uri, "inReplyTo": uri, "uri": handle or uri, "on-success": back, "on-cancel": back}
    for relation, blank in _WAYS[doing]:
        template = offered.get(relation, "")
        if f"{{{blank}}}" not in template:
            continue
        address = _BLANK.sub(lambda found: quote(filled.get(found[1], ""), safe=""), template)
        try:
            if origin_of(address) == origin_of(_BLANK.sub("", template)):
                return address
        except Invalid:
            continue
    return None
