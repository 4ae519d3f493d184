"""Rules that every route keeps, walked over the whole table; a new route is under them the day it is written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import MetaData, select, text

from consult.models import Base
from consult.models.contribution import Contribution
from consult.models.document import Block, Draft
from consult.models.people import Organisation, Role, User
from consult.security.actor import Actor
from consult.security.map import MAP
from consult.security.permissions import Permission
from consult.web.guards import HIDDEN_WHEN_REFUSED
from consult.web.outer import FILE_POLICY, POLICY
from tests.audits.addresses import Route, address, routes_of
from tests.people import BASE, Browser, Site

KNOWN = Path(__file__).with_name("addresses.txt")
EVERYWHERE = {
    "content-security-policy": POLICY,
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def table_of(site: Site) -> list[Route]:
    app: Any = site.app
    while not hasattr(app, "routes"):
        app = app._inner
    return routes_of(app)


@pytest.fixture
async def values(walked: Site) -> dict[str, str]:
    """Parameters that only the database knows."""
    async with walked.database.reading() as session:
        key = select(Block.key).join(Draft, Draft.slug == "charter").where(Block.comment_count > 2).limit(1)
        reference = select(Contribution.reference).where(Contribution.state == "published").limit(1)
        user = select(User.id).where(User.role == Role.RESPONDENT).limit(1)
        return {
            "key": str((await session.execute(key)).scalar_one()),
            "reference": str((await session.execute(reference)).scalar_one()),
            "user_id": str((await session.execute(user)).scalar_one()),
            "topic": "governance",
            "organisation_id": str((await session.execute(select(Organisation.id).limit(1))).scalar_one()),
        }


@pytest.fixture
async def viewers(walked: Site) -> dict[Role | None, Browser]:
    """A browser of each kind of viewer, of people of the demo."""
    browsers: dict[Role | None, Browser] = {None: walked.browser()}
    async with walked.database.reading() as session:
        for role in Role:
            user = (await session.execute(select(User).where(User.role == role).limit(1))).scalar_one()
            browsers[role] = await walked.browser_of(user)
    return browsers


async def fingerprint(site: Site) -> str:
    """Everything in the database as one digest."""
    digest = hashlib.sha256()
    metadata: MetaData = Base.metadata
    async with site.database.reading() as session:
        for table in metadata.sorted_tables:
            rows = (await session.execute(text(f"SELECT * FROM {table.name}"))).all()
            digest.update(repr((table.name, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


async def test_every_route_names_a_permission_that_the_map_decides(walked: Site) -> None:
    nameless = [route for route in table_of(walked) if route.permission not in MAP]
    assert nameless == []


async def test_published_addresses_do_not_vanish(walked: Site) -> None:
    now = {f"{route.method} {route.path}" for route in table_of(walked)}
    known = set(KNOWN.read_text().split("\n")) - {""}
    assert known - now == set(), "an address that people may have kept is gone"
    assert now - known == set(), "add new addresses to tests/audits/addresses.txt"


async def test_each_route_answers_each_role_as_the_map_says(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    wrong = []
    for route in table_of(walked):
        target = address(route, values)
        if target is None:
            continue
        for role, browser in viewers.items():
            status = (await browser.request(route.method, target, headers={"origin": BASE})).status_code
            if not is_right(route, role, status):
                wrong.append(f"{route.method} {target} as {role}: {status}")
    assert wrong == []


def is_right(route: Route, role: Role | None, status: int) -> bool:
    """Whether an answer fits the permission; a state change without its token must not succeed."""
    assert route.permission is not None
    if not allowed(route.permission, role):
        # Who is signed out is asked to sign in, at the desk as well: staff whose session ended lose nothing.
        return status in (
            {401, 404} if role is None else {404} if route.permission in HIDDEN_WHEN_REFUSED else {403}
        )
    if status >= 500:
        return status == 503 and ("search" in route.path or route.path == "/readyz")
    if route.method == "GET":
        return status not in (401, 403)
    return True


def allowed(permission: Permission, role: Role | None) -> bool:
    """The map's answer for a role."""
    actor = None if role is None else make_actor(role)
    return MAP[permission](actor)


