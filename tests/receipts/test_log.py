"""A receipt is in the log with what it is about, or neither is; whatever is changed afterwards shows."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.models.contribution import Contribution
from consult.models.log import LogHead, LogLeaf, LogNode
from consult.models.submission import Submission, SubmissionSending
from consult.receipts.checking import check_file, is_good
from consult.receipts.files import ReceiptFile
from consult.receipts.heads import HeadPublisher, publish_head
from consult.receipts.queries import prove_consistency, prove_inclusion
from consult.receipts.tree import is_included
from tests.conftest import DAY
from tests.receipts.consistency import is_consistent
from tests.receipts.scene import SECOND, SIGNER, Sending

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sending(database: Database, clock: SetClock) -> Sending:
    return await Sending(database, clock).open()


async def head(sending: Sending) -> None:
    async with sending.database.writing() as session:
        await publish_head(session, sending.signer, sending.clock.now())


async def test_fifty_people_who_send_at_once_have_each_an_entry_of_their_own(sending: Sending) -> None:
    sent = await asyncio.gather(*(sending.send(f"text {n}") for n in range(50)))
    assert sorted(each.leaf for each in sent if each.leaf is not None) == list(range(50))
    receipts = [ReceiptFile(json.loads(each.receipt), {}, {}) for each in sent]
    assert all(is_good(check_file(each, SIGNER.keys)) for each in receipts)
    assert await sending.disagreements() == []
    async with sending.database.reading() as session:
        for each in receipts:
            proof = await prove_inclusion(session, each.number, 50)
            entry = bytes.fromhex(each.receipt["entry"])
            assert is_included(entry, each.number, 50, list(proof.path), proof.root)


async def test_who_is_killed_before_the_commit_leaves_nothing_and_no_gap(sending: Sending) -> None:
    await sending.send()
    with pytest.raises(ConnectionError):
        async with sending.database.writing() as session:
            await sending.send_in(session, "never acknowledged")
            raise ConnectionError
    assert (await sending.send()).leaf == 1
    assert await sending.disagreements() == []


async def test_heads_are_published_daily_and_each_is_the_beginning_of_the_next(sending: Sending) -> None:
    publisher = HeadPublisher(sending.database, SIGNER, sending.clock)
    assert not await publisher.publish_due()
    await sending.send()
    assert not await publisher.publish_due()
    sending.clock.advance(DAY)
    assert await publisher.publish_due()
    assert not await publisher.publish_due()
    for _ in range(5):
        await sending.send()
    assert await HeadPublisher(sending.database, SIGNER, sending.clock).publish_due(), "after a restart"
    sending.clock.advance(3 * DAY)
    assert not await publisher.publish_due(), "there is nothing new to sign"
    async with sending.database.reading() as session:
        heads = (await session.execute(select(LogHead).order_by(LogHead.size))).scalars().all()
        assert [each.size for each in heads] == [1, 6]
        proof = await prove_consistency(session, 1, 6)
    roots = [bytes.fromhex(each.root) for each in heads]
    assert is_consistent(1, 6, list(proof.path), *roots)
    assert await sending.disagreements() == []


async def test_what_is_withdrawn_or_removed_leaves_its_hash_and_the_reason(sending: Sending) -> None:
    first, second = await sending.send(), await sending.send()
    await sending.end(first, "withdrawn")
    await sending.end(second, "removed", "Décision du tribunal de Bruxelles.")
    async with sending.database.writing() as session:
        await session.execute(
            update(SubmissionSending).where(SubmissionSending.id == second.id).values(text="")
        )
    await head(sending)
    assert await sending.disagreements() == []
    async with sending.database.reading() as session:
        ends = (await session.execute(select(LogLeaf).order_by(LogLeaf.number))).scalars().all()[2:]
    assert [(each.kind, each.of, each.note.source if each.note else "") for each in ends] == [
        ("withdrawn", 0, ""),
        ("removed", 1, "Décision du tribunal de Bruxelles."),
    ]


CHANGES: dict[str, tuple[Any, str]] = {
    "a sending's text": (
        update(SubmissionSending).where(SubmissionSending.leaf == 1).values(text="other words"),
        "its text was changed",
    ),
    "a text and its hash": (
        update(SubmissionSending)
        .where(SubmissionSending.leaf == 1)
        .values(text="x", sha256="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"),
        "its sha256 is another one than its receipt says",
    ),
    "a text that is emptied without a word": (
        update(SubmissionSending).where(SubmissionSending.leaf == 1).values(text=""),
        "its text is gone, and the log does not say",
    ),
    "the rule": (
        update(SubmissionSending).where(SubmissionSending.leaf == 1).values(rule="late"),
        "its rule is another one",
    ),
    "the receipt": (
        update(SubmissionSending).where(SubmissionSending.leaf == 1).values(receipt="{}"),
        "its receipt is not signed by this site",
    ),
    "no receipt": (
        update(SubmissionSending).where(SubmissionSending.leaf == 1).values(receipt=""),
        "it has no receipt",
    ),
    "a sending is gone": (
        delete(SubmissionSending).where(SubmissionSending.leaf == 1),
        "entry 1: the sending of",
    ),
    "a submission is gone": (delete(Submission), "entry 2: the sending of"),
    "a contribution is gone": (delete(Contribution), "is not there any more"),
    "a contribution has another reference": (
        update(Contribution).values(reference=Contribution.reference + "0"),
        "its reference is another one",
    ),
    "an entry": (
        update(LogLeaf).where(LogLeaf.number == 1).values(entry="00" * 32),
        "entry 1 of the log is another one",
    ),
    "the last entry is gone": (delete(LogLeaf).where(LogLeaf.number == 3), "entry 3 is missing"),
    "an entry in between is gone": (delete(LogLeaf).where(LogLeaf.number == 1), "entry 1 is missing"),
    "the reason": (
        update(LogLeaf).where(LogLeaf.number == 3).values(note=None),
        "entry 3: its reason, its kind or its time was changed",
    ),
    "a withdrawal that was not logged": (
        update(Submission).values(state="removed"),
        "is removed, and the log says nothing of it",
    ),
    "a hash of the tree": (
        update(LogNode).where(LogNode.level == 1, LogNode.place == 0).values(hash="00" * 32),
        "the hash of level 1, place 0 is not that of its entries",
    ),
    "a head's root": (update(LogHead).values(root="00" * 32), "is not the root of the first 2"),
    "a head's size": (update(LogHead).values(size=3), "is not signed by this site"),
    "a head's signature": (
        update(LogHead).values(signature="AAAA"),
        "the head of 2 entries is not signed by this site",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_whoever_changes_something_behind_the_log_s_back_is_noticed(
    sending: Sending, what: str
) -> None:
    await sending.send()
    await sending.send()
    await head(sending)
    sending.clock.advance(SECOND)
    last = await sending.send()
    await sending.end(last, "removed", "Illegal.")
    assert await sending.disagreements() == []
    change, said = CHANGES[what]
    async with sending.database.writing() as session:
        await session.execute(change.execution_options(synchronize_session=False))
    assert [each for each in await sending.disagreements() if said in each] != []
