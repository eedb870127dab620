"""The description of the API (OpenAPI 3.1), made from the table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from fedirec import __version__
from fedirec.accounts.permissions import Scope
from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints import TABLE

Json = dict[str, Any]
_PARAMETER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {
    "description": "What stood in the way, as RFC 9457 has it.",
    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
}
_MEANINGS: Final = {
    "400": "That made no sense.",
    "401": "There is no token, or not a good one.",
    "403": "The token, or whose it is, may not do that.",
    "404": "There is nothing here.",
    "406": "Only JSON is spoken here.",
    "409": "That clashes with what is already true.",
    "410": "It was here once, and is not any more.",
    "412": "It was changed in the meantime.",
    "413": "That is too large.",
    "415": "Only JSON is read here.",
    "422": "A field is not as it should be, or a rule says no.",
    "429": "Too often. Retry-After says when to ask again.",
    "502": "Another instance did not answer.",
    "503": "This instance is busy. Retry-After may say when to ask again.",
}
_UPLOAD_STATE: Final = {
    "type": "object",
    "properties": {
        "key": {"type": "string"},
        "state": {"enum": ["receiving", "processing", "ready", "refused"]},
        "offset": {"type": "integer"},
        "size": {"type": "integer"},
        "progress": {"type": ["integer", "null"]},
        "problem": {"type": ["string", "null"]},
        "media": {"type": ["object", "null"]},
    },
    "required": ["key", "state", "offset", "size", "progress", "problem", "media"],
}
_TUS: Final = {"name": "Tus-Resumable", "in": "header", "required": True, "schema": {"const": "1.0.0"}}


def plain_path(endpoint: Endpoint) -> str:
    """Its address as OpenAPI writes it."""
    return "/api" + _PARAMETER.sub(r"{\1}", endpoint.path)


def openapi_document(origin: str) -> Json:
    """The whole description, for the instance at `origin`."""
    return {**_description(), "servers": [{"url": origin}]}


@cache
def _description() -> Json:
    shapes = {shape for each in TABLE for shape in (each.body, each.answer) if shape}
    ordered: list[type[BaseModel]] = sorted(shapes, key=lambda shape: shape.__name__)
    _names, schemas = models_json_schema(
        [(shape, "serialization" if _is_answer(shape) else "validation") for shape in ordered], ref_template=_REF
    )
    paths: dict[str, Json] = {}
    for endpoint in TABLE:
        paths.setdefault(plain_path(endpoint), {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fedirec",
            "version": __version__,
            "summary": "Everything that the pages of an instance do, for programs.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "paths": {**paths, **_uploads()},
        "components": {
            "schemas": {**schemas["$defs"], "Problem": _problem()},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token from /settings/programs. Its scopes: " + ", ".join(Scope) + ".",
                }
            },
        },
        "tags": [{"name": noun} for noun in dict.fromkeys(each.noun for each in TABLE)],
    }


def _is_answer(shape: type[BaseModel]) -> bool:
    return any(each.answer is shape for each in TABLE)


def _operation(endpoint: Endpoint) -> Json:
    said: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.says,
        "description": f"Needs a token with the scope `{endpoint.scope}`"
        + (", or none to see what strangers see." if endpoint.is_open else "."),
        "tags": [endpoint.noun],
        "security": [{"token": []}, *([{}] if endpoint.is_open else [])],
        "x-scope": endpoint.scope.value,
        "parameters": [*_in_path(endpoint), *_in_query(endpoint), *_in_headers(endpoint)],
        "responses": {
            str(endpoint.status): _answer(endpoint),
            **{str(status): _refusal(status) for status in _statuses(endpoint)},
        },
    }
    if endpoint.has_etag and endpoint.method == "GET":
        said["responses"]["304"] = {"description": "It is what you have already."}
    if endpoint.body:
        schema = {"$ref": _REF.format(model=endpoint.body.__name__)}
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return said


def _answer(endpoint: Endpoint) -> Json:
    if endpoint.answer is None:
        return {"description": endpoint.says}
    schema = {"$ref": _REF.format(model=endpoint.answer.__name__)}
    return {"description": endpoint.says, "content": {"application/json": {"schema": schema}}}


def _statuses(endpoint: Endpoint) -> Iterable[str]:
    yield from ("400", "401", "403", "404", "406", "409", "410", "422", "429", "502", "503")
    if endpoint.body:
        yield from ("413", "415")
    if (endpoint.has_etag and endpoint.method == "PUT") or endpoint.is_versioned:
        yield "412"


def _refusal(status: str) -> Json:
    return {**_PROBLEM, "description": _MEANINGS[status]}


def _in_path(endpoint: Endpoint) -> list[Json]:
    number = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": number if kind == "int" else {"type": "string", "minLength": 1, "maxLength": 300},
        }
        for name, kind in _PARAMETER.findall(endpoint.path)
    ]


def _in_query(endpoint: Endpoint) -> list[Json]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema()
    required = schema.get("required", [])
    made = []
    for name, told in schema["properties"].items():
        plain = {key: value for key, value in told.items() if key not in ("title", "description")}
        if "anyOf" in plain:  # what may be left out is not null in an address
            [kept] = [each for each in plain["anyOf"] if each != {"type": "null"}]
            plain = kept
        plain.pop("default", None) if told.get("default") is None else None
        parameter = {"name": name, "in": "query", "required": name in required, "schema": plain}
        if "description" in told:
            parameter["description"] = told["description"]
        made.append(parameter)
    return made


def _in_headers(endpoint: Endpoint) -> list[Json]:
    text = {"type": "string"}
    said = []
    if endpoint.method in ("POST", "PATCH"):
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9_.:-]+$"}
        why = "The same key with the same request gets the same answer for a day, and has one effect."
        said.append({"name": "Idempotency-Key", "in": "header", "schema": key, "description": why})
    if endpoint.has_etag and endpoint.method == "PUT":
        why = "The ETag of what you read; 412 when it was changed since."
        said.append({"name": "If-Match", "in": "header", "schema": text, "description": why})
    return said


def _problem() -> Json:
    text = {"type": "string"}
    mistake = {
        "type": "object",
        "properties": {"pointer": text, "detail": text},
        "required": ["pointer", "detail"],
    }
    return {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "A page that says what to do."},
            "title": text,
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "A sentence for people, in their language."},
            "errors": {"type": "array", "items": mistake, "description": "What is wrong in which place."},
            "request_id": text,
        },
        "required": ["type", "title", "status", "detail"],
    }


def _uploads() -> dict[str, Json]:
    """Where files arrive: tus 1.0.0, which is not ours to describe in full."""
    security: list[dict[str, list[str]]] = [{"token": []}]
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
    state = {"description": "How it stands.", "content": {"application/json": {"schema": _UPLOAD_STATE}}}
    limits = {"description": "The limits.", "content": {"application/json": {"schema": {"type": "object"}}}}
    done, refused = {"description": "Done."}, _PROBLEM

    def operation(name: str, says: str, status: str, answer: Json, parameters: list[Json], scope: Scope) -> Json:
        return {
            "operationId": name,
            "summary": says,
            "tags": ["uploads"],
            "security": security,
            "x-scope": scope.value,
            "parameters": parameters,
            "responses": {status: answer, "default": refused},
        }

    text = {"type": "string"}
    length = {"name": "Upload-Length", "in": "header", "required": True, "schema": {"type": "integer", "minimum": 1}}
    notes = {"name": "Upload-Metadata", "in": "header", "schema": text, "description": "filename and filetype, base64."}
    offset = {"name": "Upload-Offset", "in": "header", "required": True, "schema": {"type": "integer", "minimum": 0}}
    piece = {"required": True, "content": {"application/offset+octet-stream": {"schema": {}}}}
    begun = {"description": "Location says where its bytes go.", "headers": {"Location": {"schema": text}}}
    write, read = Scope.WRITE, Scope.READ
    return {
        "/api/uploads": {
            "post": operation(
                "begin_upload",
                "A file may come, piece by piece (tus 1.0.0).",
                "201",
                begun,
                [_TUS, length, notes],
                write,
            )
        },
        "/api/uploads/limits": {
            "get": operation("show_limits", "How large files may be, and why no larger.", "200", limits, [], read)
        },
        "/api/uploads/{key}": {
            "get": operation(
                "show_upload", "What became of a file; its media key when it is ready.", "200", state, [key], read
            ),
            "head": operation("show_offset", "How many bytes have arrived.", "200", done, [key, _TUS], read),
            "patch": {
                **operation("send_piece", "The next bytes have arrived.", "204", done, [key, _TUS, offset], write),
                "requestBody": piece,
            },
            "delete": operation("end_upload", "That file is not wanted any more.", "204", done, [key, _TUS], write),
        },
    }
