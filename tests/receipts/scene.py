"""Responses that are sent, straight into the tables, with receipts by the real code."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.exchange.verifying_log import log_checks
from consult.kernel.clock import SetClock
from consult.kernel.references import contribution_reference
from consult.kernel.translated import Piece, Translated
from consult.ledger.counters import take_number
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution
from consult.models.submission import Submission, SubmissionSending, SubmissionState
from consult.receipts.service import SERIES, Ending, issue_receipt, log_end
from consult.receipts.signing import Signer
from consult.receipts.statement import Received, ReceivedFile
from tests.people import Site

KEYS = count(1)
SIGNER = Signer(bytes(range(32)))
FILES = (ReceivedFile(name="annexe «final» é.pdf", size=1234, sha256="ab" * 32),)
SECOND = timedelta(seconds=1)


class Sending:
    """A consultation whose responses are sent one after another."""

    def __init__(self, database: Database, clock: SetClock, signer: Signer = SIGNER) -> None:
        self.database = database
        self.clock = clock
        self.signer = signer
        self.consultation: Consultation

    async def open(self, slug: str = "receipts") -> Sending:
        """With a public consultation and a round."""
        self.consultation = await Site.consultation(self, slug)  # type: ignore[arg-type]
        return self

    async def send(self, text: str = "What we think.", *, by: int | None = None) -> SubmissionSending:
        """A new response, received and acknowledged."""
        async with self.database.writing() as session:
            return await self.send_in(session, text, by=by)

    async def send_in(self, session: AsyncSession, text: str, *, by: int | None = None) -> SubmissionSending:
        """The same in a transaction of somebody else's; not yet committed."""
        number, now = next(KEYS), self.clock.now()
        found = await session.scalar(select(Round).where(Round.consultation_id == self.consultation.id))
        assert found is not None
        reference = contribution_reference(self.consultation.reference, "submission", number)
        contribution = _contribution(self.consultation.id, reference, self.clock)
        session.add(contribution)
        await session.flush()
        submission = Submission(
            key=f"k{number}", round_id=found.id, state=SubmissionState.SENT, begun_at=now, saved_at=now, sent_at=now,
            contribution_id=contribution.id, author_id=by, rule="in-time",
        )  # fmt: skip
        session.add(submission)
        await session.flush()
        canonical = f'{{"nonce":"{number}","text":"{text}"}}'
        sha256 = hashlib.sha256(canonical.encode()).hexdigest()
        sending = SubmissionSending(
            submission_id=submission.id, number=1, text=canonical, sha256=sha256, rule="in-time", sent_at=now
        )
        session.add(sending)
        received = Received(
            site="https://consult.test", consultation=self.consultation.reference, round=1, reference=reference,
            sending=1, sha256=sha256, files=FILES, sent_at=now, rule="in-time", closes_at=found.closes_at,
        )  # fmt: skip
        sending.leaf = await take_number(session, SERIES) - 1
        sending.receipt = await issue_receipt(session, received, sending.leaf, self.signer, now)
        await session.flush()
        return sending

    async def end(self, sending: SubmissionSending, kind: Ending, why: str = "") -> None:
        """Withdraw or remove a response, with its public reason."""
        note = Translated("fr", {"fr": Piece(why)}) if why else None
        async with self.database.writing() as session:
            submission = await session.get_one(Submission, sending.submission_id)
            submission.state = SubmissionState(kind)
            await log_end(session, sending, kind, submission_reference(sending), note, self.clock.now())

    async def disagreements(self) -> list[str]:
        """What `consult verify` says of the log."""
        async with self.database.reading() as session:
            return [
                f"{name}: {said}"
                for name, check in log_checks(self.signer).items()
                async for said in check(session)
            ]


def submission_reference(sending: SubmissionSending) -> str:
    """The contribution's reference, as the receipt says it."""
    return str(json.loads(sending.receipt)["received"]["reference"])


def _contribution(consultation_id: int, reference: str, clock: SetClock) -> Contribution:
    now = clock.now()
    return Contribution(
        consultation_id=consultation_id, reference=reference, type="submission", place="consultation", author_name="Ana", kind="individual",
        lang="en", text="Hello", html="<p>Hello</p>", state="published", created_at=now,
    )  # fmt: skip
