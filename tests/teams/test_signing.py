"""A response is signed off by a signatory, sent once by one member, and co-signed by others with their own word."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from consult.attachments.queries import public_files
from consult.kernel.errors import Conflict, FormInvalid
from consult.models.contribution import Contribution
from consult.models.people import MemberRole
from consult.models.submission import Attachment
from consult.models.team import SignOff
from consult.organisations.closing import leave_everything
from consult.organisations.membership import change_member, leave, remove_member
from consult.submissions.document import read_document
from tests.attachments.scene import Responding
from tests.people import Site
from tests.teams.scene import Team

LAKE, RIVER, HILL = "Lake Watch", "River Trust", "Hill Club"


@pytest.fixture
async def team(site: Site) -> Team:
    return await Team.begun(site)


async def test_a_drafter_sends_only_what_a_signatory_has_signed_off_as_it_is(team: Team) -> None:
    with pytest.raises(Conflict):
        await team.send("rim")
    assert (await team.sign("sami", LAKE)).status_code == 303
    assert ">Signed off</span>" in await team.page("rim")
    await team.write("rim", "seats", "9")
    assert "Lapsed" in await team.page("rim")
    with pytest.raises(Conflict):
        await team.send("rim")
    await team.sign("olga", LAKE)
    sent = await team.send("rim")
    assert not sent.again
    assert "Olga signed off" in (await team.page("rim")).replace("<bdi>", "").replace("</bdi>", "")


async def test_a_sign_off_holds_again_when_the_text_is_what_was_signed(team: Team) -> None:
    await team.sign("sami", LAKE)
    await team.write("rim", "board", "Meet in secret.")
    await team.write("rim", "board", "Meet in public.")
    assert not (await team.send("rim")).again


async def test_a_signatory_signs_by_sending(team: Team) -> None:
    await team.send("sami")
    page = await team.page("olga")
    assert "by sending" in page
    assert "Stands in what was sent" not in page
    async with team.site.database.reading() as session:
        lead = (await session.execute(select(SignOff))).scalar_one()
    assert lead.lead
    assert lead.settled_name == "Sami"


async def test_two_members_who_send_at_once_send_once(team: Team) -> None:
    sent = await asyncio.gather(team.send("sami"), team.send("olga"))
    assert sorted(each.again for each in sent) == [False, True]
    assert len(await team.sendings()) == 1


async def test_what_was_changed_while_it_was_read_is_not_signed(team: Team) -> None:
    sami = await team.browser("sami")
    read = (await sami.get(f"{team.address}/read")).text
    digest = read.partition('name="answered" value="')[2][:64]
    await team.write("rim", "board", "Meet in secret.")
    answer = await team.sign("sami", LAKE, answered=digest)
    assert answer.status_code == 422
    assert "was changed while you read it" in answer.text
    assert "Meet in secret." in answer.text
    with pytest.raises(Conflict):
        await team.send("rim")


async def test_one_has_to_say_that_one_may_sign(team: Team) -> None:
    answer = await team.sign("sami", LAKE, sure="")
    assert answer.status_code == 422
    assert "Say that you have read it" in answer.text


async def test_who_is_asked_sees_it_among_their_own_and_a_drafter_does_not_sign(team: Team) -> None:
    rim = await team.browser("rim")
    answer = await rim.post_form(f"{team.address}/ask", {}, form_at=team.address)
    assert answer.status_code == 303
    assert "Asked, not answered yet" in await team.page("olga")
    assert (await team.sign("rim", LAKE)).status_code == 404
    assert "Sign it off" not in await team.page("rim", "/read")
    assert (await team.decline("sami", LAKE, "The second half is missing.")).status_code == 303
    assert "The second half is missing." in await team.page("rim")


async def test_another_organisation_reads_signs_and_stands_in_what_is_sent(team: Team) -> None:
    assert await team.page("cora", "/read") == ""
    assert (await team.invite("sami", RIVER)).status_code == 303
    page = await team.page("cora", "/read")
    assert "Meet in public." in page
    assert (await team.sign("cora", RIVER)).status_code == 303
    sent = await team.send("sami")
    assert read_document(sent.sending.text).co_signed == (RIVER,)
    assert "Your sign-off stands in what was sent" in await team.page("cora", "/read")
    assert (await team.take_back("cora", RIVER)).status_code == 409
    public = await team.site.browser().get(f"/en/contributions/{sent.contribution.reference}")
    assert public.status_code == 200


async def test_who_signs_can_open_the_files(team: Team) -> None:
    async with team.site.database.writing() as session:
        of = {"submission_id": (await team.found(session)).id, "state": "kept", "sha256": "ab" * 32}
        now = team.site.clock.now()
        session.add(Attachment(key="file-one", name="Survey.pdf", size=9, created_at=now, **of))
    await team.invite("sami", RIVER)
    for name in ("sami", "cora"):
        assert f"/en/respond/{team.key}/files/file-one" in await team.page(name, "/read")


async def test_only_a_signatory_takes_back_what_is_public_of_a_response_that_was_sent(team: Team) -> None:
    keys = [await add_file(team, name) for name in ("one.txt", "two.txt", "secret.txt")]
    assert await change_file(team, "rim", keys[2], "change", do="private", private="yes") == 303
    await team.send("sami")
    later = await add_file(team, "later.txt")
    for what, fields in (("remove", {}), ("change", {"do": "private", "private": "yes"})):
        assert await change_file(team, "rim", keys[0], what, **fields) == 409
    assert await public_names(team) == ["one.txt", "two.txt"]
    for key in (keys[2], later):
        assert await change_file(team, "rim", key, "remove") == 303
    assert await change_file(team, "sami", keys[0], "remove") == 303
    assert await change_file(team, "olga", keys[1], "change", do="private", private="yes") == 303
    assert await public_names(team) == []


async def test_a_drafter_changes_files_of_what_is_not_sent(team: Team) -> None:
    key = await add_file(team, "one.txt")
    assert await change_file(team, "rim", key, "change", do="private", private="yes") == 303
    assert await change_file(team, "rim", key, "remove") == 303


async def drafter(team: Team) -> Responding:
    """Rim, who adds files."""
    async with team.site.database.reading() as session:
        found = await team.found(session)
    target = await team.target()
    rim = team.people["rim"]
    return Responding(team.site, rim, await team.browser("rim"), team.key, found.id, target.consultation)


async def add_file(team: Team, name: str) -> str:
    """Rim adds a file: its key."""
    return str((await (await drafter(team)).send(name, name.encode()))["key"])


async def change_file(team: Team, name: str, key: str, what: str, **fields: str) -> int:
    """One of the team presses one of a file's buttons: the status of the answer."""
    responding = replace(await drafter(team), browser=await team.browser(name))
    return (await responding.act(key, what, **fields)).status_code


