"""The log tells what was asked and how it went, never who asked, what they wrote or what lets them in."""

from __future__ import annotations

import logging

import pytest
import structlog
from msgspec import json
from sqlalchemy import text

from consult.logs import ALLOWED, set_up_logs
from consult.models.people import Role
from tests.api.scene import script_of
from tests.people import BASE, COOKIE, Site

SECRETS = {
    "body": "s3cretbody",
    "query": "s3cretquery",
    "path": "s3cretpath",
    "password": "s3cretpassword and more",
    "mail": "s3cretmail@example.org",
    "name": "S3cretname",
    "header": "s3cretheader",
}
IP = "203.0.113.77"


async def do_everything(site: Site) -> list[str]:
    """Read, write, fail and crash, with something secret in every place. What else must not be told."""
    person = await site.signed_in(name=SECRETS["name"])
    script = await script_of(site, name="Other")
    reader = site.browser()
    for each in (person, script, reader):
        each.headers.update(
            {"x-forwarded-for": IP, "user-agent": SECRETS["header"], "referer": f"{BASE}/{SECRETS['path']}"}
        )
    for client in (reader, person, script):
        for where in ("/en/", "/en/search", f"/en/{SECRETS['path']}", f"/en/contributions/{SECRETS['path']}", "/en/mine", "/en/profile",
                      f"/en/reset/{SECRETS['path']}", f"/en/unsubscribe/{SECRETS['path']}", "/api/v1/consultations", "/files/1/x"):  # fmt: skip
            await client.get(f"{where}?q={SECRETS['query']}")
    credentials = {
        "email": SECRETS["mail"],
        "password": SECRETS["password"],
        "name": SECRETS["name"],
        "text": SECRETS["body"],
    }
    for where in (
        "/en/sign-in",
        "/en/register",
        "/en/reset",
        "/en/consultations/charter-and-governance/comments",
    ):
        await reader.post_form(where, credentials)
        await person.post_form(where, credentials)
    await script.post("/api/v1/consultations/charter-and-governance/comments", json={"text": SECRETS["body"]})
    await script.post("/api/v1/consultations/charter-and-governance/comments", content=SECRETS["body"])
    moderator = await site.signed_in(Role.ADMINISTRATOR, "Ada")
    await moderator.get(f"/en/desk/people?q={SECRETS['mail']}")
    token = person.headers["cookie"].removeprefix(f"{COOKIE}=")
    return [
        token,
        script.headers["authorization"].removeprefix("Bearer "),
        IP,
        "127.0.0.1",
        *SECRETS.values(),
    ]


async def test_the_log_holds_nothing_of_anybody(
    walked: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    set_up_logs("debug")
    secrets = await do_everything(walked)
    out, err = capfd.readouterr()
    lines = [line for line in err.splitlines() if line.startswith("{")]
    assert len(lines) > 40
    told = out + err + "".join(each.getMessage() for each in caplog.records if each.name != "httpx")
    assert [secret for secret in secrets if secret.lower() in told.lower()] == []
    assert {name for line in lines for name in json.decode(line)} <= ALLOWED


async def test_a_crash_is_logged_by_its_kind_and_place_alone(
    walked: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    """The database is away: what was asked of it stands in its error, and not in ours."""
    set_up_logs("info")
    async with walked.database.writing() as session:
        await session.execute(text("ALTER TABLE attempts RENAME TO elsewhere"))
    reader = walked.browser()
    fields = {"email": SECRETS["mail"], "password": SECRETS["password"]}
    answer = await reader.post("/en/sign-in", data=fields, headers={"origin": BASE})
    assert answer.status_code == 500
    assert SECRETS["password"] not in answer.text
    assert "attempts" not in answer.text
    _, err = capfd.readouterr()
    assert "crash" in err
    assert not any(secret in err for secret in SECRETS.values())
    assert "INSERT" not in err


def test_what_is_not_on_the_list_is_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    structlog.get_logger().info(
        "request", method="GET", path="/s3cretpath", cookie="s3cretheader", user="S3cretname"
    )
    _, err = capfd.readouterr()
    assert set(json.decode(err)) <= ALLOWED
    assert "s3cret" not in err.lower()
