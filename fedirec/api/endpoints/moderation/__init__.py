"""Reports, decisions and appeals; the doors, and what waits before them."""

from __future__ import annotations

from fedirec.api.endpoints.moderation import appeals, cases, decisions, held, reports, watch

ENDPOINTS = (
    *reports.ENDPOINTS,
    *decisions.ENDPOINTS,
    *cases.ENDPOINTS,
    *appeals.ENDPOINTS,
    *watch.ENDPOINTS,
    *held.ENDPOINTS,
)
