"""Who is to be named for a record, in the forms that people need elsewhere."""

from __future__ import annotations

from fedirec.remix.pages.attributions.forms import as_csv, as_json, as_marks, as_text
from fedirec.remix.pages.attributions.gathering import Attribution, CreditedPerson, CreditedWork, attribution_of

__all__ = (
    "Attribution",
    "CreditedPerson",
    "CreditedWork",
    "as_csv",
    "as_json",
    "as_marks",
    "as_text",
    "attribution_of",
)
