"""What lineages prove: of a record that is known here, or in a file that somebody has."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_standing_record
from fedirec.api.shapes.proofs import FileChecked, FileSent, show_report
from fedirec.remix.actions.lineage_files import check_lineage
from fedirec.remix.lineage_file import Report
from fedirec.remix.pages.records.proving import count, made_for


async def check_file(call: Call) -> Report:
    count(call.request)
    return await check_lineage(call.sent(FileSent).file.encode())


async def prove(call: Call) -> Report:
    return await check_lineage(await made_for(call.request, await get_standing_record(call)))


async def show(call: Call) -> FileChecked:
    return show_report(call.prepared)


ENDPOINTS = (
    Endpoint(
        name="check_lineage_file",
        method="POST",
        path="/records/lineage/verify",
        permission=Permission.READ_OWN,
        says="What a lineage file proves, for which keys, and whose these are.",
        prepare=check_file,
        run=show,
        body=FileSent,
        answer=FileChecked,
        pages=("/lineage/verify",),
    ),
    Endpoint(
        name="prove_lineage",
        method="GET",
        path="/records/{id:int}/lineage/proof",
        permission=Permission.READ_OWN,
        says="What is proved of the lineage of a record, as far as this instance knows it.",
        prepare=prove,
        run=show,
        answer=FileChecked,
        is_open=True,
    ),
)
