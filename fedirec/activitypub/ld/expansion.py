"""pyld, and the contexts that it is given. There is no way from here to the network.

Only `ld` loads this module, and only for a document that is not plain: pyld brings lxml and requests with it, 10 MB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pyld import jsonld
from pyld.documentloader.frozen import BUNDLED_CONTEXTS

from fedirec.activitypub import contexts
from fedirec.activitypub.ld.documents import is_stand_in, spelled_usually
from fedirec.errors import Invalid

_OWN: Final[Mapping[str, contexts.Context]] = {
    contexts.DATA_INTEGRITY_V1: contexts.DATA_INTEGRITY_DOCUMENT,
    contexts.DATA_INTEGRITY_V2: contexts.DATA_INTEGRITY_DOCUMENT,
    contexts.MULTIKEY_V1: contexts.MULTIKEY_DOCUMENT,
    contexts.CID_V1: contexts.CID_DOCUMENT,
}


def expand(document: dict[str, Any]) -> list[Any]:
    """The objects that `document` describes, in full. Raises Invalid, naming it, for a context that we do not have.

    An address that is not a whole one stays as it is: there is nothing that it could be relative to.
    """
    try:
        nodes: list[Any] = jsonld.expand(
            _said(document), {"base": None, "documentLoader": load, "processingMode": "json-ld-1.1"}
        )
    except Exception as error:  # hostile contexts bring out more than JsonLdError
        raise Invalid("the document is not sound JSON-LD") from error
    return nodes


def _said(value: Any) -> Any:
    """`value` without what is null outside contexts: it says nothing, and an `id` that is null is no JSON-LD."""
    if isinstance(value, dict):
        return {
            name: part if name == "@context" else _said(part)
            for name, part in value.items()
            if part is not None or name == "@context"
        }
    return [_said(item) for item in value] if isinstance(value, list) else value


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
        return _bundled(spelled)
    if is_stand_in(url):
        return {"@context": contexts.EXTENSIONS}
    raise Invalid(f"the context {url[:200]} is not one that we know")


@cache
def _bundled(url: str) -> dict[str, Any]:
    """A context that came with pyld."""
    document: dict[str, Any] = json.loads(BUNDLED_CONTEXTS[url].read_text(encoding="utf-8"))
    return document
