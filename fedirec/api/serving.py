"""From the table to answers: who asks, how often, what was sent, done once, told in JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints import TABLE
from fedirec.api.keeping import Answer, do_once, fingerprint_of, read_key
from fedirec.errors import FedirecError, Invalid, Mistyped, TooMany, Unacceptable, WrongType
from fedirec.settings import Settings
from fedirec.web.errors import error_page
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import quality
from fedirec.web.ratelimit import RateLimit, visitor_of

ROOT: Final = "/api"
_JSON: Final = (("application", "json"), ("application", "problem+json"))
_ONCE: Final = ("POST", "PATCH")
"""What the header makes safe to send again; the other methods are so by themselves."""

Shape = TypeVar("Shape", bound=BaseModel)


def new_allowance(settings: Settings) -> RateLimit:
    """How often one token, or one address without any, may ask."""
    return RateLimit(per_minute=settings.api_per_minute, burst=settings.api_per_minute)


async def serve(endpoint: Endpoint, request: Request[Any]) -> Response:
    """The answer of `endpoint`, or the problem that stood in its way, each with what is left of the allowance."""
    allowance: RateLimit = request.state["api_allowance"]
    key = _whose(request)
    try:
        allowance.check(key)
        response = await _answer(endpoint, request)
    except FedirecError as error:
        response = error_page(request, error)
        if isinstance(error, TooMany) and error.retry_after is None:
            response.headers["Retry-After"] = "60"
    left, seconds = allowance.left(key)
    per_minute = request.state["settings"].api_per_minute
    response.headers["RateLimit-Policy"] = f'"token";q={per_minute};w=60'
    response.headers["RateLimit"] = f'"token";r={left};t={seconds}'
    return response


async def _answer(endpoint: Endpoint, request: Request[Any]) -> Response:
    accept = ",".join(request.headers.getlist("accept"))
    if accept and not quality(accept, _JSON):
        raise Unacceptable
    if not (endpoint.is_open and viewer_of(request) is None):
        require_viewer(request, endpoint.permission)
    call = Call(request=request, endpoint=endpoint)
    raw = await request.body() if endpoint.body else b""
    if endpoint.query:
        call.query = _checked(endpoint.query, dict(request.query_params), within="?")
    if endpoint.body:
        call.body = _read_body(endpoint.body, request, raw)
    answer, is_again = await _act(call, raw)
    headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language", **answer.headers}
    if is_again:
        headers["Idempotent-Replayed"] = "true"
    etag = headers.get("ETag")
    if request.method == "GET" and etag and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if answer.status == 204:
        return Response(status_code=204, headers=headers)
    return Response(answer.body, answer.status, headers, media_type="application/json")


async def _act(call: Call, raw: bytes) -> tuple[Answer, bool]:
    endpoint, request = call.endpoint, call.request

    async def prepare() -> None:
        if endpoint.prepare:
            call.prepared = await endpoint.prepare(call)

    async def act() -> Answer:
        said = await endpoint.run(call)
        body = b"" if said is None else said.model_dump_json().encode()
        return Answer(status=endpoint.status, body=body, headers=dict(call.headers))

    header = request.headers.get("idempotency-key")
    if header is None or endpoint.method not in _ONCE:
        await prepare()
        return await act(), False
    address = f"{request.url.path}?{request.url.query}"
    return await do_once(
        call.viewer.account,
        request.state["keyring"],
        key=read_key(header),
        fingerprint=fingerprint_of(call.viewer.token_id, endpoint.method, address, raw),
        prepare=prepare,
        act=act,
    )


def _read_body(shape: type[Shape], request: Request[Any], raw: bytes) -> Shape:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise WrongType(_("Please send JSON, with the Content-Type application/json."))
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise _mistyped(error, within="#/") from error


def _checked(shape: type[Shape], values: Mapping[str, str], *, within: str) -> Shape:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise _mistyped(error, within=within) from error


def _mistyped(error: ValidationError, *, within: str) -> FedirecError:
    """What pydantic found, in our words."""
    mistakes: dict[str, str] = {}
    for each in error.errors(include_url=False, include_input=False):
        if each["type"] == "json_invalid":
            return Invalid(_("That is not JSON."))
        pointer = within + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in each["loc"])
        mistakes.setdefault(pointer, _in_words(each["type"], each.get("ctx") or {}))
    return Mistyped(mistakes)


def _in_words(kind: str, told: Mapping[str, Any]) -> str:
    match kind:
        case "missing":
            return _("Please fill this in.")
        case "extra_forbidden":
            return _("There is no such field here.")
        case "string_too_long":
            return _("At most %(n)s characters fit here.") % {"n": told["max_length"]}
        case "string_too_short":
            return _("Please write at least this many characters: %(n)s.") % {"n": told["min_length"]}
        case "too_long":
            return _("No more than this many, please: %(n)s.") % {"n": told["max_length"]}
        case "too_short":
            return _("At least this many, please: %(n)s.") % {"n": told["min_length"]}
        case "greater_than_equal":
            return _("The least is %(n)s.") % {"n": told["ge"]}
        case "less_than_equal":
            return _("The most is %(n)s.") % {"n": told["le"]}
        case "literal_error":
            return _("Please choose one of these: %(these)s.") % {"these": told["expected"]}
        case "string_type" | "int_type" | "bool_type" | "list_type" | "model_type" | "int_parsing" | "bool_parsing":
            return _("This is of another type than it should be.")
    return _("Please write this differently.")


def _whose(request: Request[Any]) -> str:
    viewer = viewer_of(request)
    if viewer is None:
        return f"address {visitor_of(request)}"
    return f"token {viewer.token_id}" if viewer.token_id is not None else f"account {viewer.account.id}"


def routes_of(table: tuple[Endpoint, ...]) -> list[BaseRoute]:
    """One route for each address, whatever its methods are."""
    methods: dict[str, dict[str, Endpoint]] = {}
    for endpoint in table:
        methods.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    made: list[BaseRoute] = [
        Route(ROOT + path, _chooser(known), methods=list(known)) for path, known in methods.items()
    ]
    return made


def _chooser(known: Mapping[str, Endpoint]) -> Callable[[Request[Any]], Awaitable[Response]]:
    answers = {method: partial(serve, endpoint) for method, endpoint in known.items()}

    async def answer(request: Request[Any]) -> Response:
        return await answers["GET" if request.method == "HEAD" else request.method](request)

    return answer


endpoint_routes = routes_of(TABLE)
