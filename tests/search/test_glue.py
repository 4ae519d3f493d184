"""What happens on the site is found, as far as the public may read it, and nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.service import unpublish_consultation
from consult.db.database import Database
from consult.documents.markdown import render_comment
from consult.kernel.clock import SetClock
from consult.kernel.events import Event
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Topic, consultation_topics
from consult.models.contribution import Contribution, Place, State
from consult.models.document import Block, BlockText, Draft, Version
from consult.models.ledger import OutboxEvent
from consult.models.response import Disposition, Outcome
from consult.notifications.draining import Drain
from consult.search.indexer import IndexUpdateError, SearchConsumer, rebuild_index
from consult.search.port import Condition, Query, Results
from consult.search.whoosh_engine import WhooshEngine
from consult.settings import Settings
from tests.people import said

CANARY = "kanarienvogel"


@dataclass
class Library:
    """A database, its index and the worker's part between them."""

    database: Database
    engine: WhooshEngine
    consumer: SearchConsumer
    clock: SetClock
    drain: Drain
    events: list[Event] = field(default_factory=list)

    async def consultation(self, slug: str = "charter", *, public: bool = True, **texts: Translated) -> int:
        now = self.clock.now()
        async with self.database.writing() as session:
            made = Consultation(
                reference=f"FMF-2026-{len(slug):02d}",
                slug=slug,
                title=texts.get("title", said(en=f"The {slug}", fr=f"Le {slug}")),
                summary=texts.get("summary", said(en="What it is about.")),
                asks=texts.get("asks", said(en="What should change?")),
                use=said(en="We read everything."),
                languages=["en", "fr"],
                published_at=now if public else None,
                created_at=now,
            )
            session.add(made)
        await self.happened("consultation.changed", made.id)
        return made.id

    async def comment(
        self, consultation_id: int, text: str, kind: str = "comment.posted", **values: Any
    ) -> int:
        async with self.database.writing() as session:
            count = len((await session.execute(select(Contribution.id))).all())
            plain = {
                "lang": "en",
                "author_name": "Amina Diallo",
                "place": Place.CONSULTATION,
                "country": "SN",
            }
            comment = Contribution(
                reference=f"FMF-2026-01-C{count + 1:04d}",
                consultation_id=consultation_id,
                text=text,
                html=render_comment(text),
                created_at=self.clock.now() + timedelta(seconds=count),
                **{**plain, **values},
            )
            session.add(comment)
            await session.flush()
            id = comment.id
        await self.happened(kind, consultation_id, contribution_id=id)
        return id

    async def change(self, comment: int, kind: str, **values: Any) -> None:
        async with self.database.writing() as session:
            await session.execute(update(Contribution).where(Contribution.id == comment).values(**values))
        await self.happened(kind, 0, contribution_id=comment)

    async def happened(self, kind: str, consultation_id: int, **data: int) -> None:
        """An event in the outbox, dealt with by the worker."""
        async with self.database.writing() as session:
            session.add(
                OutboxEvent(
                    kind=kind,
                    scopes=[],
                    data={"consultation_id": consultation_id, **data},
                    attempts=0,
                    created_at=self.clock.now(),
                )
            )
        while await self.drain.drain():
            pass

    def ask(self, text: str = "", **filters: str) -> Results:
        return self.engine.search(Query(text, {name: (value,) for name, value in filters.items()}, size=100))

    def found(self, text: str, **filters: str) -> list[str]:
        return sorted(hit.key for hit in self.ask(text, **filters).items)


@pytest.fixture
async def library(database: Database, settings: Settings, clock: SetClock) -> AsyncIterator[Library]:
    engine = WhooshEngine(settings.index_dir)
    engine.rebuild(())
    consumer = SearchConsumer(engine, database)
    yield Library(database, engine, consumer, clock, Drain(database, [consumer], clock))
    await consumer.stop()
    engine.close()


async def test_a_posted_comment_is_found_and_an_edited_one_by_its_new_words_only(library: Library) -> None:
    charter = await library.consultation()
    comment = await library.comment(
        charter, "Auditors **must** be independent. See [here](https://example.org)."
    )
    (hit,) = library.ask("auditor").items
    assert (hit.key, hit.address) == ("comment:FMF-2026-01-C0001", "/contributions/FMF-2026-01-C0001")
    assert (hit.author, hit.consultation) == ("Amina Diallo", "charter")
    assert hit.excerpt == "<mark>Auditors</mark> must be independent. See here."
    await library.change(comment, "comment.edited", html="<p>Inspectors must be independent.</p>")
    assert library.found("auditor") == []
    assert library.found("inspector") == ["comment:FMF-2026-01-C0001"]


