"""Rounds are set, changed while scheduled, extended in public, and never shortened; the clock alone says what is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.fields import ConsultationFields
from consult.consultations.queries import current_round, get_consultation
from consult.consultations.service import (
    add_versions,
    create_consultation,
    edit_consultation,
    edit_round,
    extend_round,
    fingerprint,
    open_round,
    publish_consultation,
    unpublish_consultation,
)
from consult.consultations.views import consultation_state
from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.kernel.errors import Conflict, FormInvalid
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Extension, Round, RoundState, round_versions
from consult.models.document import Draft, Version
from consult.models.ledger import OutboxEvent
from consult.models.response import Audit
from tests.conftest import DAY, HOUR, NOW
from tests.people import said

SECOND = timedelta(seconds=1)
FIELDS = ConsultationFields(
    slug="charter",
    original="en",
    languages=("en", "fr"),
    title={"en": "The charter", "fr": "La charte"},
    asks={"en": "# What?\n\n<script>alert(1)</script> *now*"},
)


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.writing() as found:
        yield found


@pytest.fixture
async def consultation(session: AsyncSession) -> Consultation:
    found = await create_consultation(session, FIELDS, None, NOW)
    await publish_consultation(session, found, None, NOW)
    return found


async def opened(session: AsyncSession, consultation: Consultation, **more: datetime | int) -> Round:
    """A round that opens now for a week, in Brussels, with an hour of grace."""
    opens, closes = more.get("opens", NOW), more.get("closes", NOW + 7 * DAY)
    grace = more.get("grace", 60)
    assert isinstance(opens, datetime)
    assert isinstance(closes, datetime)
    assert isinstance(grace, int)
    return await open_round(
        session,
        consultation,
        opens,
        closes,
        "Europe/Brussels",
        grace,
        None,
        None,
        opens if opens < NOW else NOW,
    )


async def kinds(session: AsyncSession) -> list[str]:
    """Kinds of what happened, in order."""
    return list((await session.execute(select(OutboxEvent.kind).order_by(OutboxEvent.id))).scalars())


async def refused(names: set[str], awaitable: object) -> None:
    """Something is refused because of these fields."""
    with pytest.raises(FormInvalid) as failed:
        await awaitable  # type: ignore[misc]
    assert {error.name for error in failed.value.errors} == names


async def test_consultations_of_a_year_are_numbered_in_order(session: AsyncSession) -> None:
    references = []
    for slug, year in (("one", 2026), ("two", 2026), ("three", 2027)):
        fields = ConsultationFields(slug=slug, original="en", languages=("en",), title={"en": slug})
        made = await create_consultation(session, fields, None, datetime(year, 5, 1, tzinfo=UTC))
        references.append(made.reference)
    assert references == ["FMF-2026-01", "FMF-2026-02", "FMF-2027-01"]


async def test_markdown_becomes_safe_html_with_headings_below_the_pages_own(
    consultation: Consultation,
) -> None:
    html = consultation.asks.texts["en"].html
    assert html.startswith("<h3>What?</h3>")
    assert "<script" not in html
    assert "<em>now</em>" in html


async def test_two_consultations_cannot_share_an_address(
    session: AsyncSession, consultation: Consultation
) -> None:
    await refused({"slug"}, create_consultation(session, FIELDS, None, NOW))


@pytest.mark.parametrize("slug", ["new", "Über", "a b", "-a", "a--b", "", "a/b", "x" * 61])
async def test_an_address_is_plain(session: AsyncSession, slug: str) -> None:
    fields = ConsultationFields(slug=slug, original="en", languages=("en",), title={"en": "T"})
    await refused({"slug"}, create_consultation(session, fields, None, NOW))


async def test_a_new_original_makes_its_translations_stale_until_somebody_says_they_fit(
    session: AsyncSession, consultation: Consultation
) -> None:
    loaded = await reloaded(session)
    changed = ConsultationFields(slug="charter", original="en", languages=("en", "fr"),
                                 title={"en": "The new charter", "fr": "La charte"})  # fmt: skip
    await edit_consultation(session, loaded, changed, None, NOW)
    assert loaded.title.is_stale("fr")
    confirmed = ConsultationFields(slug="charter", original="en", languages=("en", "fr"), title=changed.title,
                                   current=frozenset({"fr"}))  # fmt: skip
    await edit_consultation(session, loaded, confirmed, None, NOW)
    assert not loaded.title.is_stale("fr")


async def test_who_edits_an_old_state_is_told(session: AsyncSession, consultation: Consultation) -> None:
    loaded = await reloaded(session)
    seen = fingerprint(loaded)
    first = ConsultationFields(
        slug="charter", original="en", languages=("en",), title={"en": "Mine"}, seen=seen
    )
    await edit_consultation(session, loaded, first, None, NOW)
    second = ConsultationFields(
        slug="charter", original="en", languages=("en",), title={"en": "Theirs"}, seen=seen
    )
    await refused({""}, edit_consultation(session, loaded, second, None, NOW))


async def test_address_and_original_language_stay_once_public(
    session: AsyncSession, consultation: Consultation
) -> None:
    moved = ConsultationFields(slug="moved", original="fr", languages=("fr",), title={"fr": "La charte"})
    await refused({"slug", "original"}, edit_consultation(session, await reloaded(session), moved, None, NOW))


async def reloaded(session: AsyncSession) -> Consultation:
    """The consultation with its rounds and topics."""
    session.expire_all()
    return await get_consultation(session, "charter", None)


async def test_a_consultation_can_be_taken_back_until_a_round_opens(
    session: AsyncSession, consultation: Consultation
) -> None:
    await opened(session, consultation, opens=NOW + DAY)
    await unpublish_consultation(session, consultation, None, NOW + DAY - SECOND)
    assert consultation.published_at is None
    await publish_consultation(session, consultation, None, NOW)
    with pytest.raises(Conflict):
        await unpublish_consultation(session, consultation, None, NOW + DAY)


async def test_followers_hear_of_a_round_only_once_its_consultation_is_public(session: AsyncSession) -> None:
    hidden = await create_consultation(session, FIELDS, None, NOW)
    await opened(session, hidden)
    assert "round.opened" not in await kinds(session)
    await publish_consultation(session, hidden, None, NOW)
    assert (await kinds(session)).count("round.opened") == 1


async def test_the_clock_alone_says_what_is_open_to_the_last_second(
    session: AsyncSession, consultation: Consultation
) -> None:
    period = (await opened(session, consultation, opens=NOW + HOUR)).period
    clock, end = SetClock(NOW), NOW + 7 * DAY
    seen = []
    for at in (NOW, NOW + HOUR - SECOND, NOW + HOUR, end - SECOND, end, end + HOUR - SECOND, end + HOUR):
        clock.set(at)
        seen.append(period.state(clock.now()))
    scheduled, open_, grace, closed = RoundState
    assert seen == [scheduled, scheduled, open_, open_, grace, grace, closed]
    clock.set(NOW + 2 * HOUR)
    assert period.state(clock.now()) is RoundState.OPEN


async def test_in_the_grace_only_what_was_begun_in_time_is_taken(
    session: AsyncSession, consultation: Consultation
) -> None:
    period = (await opened(session, consultation)).period
    end = period.closes_at
    assert period.accepts(end - SECOND, None)
    assert not period.accepts(end, None)
    assert period.accepts(end, end - SECOND)
    assert not period.accepts(end, end)
    assert not period.accepts(end + HOUR, end - SECOND)
    assert not period.accepts(end, NOW - SECOND)


async def test_a_round_must_make_sense(session: AsyncSession, consultation: Consultation) -> None:
    at = {"time_zone": "Europe/Brussels", "grace_minutes": 0, "version_ids": None, "actor": None, "now": NOW}
    week = NOW + 7 * DAY
    await refused({"opens"}, open_round(session, consultation, NOW - SECOND, week, **at))  # type: ignore[arg-type]
    await refused({"closes"}, open_round(session, consultation, NOW, NOW, **at))  # type: ignore[arg-type]
    await refused({"closes"}, open_round(session, consultation, week, NOW + DAY, **at))  # type: ignore[arg-type]
    await refused({"grace"}, open_round(session, consultation, NOW, week, **{**at, "grace_minutes": -1}))  # type: ignore[arg-type]
    await refused({"zone"}, open_round(session, consultation, NOW, week, **{**at, "time_zone": "Mars/Base"}))  # type: ignore[arg-type]
    await refused({"versions"}, open_round(session, consultation, NOW, week, **{**at, "version_ids": [9]}))  # type: ignore[arg-type]


async def test_rounds_follow_one_another(session: AsyncSession, consultation: Consultation) -> None:
    first = await opened(session, consultation)
    await refused({"closes"}, opened(session, consultation, opens=first.closes_at, closes=NOW + 20 * DAY))
    second = await opened(session, consultation, opens=first.period.grace_ends_at, closes=NOW + 20 * DAY)
    assert second.number == 2
    later = extend_round(session, first, first.closes_at + HOUR, said(en="Why"), None, NOW)
    await refused({"closes"}, later)


async def test_a_scheduled_round_can_be_changed_and_an_open_one_cannot(
    session: AsyncSession, consultation: Consultation
) -> None:
    round_ = await opened(session, consultation, opens=NOW + DAY)
    sooner = NOW + 2 * HOUR
    await edit_round(session, round_, sooner, NOW + 3 * DAY, "America/New_York", 0, None, None, NOW)
    assert (round_.opens_at, round_.time_zone, round_.grace_minutes) == (sooner, "America/New_York", 0)
    with pytest.raises(Conflict):
        await edit_round(session, round_, sooner, NOW + 9 * DAY, "UTC", 0, None, None, sooner)
    assert round_.closes_at == NOW + 3 * DAY


async def test_an_extension_keeps_from_to_reason_and_who(
    session: AsyncSession, consultation: Consultation
) -> None:
    round_ = await opened(session, consultation)
    for days in (8, 9):
        await extend_round(session, round_, NOW + days * DAY, said(en=f"Because {days}"), None, NOW)
    kept = (await session.execute(select(Extension).order_by(Extension.id))).scalars().all()
    assert [(each.from_at, each.to_at) for each in kept] == [
        (NOW + 7 * DAY, NOW + 8 * DAY),
        (NOW + 8 * DAY, NOW + 9 * DAY),
    ]
    assert kept[1].reason.source == "Because 9"
    assert round_.closes_at == NOW + 9 * DAY
    assert (await kinds(session)).count("round.extended") == 2
    lines = (await session.execute(select(Audit.about).where(Audit.what == "round.extended"))).scalars().all()
    assert lines == ["FMF-2026-01/1"] * 2


@pytest.mark.parametrize("by", [timedelta(0), -SECOND, -3 * DAY])
async def test_a_period_is_never_shortened(
    session: AsyncSession, consultation: Consultation, by: timedelta
) -> None:
    round_ = await opened(session, consultation)
    end = round_.closes_at
    await refused({"closes"}, extend_round(session, round_, end + by, said(en="Why"), None, NOW + DAY))
    assert round_.closes_at == end


async def test_an_extension_needs_its_reason(session: AsyncSession, consultation: Consultation) -> None:
    round_ = await opened(session, consultation)
    await refused({"reason-en"}, extend_round(session, round_, NOW + 9 * DAY, Translated("en"), None, NOW))


async def test_extending_in_the_grace_opens_the_round_again(
    session: AsyncSession, consultation: Consultation
) -> None:
    round_ = await opened(session, consultation)
    in_grace = round_.closes_at + timedelta(minutes=30)
    past = round_.closes_at + timedelta(minutes=10)
    await refused({"closes"}, extend_round(session, round_, past, said(en="Why"), None, in_grace))
    await extend_round(session, round_, round_.closes_at + DAY, said(en="The site was slow"), None, in_grace)
    assert round_.period.state(in_grace) is RoundState.OPEN


async def test_a_closed_round_stays_closed(session: AsyncSession, consultation: Consultation) -> None:
    round_ = await opened(session, consultation)
    after = round_.period.grace_ends_at
    with pytest.raises(Conflict):
        await extend_round(session, round_, after + DAY, said(en="Why"), None, after)
    await opened(session, consultation, opens=after + DAY, closes=after + 2 * DAY)
    loaded = await reloaded(session)
    assert consultation_state(loaded, None, after) == RoundState.SCHEDULED
    current = current_round(loaded, after + DAY)
    assert current is not None
    assert current.number == 2


async def test_a_round_takes_comments_on_the_newest_published_version_and_on_what_is_added(
    session: AsyncSession, consultation: Consultation
) -> None:
    draft = Draft(
        consultation_id=consultation.id, slug="text", number=1, title=said(en="Text"), created_at=NOW
    )
    session.add(draft)
    await session.flush()
    versions = [
        Version(draft_id=draft.id, number=number, reference=f"V{number}", original="en", languages=["en"], note=said(en=""),
                published_at=published, created_at=NOW)
        for number, published in ((1, NOW), (2, NOW), (3, None))
    ]  # fmt: skip
    session.add_all(versions)
    await session.flush()
    round_ = await opened(session, consultation)

    async def taken() -> set[int]:
        return set((await session.execute(select(round_versions.c.version_id))).scalars())

    assert await taken() == {versions[1].id}
    await add_versions(session, round_, [versions[0].id, versions[1].id], None, NOW)
    assert await taken() == {versions[0].id, versions[1].id}
    await refused({"versions"}, add_versions(session, round_, [versions[2].id], None, NOW))
