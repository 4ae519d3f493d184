"""From errors to answers: a page for people, problem+json (RFC 9457) for machines; never a traceback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import json

from consult.i18n.catalogues import catalogue
from consult.kernel.addresses import in_path
from consult.kernel.errors import (
    Conflict,
    ConsultError,
    FieldError,
    FormExpired,
    FormInvalid,
    NotFound,
    SignInNeeded,
    TooLarge,
    TooMany,
)
from consult.logs import log_crash
from consult.security.permissions import Permission
from consult.web.forms import typed_so_far
from consult.web.guards import SAFE
from consult.web.outer import FOR_MACHINES
from consult.web.respond import is_partial, respond
from consult.web.site import Ask, actor_of, locale_of, site_of

PROBLEM = "application/problem+json"
NEVER_KEPT = frozenset({"csrf", "send_key", "password", "password_again", "current_password"})


class Later(Response[Any]):
    """An answer that takes awaiting: the framework calls its error handlers without."""

    def __init__(self, make: Callable[[], Awaitable[Response[Any]]]) -> None:
        super().__init__(None)
        self._make = make

    def to_asgi_response(self, app: Any = None, request: Any = None, **more: Any) -> ASGIApp:  # type: ignore[override]
        """Make the answer when it is sent."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            made = await self._make()
            await made.to_asgi_response(app=None, request=request)(scope, receive, send)

        return answer


def on_error(request: Ask, error: ConsultError) -> Response[Any]:
    """For our own errors."""
    return Later(lambda: answer_error(request, error))


def on_http_error(request: Ask, error: HTTPException) -> Response[Any]:
    """For the framework's errors."""
    return Later(lambda: answer_http_error(request, error))


def on_crash(request: Ask, error: Exception) -> Response[Any]:
    """For all others."""
    return Later(lambda: answer_crash(request, error))


async def answer_error(request: Ask, error: ConsultError) -> Response[Any]:
    """The answer to one of our own errors; who is throttled is told when to come again (RFC 9110, 10.2.3)."""
    response = await _answer(request, error)
    if error.status == TooMany.status:
        response.headers.setdefault("retry-after", "900")
    return response


async def _answer(request: Ask, error: ConsultError) -> Response[Any]:
    if wants_json(request):
        return _problem(request, error)
    if request.scope["method"] not in SAFE:
        if isinstance(error, (FormInvalid, FormExpired)) and (again := await _redisplay(request, error)):
            return again
        if isinstance(error, SignInNeeded):
            return await _sign_in_keeping(request, error)
        if isinstance(error, Conflict) and request.route_handler.opt.get("permission") is Permission.COMMENT:
            await _keep(request)
    elif isinstance(error, SignInNeeded):
        return _sign_in_page(request, error, "", "")
    return _error_page(request, error)


async def answer_http_error(request: Ask, error: HTTPException) -> Response[Any]:
    """The answer to errors of the framework: unknown addresses, wrong methods, unreadable requests."""
    own = _translated(error)
    response = await answer_error(request, own)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    response.status_code = own.status
    return response


async def answer_crash(request: Ask, error: Exception) -> Response[Any]:
    """The answer to what nobody foresaw. Logged with its kind and place, without any input."""
    log_crash(error, _route(request))
    return await answer_error(request, ConsultError())


def wants_json(request: Ask) -> bool:
    """Whether a machine asks."""
    return bool(request.scope["path"].startswith(FOR_MACHINES))


def _translated(error: HTTPException) -> ConsultError:
    if error.status_code in (404, 400) and not wants_json_status(error):
        return NotFound()
    if error.status_code == 413:
        return TooLarge()
    own = ConsultError(str(error.detail) if error.status_code < 500 else "")
    own.status = error.status_code
    own.code = {400: "bad-request", 405: "method-not-allowed", 415: "unsupported"}.get(
        error.status_code, "error"
    )
    return own


def wants_json_status(error: HTTPException) -> bool:
    """400 is a malformed request, not an unknown page."""
    return error.status_code == 400