@pytest.mark.parametrize("state", [State.HIDDEN, State.WITHDRAWN, State.PENDING])
async def test_what_is_not_public_is_nowhere_in_the_index(library: Library, state: State) -> None:
    charter = await library.consultation()
    comment = await library.comment(charter, f"The {CANARY} sings.", organisation_name=f"{CANARY} e.V.")
    assert library.found(CANARY)
    assert library.engine.suggest(CANARY[:5])
    await library.change(comment, "comment.moderated", state=state)
    assert library.found(CANARY) == []
    assert library.engine.suggest(CANARY[:5]) == ()
    await rebuild_index(library.database, library.engine)
    assert library.found(CANARY) == []
    await library.change(comment, "comment.moderated", state=State.PUBLISHED)
    assert library.found(CANARY)


async def test_a_comment_that_waits_was_never_in_the_index(library: Library) -> None:
    charter = await library.consultation()
    await library.comment(charter, CANARY, "comment.waiting", state=State.PENDING)
    await library.comment(charter, CANARY, "comment.posted", state=State.PENDING)
    assert library.found(CANARY) == []


async def test_nobody_finds_the_name_of_somebody_who_withheld_it(library: Library) -> None:
    charter = await library.consultation()
    names = {"author_name": CANARY, "organisation_name": CANARY, "country": "VA"}
    await library.comment(charter, "I would rather not say.", anonymous=True, **names)
    await library.comment(charter, "The Forum thanks you.", forum_voice=True, **names)
    assert library.found(CANARY) == []
    assert library.found("", country="VA") == []
    assert library.engine.suggest(CANARY[:5]) == ()
    assert "kanarien" not in repr(library.ask("rather").items + library.ask("thanks").items)


async def test_a_consultation_is_found_in_each_of_its_languages_once_it_is_public(library: Library) -> None:
    secret = await library.consultation("secret", public=False, summary=said(en=CANARY))
    await library.comment(secret, f"{CANARY} again")
    assert library.found("") == []
    async with library.database.writing() as session:
        await session.execute(update(Consultation).values(published_at=library.clock.now()))
    await library.happened("consultation.changed", secret)
    assert library.found(CANARY) == ["comment:FMF-2026-01-C0001", "consultation:FMF-2026-06:en"]
    assert [hit.title for hit in library.ask("", lang="fr").items] == []
    async with library.database.writing() as session:
        await unpublish_consultation(
            session, await session.get_one(Consultation, secret), None, library.clock.now()
        )
    await library.happened("comment.supported", secret)
    assert library.found("") == []


async def test_texts_of_the_forum_in_several_languages_are_found_in_each(library: Library) -> None:
    await library.consultation(summary=said(en="Who governs it.", fr="Qui la gouverne."))
    assert [hit.title for hit in library.ask("gouverne").items] == ["Le charter"]
    assert library.found("governs") == ["consultation:FMF-2026-07:en"]


async def test_comments_are_found_under_the_topics_that_their_consultation_has_now(library: Library) -> None:
    charter = await library.consultation()
    await library.comment(charter, "Something.")
    async with library.database.writing() as session:
        topic = Topic(slug="safety", name=said(en="Safety"))
        session.add(topic)
        await session.flush()
        await session.execute(consultation_topics.insert().values(consultation_id=charter, topic_id=topic.id))
    await library.happened("consultation.changed", charter)
    assert "comment:FMF-2026-01-C0001" in library.found("", topic="safety")
    async with library.database.writing() as session:
        await session.execute(delete(consultation_topics))
    await library.happened("consultation.changed", charter)
    assert library.found("", topic="safety") == []


async def test_a_disposition_and_an_outcome_are_found(library: Library) -> None:
    charter = await library.consultation()
    comment = await library.comment(charter, "Change it.")
    now = library.clock.now()
    async with library.database.writing() as session:
        session.add(
            Disposition(
                contribution_id=comment,
                kind="accepted",
                reason=said(en="Yes."),
                change=Translated(),
                decided_at=now,
            )
        )
        session.add(
            Outcome(
                consultation_id=charter,
                asked=said(en="We asked."),
                said=said(en="You said."),
                did=said(en="We amended it."),
                published_at=now,
                edited_at=now,
            )
        )
    await library.happened("disposition.given", charter, contribution_id=comment)
    await library.happened("outcome.published", charter)
    assert library.found("", disposition="accepted") == ["comment:FMF-2026-01-C0001"]
    (hit,) = library.ask("amended").items
    assert (hit.type, hit.address) == ("outcome", "/consultations/charter/outcome")


