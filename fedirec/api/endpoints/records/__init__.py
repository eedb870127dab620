"""Records: finding, reading, publishing, changing and deleting them; their versions, lineage and credits."""

from __future__ import annotations

from fedirec.api.endpoints.records import lineage, lists, offers, recommendations, versions, works

ENDPOINTS = (
    *lists.ENDPOINTS,
    *works.ENDPOINTS,
    *versions.ENDPOINTS,
    *lineage.ENDPOINTS,
    *offers.ENDPOINTS,
    *recommendations.ENDPOINTS,
)
