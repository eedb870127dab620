"""A lineage as a file to keep, and what such a file proves, on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.activitypub.models import Actor
from fedirec.errors import Gone, NotFound
from fedirec.remix.actions.lineage_files import MAX_CHECKED, MAX_RELATIVES, check_lineage, export_lineage
from fedirec.remix.lineage_file import MEDIA_TYPE, Finding, Level, Report, Why
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, relation_word
from fedirec.remix.pages.new_keys import NewKeysView, new_keys_view
from fedirec.remix.pages.visitors import record_in, remote_record_in
from fedirec.remix.queries.records import actors_at
from fedirec.remix.queries.trails import trail_of
from fedirec.translatable import N_
from fedirec.uris import host_of
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import RateLimit, visitor_of
from fedirec.web.render import render
from fedirec.web.views import RecordView

_UNREAD: Final = ("file-unreadable", "file-version")
"""What is found where there is nothing more to be found."""
_PEOPLE: Final = ("owner", "author", "witness", "editor")
"""The blanks of a finding in which somebody's address stands."""
COST: Final = 10.0
"""What making or checking a file counts for, compared with a question of a program."""
_LEVELS: Final = {
    Level.PROVED: (N_("Proved"), "good", "check"),
    Level.WITNESSED: (N_("Witnessed"), "accent", "people"),
    Level.CLAIMED: (N_("Claimed"), "plain", "question"),
    Level.FALSE: (N_("False"), "bad", "warning"),
}
_REASONS: Final = {
    Why.PRIVATE: N_("It is not public."),
    Why.WITHHELD: N_("It is not shown any more."),
    Why.UNKNOWN: N_("Nobody there has ever seen it."),
    Why.TOO_MANY: N_("There was no more room."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One thing that was found out, as a page says it."""

    level: str
    tone: str
    sign: str
    says: str
    key: str
    """The end of the fingerprint of the key that it is proved for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterView:
    """What findings are about."""

    title: str
    uri: str
    findings: tuple[FindingView, ...]
    relation: str = ""
    source_title: str = ""
    source_uri: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """Everything that was found out about a file."""

    title: str
    uri: str
    exporter: str
    is_false: bool
    is_whole: bool
    findings: tuple[FindingView, ...]
    steps: tuple[MatterView, ...]
    records: tuple[MatterView, ...]
    keys: tuple[MatterView, ...]
    left_out: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]


async def show_checking(request: Request[Any]) -> Response:
    """The page on which anybody can have a file checked."""
    return _page(request)


def _page(
    request: Request[Any],
    *,
    status: int = 200,
    form: Form | None = None,
    proof: ProofView | None = None,
    record: RecordView | None = None,
    new_keys: tuple[NewKeysView, ...] = (),
) -> Response:
    return render(
        request,
        "remix/proving.html",
        status=status,
        form=form or Form(),
        proof=proof,
        record=record,
        new_keys=new_keys,
        max_bytes=MAX_CHECKED,
    )


async def check_file(request: Request[Any]) -> Response:
    """What the file proves that was sent, or pasted."""
    count(request)
    form = await read_form(request, max_files=1, max_file_bytes=MAX_CHECKED)
    upload = form.file("file")
    field, data = "text", form.value("text").strip().encode()
    if upload is not None and not upload.is_empty:
        field, data = "file", await to_thread.run_sync(upload.path.read_bytes)
    if not data:
        form.fail("file", _("Please choose a file, or paste what stands in it."))
    if not form.errors:
        report = await check_lineage(data)
        proof = proof_view(report, called=await names_in(report))
        if not any(each.code in _UNREAD for each in report.findings):
            return _page(request, proof=proof, new_keys=await new_keys_view(Cards(request), people_in(report)))
        form.fail(field, " ".join(each.says for each in proof.findings))
    return _page(request, status=422, form=form)


async def show_proof(request: Request[Any]) -> Response:
    return await _show_proof(request, await record_in(request))


async def show_remote_proof(request: Request[Any]) -> Response:
    return await _show_proof(request, await remote_record_in(request))


async def show_file(request: Request[Any]) -> Response:
    return await _show_file(request, await record_in(request))


async def show_remote_file(request: Request[Any]) -> Response:
    return await _show_file(request, await remote_record_in(request))


async def _show_proof(request: Request[Any], record: Record) -> Response:
    """What the lineage of a record proves, as far as this instance knows it."""
    data = await made_for(request, record)
    report = await check_lineage(data)
    proof = proof_view(report, called=await names_in(report))
    cards = Cards(request)
    authors = {each.author_uri for each in (await trail_of(record.uri)).waypoints.values()}
    new_keys = await new_keys_view(cards, authors | people_in(report))
    return _page(request, proof=proof, record=cards.record(record), new_keys=new_keys)


async def _show_file(request: Request[Any], record: Record) -> Response:
    headers = {
        "Content-Disposition": 'attachment; filename="lineage.json"',
        "Cache-Control": "private, no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    return Response(await made_for(request, record), media_type=MEDIA_TYPE, headers=headers)


async def made_for(request: Request[Any], record: Record) -> bytes:
    """The file of a record that everybody may see. Raises NotFound, Gone and TooMany."""
    if record.visibility != "public":
        raise NotFound(_("Only what everybody may see can be proved to everybody."))
    if record.deleted_at:
        raise Gone
    count(request)
    state = request.state
    return await export_lineage(record, site=state["site"], keyring=state["keyring"], limit=MAX_RELATIVES)


def count(request: Request[Any]) -> None:
    """Whoever asks has had one file more made or checked. Raises TooMany."""
    allowance: RateLimit = request.state["api_allowance"]
    allowance.check(f"lineage {visitor_of(request)}", cost=COST)


async def names_in(report: Report) -> dict[str, str]:
    """What those are called whose addresses stand in `report`: people who are known here by their handles, instances by
    their hosts.
    """
    return {uri: _called(actor) for uri, actor in (await actors_at(people_in(report))).items()}


def people_in(report: Report) -> set[str]:
    """Those whose addresses stand in `report`."""
    blanks = [each.blanks for each in report.all_findings()]
    named = {each[blank] for each in blanks for blank in _PEOPLE if blank in each}
    return named | {key.owner for key in report.keys} | ({report.exporter} if report.exporter else set())


def _called(actor: Actor) -> str:
    return actor.host if actor.type == "Application" else f"@{actor.handle}@{actor.host}"


def proof_view(report: Report, *, called: Mapping[str, str]) -> ProofView:
    """What was found out, in the language of whoever reads it; people and instances as they are `called`."""
    titles = {each.id: each.title for each in sorted(report.records, key=lambda each: each.is_current)}

    def title(uri: str) -> str:
        return titles.get(uri) or (_("Untitled") if uri in titles else uri)

    return ProofView(
        title=title(report.record),
        uri=report.record,
        exporter=called.get(report.exporter, report.exporter),
        is_false=report.is_false,
        is_whole=report.is_whole,
        findings=_views(report.findings, called),
        steps=tuple(
            MatterView(
                title=title(each.record),
                uri=each.record,
                relation=relation_word(each.relation),
                source_title=title(each.source),
                source_uri=each.source,
                findings=_views(_worth_saying(each.findings), called),
            )
            for each in report.derivations
        ),
        records=tuple(
            MatterView(
                title=each.title or _("Untitled"),
                uri=each.id,
                note="" if each.is_current else _("an older version"),
                findings=_views(each.findings, called),
            )
            for each in report.records
        ),
        keys=tuple(
            MatterView(
                title=called.get(each.owner, each.owner),
                uri=each.id,
                note=_end_of(each.fingerprint),
                findings=_views(each.findings, called),
            )
            for each in report.keys
        ),
        left_out=tuple((uri, _(_REASONS[Why(why)])) for uri, why in report.left_out),
        silent=tuple(host_of(instance) for instance, _why in report.silent),
    )


def _worth_saying(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without what goes without saying: nobody has to agree to what they made of their own work."""
    said = list(findings)
    is_own = any(each.code == "permission-own" for each in said)
    return [each for each in said if not (is_own and each.code == "stamp-claimed")]


def _views(findings: Iterable[Finding], called: Mapping[str, str]) -> tuple[FindingView, ...]:
    shown = []
    for finding in findings:
        word, tone, sign = _LEVELS[finding.level]
        blanks = {name: called.get(said, said) if name in _PEOPLE else said for name, said in finding.blanks.items()}
        says = _(finding.words) % blanks
        shown.append(FindingView(level=_(word), tone=tone, sign=sign, says=says, key=_end_of(finding.key or "")))
    return tuple(shown)


def _end_of(fingerprint: str) -> str:
    """Enough of a fingerprint to tell it from the others on one page."""
    return f"…{fingerprint[-8:]}" if fingerprint else ""


routes = [
    Route("/lineage/verify", show_checking, methods=["GET"]),
    Route("/lineage/verify", check_file, methods=["POST"]),
    Route("/records/remote/{id:int}/lineage/verify", show_remote_proof, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage/file", show_remote_file, methods=["GET"]),
    Route("/records/{key}/lineage/verify", show_proof, methods=["GET"]),
    Route("/records/{key}/lineage/file", show_file, methods=["GET"]),
]