async def _publish(
    session: AsyncSession, draft: Draft, number: int, blocks: list[tuple[str, str, dict[str, str]]]
) -> int:
    version = Version(
        draft_id=draft.id,
        number=number,
        reference=f"FMF-2026-01-D1-V{number}",
        original="en",
        languages=["en", "zh"],
        note=Translated(),
        published_at=draft.created_at,
        created_at=draft.created_at,
    )
    session.add(version)
    await session.flush()
    for position, (key, kind, texts) in enumerate(blocks):
        block = Block(version_id=version.id, key=key, position=position, kind=kind, shape={})
        session.add(block)
        await session.flush()
        for lang, text in texts.items():
            joined = "p1" if text.startswith("+") else ""
            session.add(
                BlockText(
                    block_id=block.id, lang=lang, source=text, html=text, plain=text, joined_into=joined
                )
            )
    return version.id


async def test_only_the_newest_version_of_a_draft_is_found_each_text_once(library: Library) -> None:
    charter = await library.consultation()
    async with library.database.writing() as session:
        draft = Draft(
            consultation_id=charter,
            slug="text",
            number=1,
            title=said(en="The text"),
            created_at=library.clock.now(),
        )
        session.add(draft)
        await session.flush()
        first = await _publish(
            session,
            draft,
            1,
            [
                ("h1", "heading", {"en": "Openness", "zh": "开放"}),
                ("p1", "paragraph", {"en": "Members publish.", "zh": "成员公布信息。他们回答。"}),
                ("p2", "paragraph", {"en": "They answer.", "zh": "+成员公布信息。他们回答。"}),
            ],
        )
    await library.happened("draft.published", charter, version_id=first)
    (hit,) = library.ask("answer", type="block").items
    assert (hit.title, hit.address) == ("Openness", "/consultations/charter/drafts/text/blocks/p2?text=en")
    assert library.found("成員") == ["block:FMF-2026-07/text/p1:zh"]
    async with library.database.writing() as session:
        second = await _publish(session, draft, 2, [("p1", "paragraph", {"en": "Members tell."})])
    await library.happened("draft.published", charter, version_id=second)
    assert library.found("", type="block") == ["block:FMF-2026-07/text/p1:en"]
    assert [hit.title for hit in library.ask("tell").items] == ["The text"]


async def test_a_batch_of_imported_contributions_is_found(library: Library) -> None:
    charter = await library.consultation()
    ids = [await library.comment(charter, f"number {n}", "comment.supported") for n in range(5)]
    assert library.found("number") == []
    await library.happened("contributions.imported", charter, first_id=ids[1], last_id=ids[3])
    assert len(library.found("number")) == 3


async def test_an_index_made_anew_holds_what_updates_made(library: Library) -> None:
    charter = await library.consultation()
    await library.consultation("secret", public=False)
    for n in range(4):
        await library.comment(charter, f"number {n}", state=State.HIDDEN if n == 2 else State.PUBLISHED)
    before, done = library.found(""), []
    await rebuild_index(library.database, library.engine, done.append)
    assert library.found("") == before
    assert len(before) == 4
    assert done[-1] == 4


async def test_without_an_index_nothing_is_held_up_and_a_new_one_is_made(library: Library) -> None:
    charter = await library.consultation()
    for path in sorted(library.engine._folder.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    await library.comment(charter, "Posted while there was no index.")
    async with library.database.reading() as session:
        undone = select(OutboxEvent.id).where(OutboxEvent.done_at.is_(None))
        assert (await session.execute(undone)).all() == []
    await library.consumer.mended()
    assert library.engine.state().condition is Condition.READY
    assert library.found("posted") == ["comment:FMF-2026-01-C0001"]
    assert not await library.consumer.mend()


async def test_an_index_that_takes_no_update_now_gets_it_later(library: Library) -> None:
    charter = await library.consultation()
    blocked = library.engine._folder.root / "update.lock"
    blocked.unlink()
    blocked.mkdir()
    id = await library.comment(charter, "Posted while nothing could be written.")
    comment = Event("comment.posted", (), {"contribution_id": id, "consultation_id": charter})
    async with library.database.reading() as session:
        with pytest.raises(IndexUpdateError):
            await library.consumer.consume(session, [comment])
        undone = select(OutboxEvent.kind).where(OutboxEvent.done_at.is_(None))
        assert (await session.execute(undone)).scalars().all() == ["comment.posted"]
        blocked.rmdir()
        await library.consumer.consume(session, [comment])
    assert library.found("posted") == ["comment:FMF-2026-01-C0001"]


async def test_a_rebuild_that_is_given_up_leaves_the_old_index(library: Library) -> None:
    charter = await library.consultation()
    await library.comment(charter, "It stays.")
    rebuilding = asyncio.create_task(rebuild_index(library.database, library.engine))
    await asyncio.sleep(0)
    rebuilding.cancel()
    await asyncio.gather(rebuilding, return_exceptions=True)
    while library.engine.state().condition is Condition.REBUILDING:
        await asyncio.sleep(0.05)
    assert library.found("stays") == ["comment:FMF-2026-01-C0001"]
