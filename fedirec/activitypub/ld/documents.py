"""The contexts that everybody uses, and the addresses by which contexts are known."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fedirec.activitypub import contexts

FROZEN: Final = {
    contexts.ACTIVITYSTREAMS: Path(__file__).parent / "frozen" / "activitystreams.jsonld",
    contexts.SECURITY_V1: Path(__file__).parent / "frozen" / "security-v1.jsonld",
}
"""As the W3C publishes them."""


@cache
def frozen(url: str) -> dict[str, Any]:
    """One of the contexts that tell what plain JSON means."""
    document: dict[str, Any] = json.loads(FROZEN[url].read_text(encoding="utf-8"))
    return document


def spelled_usually(url: str) -> str:
    """The usual address of a context that is also asked for by http, with an empty fragment or by its file name."""
    if "activitystreams" in url:
        url = url.removesuffix("#").removesuffix(".jsonld")
    return "https://" + url.removeprefix("http://") if url.startswith("http://www.w3.org/") else url


def is_stand_in(url: str) -> bool:
    """Whether the context at `url` belongs to other software, so that `contexts.EXTENSIONS` is read in its place."""
    if url in contexts.STAND_INS or url.startswith(contexts.STAND_IN_PREFIXES):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and parts.path in contexts.STAND_IN_PATHS