async def public_names(team: Team) -> list[str]:
    """Names of what everybody may have."""
    async with team.site.database.reading() as session:
        contribution = (await session.execute(select(Contribution))).scalar_one()
        return [each.name for each in await public_files(session, contribution.id)]


async def test_a_co_signatory_is_left_out_when_the_text_changes_unless_it_signs_anew(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    await team.write("rim", "seats", "12")
    assert "changed after you signed it" in await team.page("cora", "/read")
    first = await team.send("sami")
    assert read_document(first.sending.text).co_signed == ()
    await team.sign("cora", RIVER)
    assert RIVER in (await team.page("olga")).partition("Send it again to add them")[2][:400]
    again = await team.send("olga")
    assert not again.again
    assert read_document(again.sending.text).co_signed == (RIVER,)
    assert [each.number for each in await team.sendings()] == [1, 2]
    assert (await team.send("olga")).again


async def test_a_co_signatory_takes_its_word_back_or_declines_until_it_is_sent(team: Team) -> None:
    await team.invite("olga", RIVER)
    await team.sign("cora", RIVER)
    assert (await team.take_back("cora", RIVER)).status_code == 303
    assert (await team.decline("cora", RIVER, "Not our subject.")).status_code == 303
    assert await team.page("cora", "/read") == ""
    assert "Not our subject." in await team.page("rim")
    assert read_document((await team.send("sami")).sending.text).co_signed == ()


async def test_only_those_asked_and_their_signatories_read_and_nobody_reads_notes(team: Team) -> None:
    await team.invite("sami", RIVER)
    for name in ("dan", "vera", "stranger"):
        assert await team.page(name, "/read") == ""
    for path in ("", "/notes", "/questions/board/notes", "/here", "/invite"):
        assert await team.page("cora", path) == ""
    assert (await team.invite("rim", HILL)).status_code == 404


async def test_only_verified_organisations_are_asked_and_none_twice(team: Team) -> None:
    await team.organisation("Rumour", verified=False)
    assert (await team.invite("sami", "Rumour")).status_code == 404
    assert (await team.invite("sami", RIVER)).status_code == 303
    assert (await team.invite("sami", RIVER)).status_code == 409
    assert (await team.invite("sami", LAKE)).status_code == 409
    found = await team.page("sami", "/invite?q=river")
    assert "Asked already" in found
    assert "Rumour" not in await team.page("sami", "/invite?q=rumour")


async def test_who_is_asked_to_sign_finds_it_among_their_own(team: Team) -> None:
    await team.invite("sami", RIVER)
    for name, is_asked in (("cora", True), ("dan", False), ("vera", False), ("stranger", False)):
        mine = (await (await team.browser(name)).get("/en/mine")).text
        assert ("Asked to sign" in mine) is is_asked, name
        assert (f"/en/respond/{team.key}/team/read" in mine) is is_asked, name


async def test_who_is_no_longer_asked_no_longer_reads(team: Team) -> None:
    await team.invite("sami", RIVER)
    sami = await team.browser("sami")
    given = {"organisation": str(team.organisations[RIVER].id)}
    answer = await sami.post_form(f"{team.address}/stop-asking", given, form_at=team.address)
    assert answer.status_code == 303
    assert await team.page("cora", "/read") == ""
    assert (await team.sign("cora", RIVER)).status_code == 404


async def test_an_organisation_whose_verification_was_taken_back_does_not_co_sign(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    async with team.site.database.writing() as session:
        (await session.merge(team.organisations[RIVER])).verified_by = ""
    assert read_document((await team.send("sami")).sending.text).co_signed == ()


async def test_nothing_is_signed_when_the_round_has_ended(team: Team) -> None:
    await team.invite("sami", RIVER)
    team.site.clock.advance(timedelta(days=8))
    answer = await team.sign("cora", RIVER)
    assert answer.status_code == 409
    assert "nothing to sign" in await team.page("rim")


async def test_who_was_removed_has_no_access_from_then_on(team: Team) -> None:
    assert await team.page("rim")
    await team.dismiss("rim")
    for path in ("", "/read", "/notes", "/here"):
        assert await team.page("rim", path) == ""
    with pytest.raises(Exception, match="no such page"):
        await team.write("rim", "board", "I was here.")


async def test_names_of_co_signatories_are_public_only_with_the_name(team: Team) -> None:
    async with team.site.database.writing() as session:
        (await team.found(session)).publication = "unnamed"
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    sent = await team.send("sami")
    assert read_document(sent.sending.text).co_signed == (RIVER,)
    async with team.site.database.reading() as session:
        face = (await session.execute(select(Contribution))).scalar_one()
    assert RIVER not in face.text + face.html + face.organisation_name + face.author_name


async def test_a_response_that_lacks_something_is_not_sent_though_signed(team: Team) -> None:
    await team.write("rim", "board", "")
    await team.sign("sami", LAKE)
    with pytest.raises(FormInvalid):
        await team.send("rim")


async def no_longer_signs(team: Team, how: str, name: str, organisation: str) -> None:
    """Somebody's membership, or their role as a signatory, ends."""
    of, now, user_id = team.organisations[organisation].id, team.site.clock.now(), team.people[name].id
    async with team.site.database.writing() as session:
        if how == "demoted":
            await change_member(session, team.actor("olga"), of, user_id, MemberRole.DRAFTER, now)
        elif how == "removed":
            await remove_member(session, team.actor("olga"), of, user_id, now)
        elif how == "left":
            await leave(session, team.actor(name), of, 0, now)
        else:
            await leave_everything(session, team.actor(name), now)


@pytest.mark.parametrize("how", ["demoted", "removed", "left", "closed"])
async def test_a_sign_off_counts_only_while_whoever_gave_it_may_sign(team: Team, how: str) -> None:
    await team.sign("sami", LAKE)
    await no_longer_signs(team, how, "sami", LAKE)
    page = await team.page("rim")
    assert ">Signed off</span>" not in page
    assert "whoever gave it may no longer sign" in page
    with pytest.raises(Conflict):
        await team.send("rim")
    await team.sign("olga", LAKE)
    assert not (await team.send("rim")).again


async def test_a_sign_off_of_who_lost_the_role_in_any_way_is_not_sent(team: Team) -> None:
    await team.sign("sami", LAKE)
    await team.dismiss("sami")
    with pytest.raises(Conflict):
        await team.send("rim")


async def test_a_co_signatory_whose_signatory_left_is_not_in_what_is_sent(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    await no_longer_signs(team, "left", "cora", RIVER)
    assert read_document((await team.send("sami")).sending.text).co_signed == ()


async def test_what_was_sent_with_somebodys_word_stays_when_they_leave(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    await team.send("sami")
    await no_longer_signs(team, "closed", "cora", RIVER)
    await no_longer_signs(team, "demoted", "sami", LAKE)
    again = await team.send("olga")
    assert again.again
    assert read_document(again.sending.text).co_signed == (RIVER,)
