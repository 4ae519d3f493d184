"""Administrators find people and give them roles; nobody else can."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from consult.models.people import Role, User
from consult.models.response import Audit
from tests.people import Site


async def _role(site: Site, user: User) -> str:
    async with site.database.reading() as session:
        return (await session.execute(select(User.role).where(User.id == user.id))).scalar_one()


async def test_an_administrator_makes_somebody_an_editor_at_once(site: Site) -> None:
    boss = await site.signed_in(Role.ADMINISTRATOR, "Ada")
    user = await site.person(name="Emil")
    browser = await site.browser_of(user)
    assert "/en/desk" not in (await browser.get("/en/mine")).text
    address = f"/en/desk/people/{user.id}/role"
    answer = await boss.post_form(address, {"role": "editor"}, form_at="/en/desk/people")
    assert answer.headers["location"] == "/en/desk/people?notice=role-changed"
    assert await _role(site, user) == Role.EDITOR
    assert "/en/desk" in (await browser.get("/en/mine")).text
    async with site.database.reading() as session:
        line = (await session.execute(select(Audit))).scalar_one()
    assert (line.actor_name, line.what) == ("Ada", "role.changed")
    assert line.about.endswith("respondent -> editor")


@pytest.mark.parametrize("role", [Role.RESPONDENT, Role.MODERATOR, Role.EDITOR])
async def test_for_others_the_page_does_not_exist(site: Site, role: Role) -> None:
    user = await site.person(role, "Somebody")
    browser = await site.browser_of(user)
    assert (await browser.get("/en/desk/people")).status_code == 404
    answer = await browser.post_form(
        f"/en/desk/people/{user.id}/role", {"role": "administrator"}, form_at="/en/mine"
    )
    assert answer.status_code == 404
    assert await _role(site, user) == role


async def test_nobody_changes_their_own_role(site: Site) -> None:
    user = await site.person(Role.ADMINISTRATOR, "Ada")
    browser = await site.browser_of(user)
    answer = await browser.post_form(
        f"/en/desk/people/{user.id}/role", {"role": "respondent"}, form_at="/en/desk/people"
    )
    assert answer.status_code == 422
    assert await _role(site, user) == Role.ADMINISTRATOR


async def test_people_are_found_by_a_part_of_name_or_address(site: Site) -> None:
    boss = await site.signed_in(Role.ADMINISTRATOR, "Ada")
    for name in ("Zoë Quist", "Per_cent", "Emil"):
        await site.person(name=name)
    for words, found in (
        ("zoë q", "Zoë Quist"),
        ("ZOË", "Zoë Quist"),
        ("respondent-emil", "Emil"),
        ("r_c", "Per_cent"),
    ):
        page = (await boss.get("/en/desk/people", params={"q": words})).text
        assert f"<bdi>{found}</bdi></th>" in page
        assert page.count('<th scope="row">') == 1
    for odd in ("%", "' OR 1=1 --", "<script>alert(1)</script>", "\\"):
        page = await boss.get("/en/desk/people", params={"q": odd})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert '<th scope="row">' not in page.text


async def test_many_people_are_paged(site: Site) -> None:
    boss = await site.signed_in(Role.ADMINISTRATOR, "Ada")
    async with site.database.writing() as session:
        session.add_all(
            User(email=f"p{n}@example.org", password_hash="!", name=f"P {n}", created_at=site.clock.now())
            for n in range(60)
        )
    first = (await boss.get("/en/desk/people")).text
    assert first.count('<th scope="row">') == 50
    address = first.split('class="pager__step" href="')[1].split('"')[0]
    assert (await boss.get(address)).text.count('<th scope="row">') == 11
