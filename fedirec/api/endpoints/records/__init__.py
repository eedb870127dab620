"""Records: finding, reading, publishing, changing and deleting them; their versions, lineage and credits."""

from __future__ import annotations

from fedirec.api.endpoints.records import (
    attribution,
    bookmarks,
    checking,
    comparisons,
    lineage,
    lists,
    next_steps,
    offers,
    proofs,
    pseudonyms,
    recommendations,
    thanks,
    versions,
    works,
)

ENDPOINTS = (
    *lists.ENDPOINTS,
    *works.ENDPOINTS,
    *versions.ENDPOINTS,
    *lineage.ENDPOINTS,
    *proofs.ENDPOINTS,
    *attribution.ENDPOINTS,
    *comparisons.ENDPOINTS,
    *offers.ENDPOINTS,
    *next_steps.ENDPOINTS,
    *recommendations.ENDPOINTS,
    *thanks.ENDPOINTS,
    *pseudonyms.ENDPOINTS,
    *bookmarks.ENDPOINTS,
    *checking.ENDPOINTS,
)
