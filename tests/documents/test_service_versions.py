"""Staff bring in a draft in several languages; later versions and languages join it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.documents.importing import Prepared, prepare, prepare_translations
from consult.documents.imports import import_draft
from consult.documents.service import find_draft, store_version
from consult.documents.settlement import Choice
from consult.documents.storing import KeptBlock, load_kept
from consult.documents.translating import add_translations
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.translated import digest
from consult.models.consultation import Consultation, Round, round_versions
from consult.models.document import Block, Draft, Figure, Version
from consult.models.ledger import OutboxEvent
from consult.models.response import Audit
from consult.settings import ROOT
from tests.conftest import DATA, DAY, NOW
from tests.people import said

CHARTER = ROOT / "consult" / "demo" / "content" / "drafts" / "charter"
FIGURES = {"bodies.svg": (CHARTER / "bodies.svg").read_bytes()}
COVENANT = DATA / "covenant"
needs_covenant = pytest.mark.skipif(not COVENANT.is_dir(), reason="the Covenant's translations are not here")

ENGLISH = "# Rules\n\nThe Forum meets twice a year.\n\nMinutes are public.\n\n- one\n- two\n"
FRENCH = (
    "# Règles\n\nLe Forum se réunit deux fois par an.\n\nLes comptes rendus sont publics.\n\n- un\n- deux\n"
)
SPANISH = "# Reglas\n\nEl Foro se reúne dos veces al año. Las actas son públicas.\n\n- uno\n- dos\n"


def in_languages(folder: Path, *languages: str) -> dict[str, str]:
    return {lang: (folder / f"{lang}.md").read_text(encoding="utf-8") for lang in languages}


async def new_consultation(session: AsyncSession, slug: str = "rules") -> Consultation:
    text = said(en="Rules")
    consultation = Consultation(
        reference="FMF-2026-01", slug=slug, title=text, summary=text, asks=text, use=text,
        languages=["en", "fr", "es"], published_at=NOW, created_at=NOW,
    )  # fmt: skip
    session.add(consultation)
    await session.flush()
    return consultation


async def publish(
    session: AsyncSession,
    consultation: Consultation,
    files: dict[str, str],
    slug: str = "rules",
    **more: object,
) -> Version:
    return await store_version(
        session,
        consultation,
        slug,
        None,
        prepare(files),
        {},
        None,
        NOW,
        **more,  # type: ignore[arg-type]
    )


def said_in(blocks: tuple[KeptBlock, ...], lang: str) -> list[str]:
    return [block.texts[lang].plain for block in blocks]


def complaints(failed: FormInvalid) -> list[str]:
    return [catalogue("en").say(error.message) for error in failed.errors]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while inside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_the_charter_is_there_in_six_languages_with_the_same_keys(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        files = in_languages(CHARTER, "en", "fr", "es", "ar", "zh", "ru")
        version = await publish(session, consultation, files, "charter", figures=FIGURES)
        blocks = await load_kept(session, version)
        titles = (await session.execute(select(Draft.title))).scalar_one()
    assert (version.number, version.languages) == (1, ["en", "fr", "es", "ar", "zh", "ru"])
    assert len(blocks) == 45
    assert all(set(block.texts) == set(files) for block in blocks)
    assert len({block.key for block in blocks}) == 45
    assert all(
        text.of == ("" if lang == "en" else digest(block.texts["en"].plain))
        for block in blocks
        for lang, text in block.texts.items()
    )
    assert titles.get("ru") == blocks[0].texts["ru"].plain


async def test_a_figure_is_kept_under_a_name_made_from_its_content(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        files = in_languages(CHARTER, "en", "fr")
        version = await publish(session, consultation, files, "charter", figures=FIGURES)
        figure = (await session.execute(select(Figure))).scalar_one()
        (block,) = [block for block in await load_kept(session, version) if block.kind == "figure"]
        assert block.shape["src"] == f"/files/{version.draft_id}/{figure.name}"
        assert figure.body == FIGURES["bodies.svg"]
        again = {**files, "en": files["en"].replace("Three bodies", "These three bodies")}
        later = await publish(session, consultation, again, "charter")
        (same,) = [block for block in await load_kept(session, later) if block.kind == "figure"]
    assert (same.key, same.shape) == (block.key, block.shape)


async def test_a_figure_that_was_forgotten_is_asked_for(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        with pytest.raises(FormInvalid) as failed:
            await publish(session, consultation, in_languages(CHARTER, "en"), "charter")
    assert complaints(failed.value) == ["The figure “bodies.svg” is missing: choose its file as well."]


async def test_blocks_that_stay_keep_their_keys_in_the_next_version(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        first = await load_kept(session, await publish(session, consultation, {"en": ENGLISH, "fr": FRENCH}))
        changed = ENGLISH.replace("twice", "three times").replace(
            "# Rules\n", "# Rules\n\nWritten in 2026 by all.\n"
        )
        version = await publish(session, consultation, {"en": changed})
        second = await load_kept(session, version)
    assert (version.number, version.languages) == (2, ["en", "fr"])
    assert [block.key for block in second if block.key in {old.key for old in first}] == [
        block.key for block in first
    ]
    assert len(second) == len(first) + 1


async def test_a_text_that_changes_nothing_is_refused(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        await publish(session, consultation, {"en": ENGLISH, "fr": FRENCH})
        for files in ({"en": ENGLISH, "fr": FRENCH}, {"en": ENGLISH}):
            with pytest.raises(FormInvalid) as failed:
                await publish(session, consultation, files)
            assert complaints(failed.value) == ["Nothing has changed since version 1."]
        await publish(session, consultation, {"en": ENGLISH, "fr": FRENCH.replace("deux fois", "2 fois")})
        count = (await session.execute(select(func.count()).select_from(Version))).scalar_one()
    assert count == 2


async def test_rounds_that_have_no_version_of_the_draft_get_it(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        closed, running, coming = (
            Round(consultation_id=consultation.id, number=number, opens_at=NOW + opens * DAY,
                  closes_at=NOW + (opens + 2) * DAY, time_zone="UTC", created_at=NOW)
            for number, opens in ((1, -9), (2, -1), (3, 9))
        )  # fmt: skip
        session.add_all([closed, running, coming])
        await session.flush()
        first = await publish(session, consultation, {"en": ENGLISH})
        await publish(session, consultation, {"en": ENGLISH.replace("two", "three")})
        pairs = {tuple(row) for row in await session.execute(select(round_versions))}
    assert pairs == {(running.id, first.id), (coming.id, first.id)}


async def test_a_publication_is_told_to_the_rest_of_the_house(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        version = await publish(session, consultation, {"en": ENGLISH})
        await session.flush()
        told = (await session.execute(select(OutboxEvent))).scalars().one()
        noted = (await session.execute(select(Audit.what, Audit.about))).one()
    assert (told.kind, told.data["version_id"]) == ("draft.published", version.id)
    assert set(told.scopes) == {f"consultation:{consultation.id}", "site"}
    assert tuple(noted) == ("draft.published", "FMF-2026-01/rules/1")


async def test_a_missing_language_is_added_and_a_present_one_is_not_changed(database: Database) -> None:
    async with database.writing() as session:
        consultation = await new_consultation(session)
        version = await publish(session, consultation, {"en": ENGLISH, "fr": FRENCH})
        draft = await find_draft(session, consultation.id, "rules")
        assert draft is not None
        blocks = await load_kept(session, version)
        originals = tuple(block.parsed("en", "en") for block in blocks)
        prepared = prepare_translations("en", originals, {"es": SPANISH})
        choices = {"es": {each.bead.id: Choice.JOIN for each in prepared.unsettled["es"]}}
        await add_translations(session, consultation, draft, version, prepared, choices, None, NOW)
        later = await load_kept(session, version)
        again = prepare_translations("en", originals, {"fr": FRENCH})
        with pytest.raises(FormInvalid, match="problem"):
            await add_translations(session, consultation, draft, version, again, {}, None, NOW)
    assert version.languages == ["en", "fr", "es"]
    assert said_in(later, "fr") == said_in(blocks, "fr")
    assert later[1].texts["es"].plain == "El Foro se reúne dos veces al año. Las actas son públicas."
    assert later[2].texts["es"].joined_into == later[1].key


async def test_three_hundred_blocks_in_six_languages_are_stored_in_few_statements(database: Database) -> None:
    text = "\n\n".join(f"## {n}\n\nParagraph {n} says {n * 7}." for n in range(150))
    files = {lang: text.replace("Paragraph", word) for lang, word in
             {"en": "Paragraph", "fr": "Alinéa", "es": "Párrafo", "ar": "فقرة", "zh": "段", "ru": "Абзац"}.items()}  # fmt: skip
    prepared = prepare(files)
    async with database.writing() as session:
        consultation = await new_consultation(session)
        with counted(database) as sent:
            await store_version(session, consultation, "long", None, prepared, {}, None, NOW)
        blocks = (await session.execute(select(func.count()).select_from(Block))).scalar_one()
    assert blocks == 300
    assert len(sent) <= 24


@needs_covenant
async def test_the_shell_prints_what_does_not_pair_and_keeps_nothing(database: Database) -> None:
    async with database.writing() as session:
        await new_consultation(session)
        files = in_languages(COVENANT / "1.4", "en", "ar", "zh", "ru")
        report = await import_draft(session, "rules", "covenant", "", files, False, NOW)
        kept = (await session.execute(select(func.count()).select_from(Draft))).scalar_one()
    assert report.version is None
    assert kept == 0
    assert {"Arabic: 1 place to settle", "Chinese: 3 places to settle"} <= set(report.lines)
    assert "  o17-18t17  Several blocks of the original are one block in the translation." in report.lines


@needs_covenant
async def test_accepted_proposals_are_kept_and_nothing_shifts(database: Database) -> None:
    async with database.writing() as session:
        await new_consultation(session)
        files = in_languages(COVENANT / "1.4", "en", "ar", "zh", "ru")
        report = await import_draft(session, "rules", "covenant", "The Covenant", files, True, NOW)
        assert report.version is not None
        blocks = await load_kept(session, report.version)
    assert report.lines
    assert blocks[18].texts["ru"].joined_into == blocks[17].key
    assert blocks[18].texts["ru"].plain == blocks[17].texts["ru"].plain
    assert blocks[17].texts["ru"].joined_into == ""
    assert "项目维护者进一步定义" in blocks[20].texts["zh"].plain
    assert "contributor-covenant.org" in blocks[24].texts["ru"].plain + blocks[25].texts["ru"].plain
    assert not {"ar", "zh", "ru"} & set(blocks[26].texts)


async def test_the_shell_says_that_there_is_no_such_consultation(database: Database) -> None:
    async with database.writing() as session:
        with pytest.raises(NotFound, match="There is no consultation"):
            await import_draft(session, "nowhere", "rules", "", {"en": ENGLISH}, False, NOW)


BAD = {
    "empty": ("", "English: There is no text in it."),
    "nul": ("# A\n\nb\x00c", "English, line 3: The text has a character in it that can't be stored."),
    "too large": ("# A\n\n" + "word " * 600_000, "English: The document is larger than 2 MB."),
    "no heading": ("Only a paragraph.", "English: The document has no heading."),
    "remote image": (
        "# A\n\n![a picture](https://x.example/a.png)",
        "English, line 3: The figure is not a file of this",
    ),
    "no alternative": ("# A\n\n![](a.png)", "English, line 3: The image “a.png” has no text alternative"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_taken_says_why_and_where(case: str) -> None:
    text, complaint = BAD[case]
    with pytest.raises(FormInvalid) as failed:
        prepare({"en": text, "fr": FRENCH})
    (found,) = complaints(failed.value)
    assert found.startswith(complaint)
    assert failed.value.errors[0].name == "text-en"


def test_every_language_with_a_problem_is_named_at_once() -> None:
    with pytest.raises(FormInvalid) as failed:
        prepare({"en": ENGLISH, "fr": "", "tlh-x": FRENCH, "ar": "# ا\n\n![](a.png)"})
    assert [error.name for error in failed.value.errors] == ["text-fr", "text-ar", "text-tlh-x"]
    assert complaints(failed.value)[1].startswith("العربية, line 3: ")


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert prepare({"en": "\ufeff" + ENGLISH}).blocks == prepare({"en": ENGLISH}).blocks


def test_choices_made_for_other_files_are_refused() -> None:
    prepared: Prepared = prepare({"en": ENGLISH, "es": SPANISH})
    with pytest.raises(FormInvalid) as failed:
        prepared.settled({"es": {"o9t9": Choice.JOIN}})
    assert complaints(failed.value) == [
        "The files have changed since these choices were made. Look at them again."
    ]
