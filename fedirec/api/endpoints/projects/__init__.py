"""Projects: finding, reading, beginning and leading them, their steps, and who is in them."""

from __future__ import annotations

from fedirec.api.endpoints.projects import leading, people, reading, steps, takeovers, tasks

ENDPOINTS = (
    *reading.ENDPOINTS,
    *leading.ENDPOINTS,
    *steps.ENDPOINTS,
    *people.ENDPOINTS,
    *tasks.ENDPOINTS,
    *takeovers.ENDPOINTS,
)