def make_actor(role: Role) -> Actor:
    """Somebody with a role."""
    return Actor(1, "A", "a@example.org", role)


async def test_reading_changes_nothing(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    before = await fingerprint(walked)
    for route in table_of(walked):
        if route.method == "GET" and (target := address(route, values)):
            for role in (None, Role.RESPONDENT, Role.ADMINISTRATOR):
                await viewers[role].get(target)
    assert await fingerprint(walked) == before


async def test_a_form_without_its_token_or_from_another_site_changes_nothing(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    before = await fingerprint(walked)
    wrong = []
    for route in table_of(walked):
        if route.method == "GET" or route.opt.get("machine") or (target := address(route, values)) is None:
            continue
        for headers in (
            {"origin": BASE},
            {"origin": "https://evil.example"},
            {"sec-fetch-site": "cross-site"},
        ):
            answer = await viewers[Role.ADMINISTRATOR].post(target, data={"text": "x"}, headers=headers)
            if answer.status_code < 400:
                wrong.append(f"{target} {headers}: {answer.status_code}")
    assert wrong == []
    assert await fingerprint(walked) == before


async def test_every_answer_carries_the_security_headers(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    wrong = []
    for route in table_of(walked):
        target = address(route, values)
        if target is None:
            continue
        expected = (
            {**EVERYWHERE, "content-security-policy": FILE_POLICY}
            if route.path.startswith("/files")
            else EVERYWHERE
        )
        for role in (None, Role.ADMINISTRATOR):
            answer = await viewers[role].request(route.method, target)
            missing = [name for name, value in expected.items() if answer.headers.get(name) != value]
            if missing:
                wrong.append(f"{route.method} {target}: {missing}")
    for target in ("/en/absent", "/en/contributions/none", "/api/v1/absent", "/static/absent.css"):
        answer = await viewers[None].get(target)
        assert answer.status_code == 404
        wrong += [
            f"{target}: {name}" for name, value in EVERYWHERE.items() if answer.headers.get(name) != value
        ]
    assert wrong == []


async def test_readers_get_no_cookie_and_private_pages_are_not_stored(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    for route in table_of(walked):
        if route.method != "GET" or (target := address(route, values)) is None:
            continue
        assert "set-cookie" not in (await viewers[None].get(target)).headers, target
        answer = await viewers[Role.ADMINISTRATOR].get(target)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "no-store" in answer.headers.get("cache-control", ""), target


async def test_head_answers_as_get_without_a_body(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    for route in table_of(walked):
        if (
            route.method != "GET"
            or route.permission is not Permission.READ
            or not (target := address(route, values))
        ):
            continue
        got, headed = await viewers[None].get(target), await viewers[None].head(target)
        assert (headed.status_code, headed.content) == (got.status_code, b""), target
        assert headed.headers.get("content-type") == got.headers.get("content-type"), target


async def test_unknown_hosts_are_refused_and_forged_headers_ignored(walked: Site) -> None:
    reader = walked.browser()
    assert (await reader.get("/en/", headers={"host": "evil.example"})).status_code == 421
    answer = await reader.get("/", headers={"x-forwarded-host": "evil.example", "x-forwarded-proto": "http"})
    assert answer.headers["location"] == "/en/"
    page = await reader.get("/en/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in page.text


async def test_an_address_without_locale_leads_to_the_reader_s_language(walked: Site) -> None:
    reader = walked.browser()
    for header, locale in (("ar-EG,en;q=0.5", "ar"), ("zh-TW", "zh"), ("de", "en"), ("x;q=a,,;", "en")):
        answer = await reader.get("/consultations?x=1", headers={"accept-language": header})
        assert (answer.status_code, answer.headers["location"]) == (302, f"/{locale}/consultations?x=1")


async def test_metrics_are_for_configured_addresses_alone(walked: Site) -> None:
    transport = httpx.ASGITransport(app=walked.app, client=("203.0.113.9", 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as stranger:
        assert (await stranger.get("/metrics")).status_code == 404
        forged = await stranger.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})
        assert forged.status_code == 404
    assert (await walked.browser().get("/metrics")).status_code == 200