def _route(request: Ask) -> str:
    template = request.scope.get("path_template", "")
    return str(template)


def _problem(request: Ask, error: ConsultError) -> Response[Any]:
    say = catalogue("en").say
    body: dict[str, object] = {
        "type": f"{site_of(request).settings.base_url}/en/help#error-{error.code}",
        "title": say(error.message),
        "status": error.status,
    }
    if isinstance(error, FormInvalid):
        body["errors"] = [_field_problem(each) for each in error.errors]
    headers = {"www-authenticate": "Bearer"} if error.status == SignInNeeded.status else {}
    return Response(json.encode(body), status_code=error.status, media_type=PROBLEM, headers=headers)


def _field_problem(error: FieldError) -> dict[str, str]:
    return {"field": error.name, "message": catalogue("en").say(error.message)}


async def _redisplay(request: Ask, error: FormInvalid | FormExpired) -> Response[Any] | None:
    """The form again, on a fresh reading session: the writing one was rolled back."""
    show = request.route_handler.opt.get("redisplay")
    if show is None:
        return None
    if isinstance(error, FormExpired):
        if actor_of(request) is None and not request.route_handler.opt.get("open"):
            return None
        typed = await typed_so_far(request)
        error = FormInvalid([FieldError("", error.message)], typed.values)
    elif not error.values:
        # A service found the problem, and services know no forms.
        error = FormInvalid(error.errors, (await typed_so_far(request)).values)
    async with site_of(request).database.reading() as session:
        response: Response[Any] = await show(request, session, error)
    response.status_code = error.status
    return response


async def _sign_in_keeping(request: Ask, error: SignInNeeded) -> Response[Any]:
    """Signed out while writing: the sign-in page carries what was typed along."""
    typed = await typed_so_far(request)
    address = _form_address(request)
    fields = {name: value for name, value in typed.values.items() if name not in NEVER_KEPT and value}
    return _sign_in_page(request, error, json.encode(fields).decode() if fields else "", address)


def _sign_in_page(request: Ask, error: ConsultError, kept: str, address: str) -> Response[Any]:
    locale = locale_of(request)
    path = request.scope["path"].removeprefix(f"/{locale}") or "/"
    query = request.scope["query_string"].decode("latin-1")
    here = path + (f"?{query}" if query else "")
    context = {
        "message": catalogue(locale).say(error.message),
        "kept": kept,
        "target": path if kept else "",
        "next": address or (here if request.scope["method"] in SAFE else "/mine"),
    }
    return respond(request, "errors/sign_in_needed.html", context, status=error.status)


async def _keep(request: Ask) -> None:
    """A round that closed, a comment that is gone: what was typed becomes the person's own unsent text."""
    actor = actor_of(request)
    if actor is None:
        return
    typed = await typed_so_far(request)
    fields = {name: value for name, value in typed.values.items() if name not in NEVER_KEPT and value}
    path = request.scope["path"].removeprefix(f"/{locale_of(request)}")
    await site_of(request).keep_unsent(actor.id, path, _form_address(request), fields)


def _form_address(request: Ask) -> str:
    """Where the form of this route is shown (an address without locale), "" where the route does not say.

    Where it is sent to the address that it is shown at, the query goes along: which text was being read.
    """
    form_at: str = request.route_handler.opt.get("form_at") or ""
    for name, value in request.path_params.items():
        form_at = form_at.replace(f"{{{name}:str}}", in_path(str(value))).replace(
            f"{{{name}}}", in_path(str(value))
        )
    query = request.scope["query_string"].decode("latin-1")
    is_here = form_at == request.scope["path"].removeprefix(f"/{locale_of(request)}")
    return f"{form_at}?{query}" if query and is_here else form_at


def _error_page(request: Ask, error: ConsultError) -> Response[Any]:
    locale = locale_of(request)
    context = {"message": catalogue(locale).say(error.message), "code": error.code, "status": error.status}
    return respond(
        request,
        "errors/error.html",
        context,
        status=error.status,
        block="fragment" if is_partial(request) else "",
    )
