"""`GET /openapi.json`: the description of the API, made from its handlers."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server

from consult import __version__
from consult.api import comparing, consultations, contributions, drafts, searching
from consult.api.answers import BASE, answer, together
from consult.security.permissions import Permission
from consult.web.database_session import provide_session
from consult.web.site import Ask, site_of

DESCRIBED = (
    *consultations.HANDLERS,
    *contributions.HANDLERS,
    *drafts.HANDLERS,
    *searching.HANDLERS,
    *comparing.HANDLERS,
)
ABOUT = (
    "Everything that is public on this consultation site, as data, and posting of comments. Reading needs no key. "
    "Writing, and what only staff see, need a token from your account page: `Authorization: Bearer TOKEN`. "
    "Lists come in pages: follow `next` until it is null. Every answer has an ETag; send it as If-None-Match. "
    "Errors are problem+json (RFC 9457)."
)


@get("/openapi.json", opt={"permission": Permission.READ}, include_in_schema=False)
async def read_description(request: Ask) -> Response[bytes]:
    """OpenAPI 3.1."""
    settings = site_of(request).settings
    return answer(request, msgspec.Raw(describe(settings.site_name, settings.base_url, settings.contact)))


@lru_cache(maxsize=4)
def describe(name: str, base_url: str, contact: str) -> bytes:
    """The description of the API as JSON. An application of its own reads it off the handlers and of nothing else."""
    config = OpenAPIConfig(
        title=f"{name} API",
        version=__version__,
        description=ABOUT,
        contact=Contact(name=name, url=f"{base_url}/en/about", email=contact),
        license=License(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        servers=[Server(url=base_url)],
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="A token from your account page"
                )
            }
        ),
    )
    router = Router(
        path=BASE, route_handlers=list(DESCRIBED), dependencies={"session": Provide(provide_session)}
    )
    app = Litestar(route_handlers=[router], openapi_config=config, logging_config=None)
    return msgspec.json.encode(app.openapi_schema.to_schema())


ROUTERS = (*DESCRIBED, together(read_description))
"""All of the API, the description included."""
