"""Looking around: records, open challenges and people, by what they are and by words; and the page of a tag."""

from __future__ import annotations

from fedirec.remix.pages.exploring import showing, tags

routes = [*showing.routes, *tags.routes]
