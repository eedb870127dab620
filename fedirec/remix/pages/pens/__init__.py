"""Writing together: inviting somebody, answering that, and the form for co-authors."""

from __future__ import annotations

from starlette.routing import Route

from fedirec.remix.pages.pens.answering import post_pen_answer
from fedirec.remix.pages.pens.inviting import post_record_pens, show_pens, show_record_pens
from fedirec.remix.pages.pens.writing import post_version, show_pen

routes = [
    Route("/pens", show_pens, methods=["GET"]),
    Route("/pens/{id:int}", show_pen, methods=["GET"]),
    Route("/pens/{id:int}/answer", post_pen_answer, methods=["POST"]),
    Route("/pens/{id:int}/versions", post_version, methods=["POST"]),
    Route("/records/{key}/pens", show_record_pens, methods=["GET"]),
    Route("/records/{key}/pens", post_record_pens, methods=["POST"]),
]
