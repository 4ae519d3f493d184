"""What all answers of the API have in common: entity tags, pages by cursor, problems, and who may write."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, Router
from litestar.connection import ASGIConnection
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from msgspec import json

from consult.api.shapes import Problem
from consult.kernel.errors import FieldError, FormInvalid, Message, SignInNeeded, invalid
from consult.kernel.messages import N_
from consult.web.errors import on_error
from consult.web.respond import etag_of
from consult.web.site import Ask, site_of

BASE = "/api/v1"
MOST = 500
USUAL = 50
PACKED = "-g"
"""End of the tag of a compressed body: another sequence of bytes needs another strong tag (RFC 9110, 8.8.3.3)."""
COMPRESSED_FROM = 600

Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many at most")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=200, description="Where to go on: taken from `next`")
]


def answer(
    request: Ask, shape: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """The shape as JSON with its entity tag, or 304 where the reader has it already."""
    body = json.encode(shape)
    etag = etag_of(body)
    if len(body) >= COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        etag = f'{etag[:-1]}{PACKED}"'
    kept = {"etag": etag, "cache-control": "private, no-cache" if request.user else "no-cache",
            "vary": "Accept-Encoding, Authorization, Cookie", **(headers or {})}  # fmt: skip
    if status == 200 and is_known(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers=kept, media_type="application/json")
    return Response(body, status_code=status, headers=kept, media_type="application/json")


def is_known(asked: str, etag: str) -> bool:
    """Whether If-None-Match names the tag; compared weakly (RFC 9110, 13.1.2), so whatever the compression."""
    tags = {_core(tag) for tag in asked.split(",") if tag.strip()}
    return "*" in tags or _core(etag) in tags


def _core(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"').removesuffix(PACKED)


def next_address(request: Ask, last: int | None) -> str | None:
    """The full address of the page after the one that ends with `last`; None for none."""
    if last is None:
        return None
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    cursor = base64.urlsafe_b64encode(f"after:{last}".encode()).decode().rstrip("=")
    return f"{site_of(request).settings.base_url}{request.scope['path']}?{urlencode([*query, ('cursor', cursor)])}"


def read_cursor(cursor: str | None) -> int | None:
    """What the cursor's page ended with; None for the first page. Raises FormInvalid."""
    if not cursor:
        return None
    try:
        name, _, value = (
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition(":")
        )
        if name == "after" and 0 <= int(value) < 2**62:
            return int(value)
    except ValueError:
        pass
    raise invalid("cursor", N_("This is no cursor of ours. Take it from `next`."))


def check_token(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """A token that was sent has to be a good one; without any, everybody may read."""
    if connection.scope["state"].get("bearer") and connection.scope.get("user") is None:
        raise SignInNeeded(N_("This token is not known here, or was revoked."))


def need_token(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Only a token may write here: a browser's session could be made to by another site."""
    if not connection.scope["state"].get("bearer"):
        raise SignInNeeded(N_("Send a token: Authorization: Bearer …"))


def on_invalid(request: Ask, error: ValidationException) -> Response[Any]:
    """Parameters and bodies of the wrong form: 422 with the fields."""
    found = error.extra if isinstance(error.extra, list) else []
    errors = [
        FieldError(str(each.get("key", "")), Message("%(problem)s", {"problem": each.get("message", "")}))
        for each in found
        if isinstance(each, dict)
    ]
    return on_error(request, FormInvalid(errors))


def on_too_deep(request: Ask, _error: RecursionError) -> Response[Any]:
    """JSON that is nested deeper than any of ours."""
    return on_error(request, invalid("", N_("The body is nested too deep.")))


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route names in its description."""
    return {each: ResponseSpec(Problem, media_type="application/problem+json", generate_examples=False,
                               description=WHY[each])
            for each in {400, *statuses}}  # fmt: skip


def gives(shape: Any, description: str, status: int = 200) -> dict[int, ResponseSpec]:
    """The answer that a route names in its description."""
    return {status: ResponseSpec(shape, description=description, generate_examples=False)}


WHY = {
    400: "The request can't be read",
    401: "A token is needed, or the one sent is not known",
    403: "The account may not do this",
    404: "Absent, or not public",
    409: "No comment period is open, or something changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "Fields can't be taken; `errors` says which and why",
    429: "Too many requests",
    503: "Search is being prepared",
}


def together(*handlers: Any) -> Router:
    """Handlers of the API with what they share."""
    errors: dict[Any, Any] = {ValidationException: on_invalid, RecursionError: on_too_deep}
    return Router(path="/", route_handlers=list(handlers), guards=[check_token], exception_handlers=errors)
