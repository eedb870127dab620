"""The contexts that we have, by address. There is no way from here to the network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from pyld.documentloader.frozen import BUNDLED_CONTEXTS

from fedirec.activitypub import contexts
from fedirec.errors import Invalid

_OWN: Final[Mapping[str, contexts.Context]] = {
    contexts.DATA_INTEGRITY_V1: contexts.DATA_INTEGRITY_DOCUMENT,
    contexts.DATA_INTEGRITY_V2: contexts.DATA_INTEGRITY_DOCUMENT,
    contexts.MULTIKEY_V1: contexts.MULTIKEY_DOCUMENT,
    contexts.CID_V1: contexts.CID_DOCUMENT,
}


def load(url: str, options: object = None) -> dict[str, Any]:
    """The context at `url`, in the form in which pyld asks for it. Raises Invalid, naming it, if we do not have it."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context_document(url),
    }


def context_document(url: str) -> dict[str, Any]:
    """The document that stands for the context at `url`. Raises Invalid, naming it, if we do not have it."""
    spelled = spelled_usually(url)
    if spelled in _OWN:
        return _OWN[spelled]
    if spelled in BUNDLED_CONTEXTS:
        return bundled(spelled)
    if is_stand_in(url):
        return {"@context": contexts.EXTENSIONS}
    raise Invalid(f"the context {url[:200]} is not one that we know")


@cache
def bundled(url: str) -> dict[str, Any]:
    """A context that came with pyld."""
    document: dict[str, Any] = json.loads(BUNDLED_CONTEXTS[url].read_text(encoding="utf-8"))
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
