"""A response that somebody is writing, and the files that they add to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
from sqlalchemy import select

from consult.attachments.kinds import PIECE
from consult.attachments.queries import list_attachments
from consult.attachments.service import publish_files
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution, ContributionType, Place
from consult.models.people import User
from consult.models.submission import Attachment, Publication, Submission, SubmissionState
from tests.people import BASE, TOKEN, Browser, Site
from tests.submissions.scene import CONTENT, questionnaire


@dataclass
class Responding:
    """A person, their browser and their response."""

    site: Site
    person: User
    browser: Browser
    key: str
    id: int
    consultation: Consultation

    @property
    def files(self) -> str:
        """The page of their files."""
        return f"/en/respond/{self.key}/files"

    async def token(self) -> str:
        """The security token of their page."""
        return TOKEN.search((await self.browser.get(self.files)).text)[1]  # type: ignore[index]

    async def begin(self, name: str, size: int, **more: str) -> httpx.Response:
        """Ask for room for a file."""
        data = {"csrf": await self.token(), "name": name, "size": str(size), **more}
        return await self.browser.post(f"{self.files}/begin", data=data, headers={"origin": BASE})

    async def piece(self, attachment: str, offset: int, body: bytes) -> httpx.Response:
        """Send some bytes."""
        headers = {"origin": BASE, "x-csrf-token": await self.token()}
        return await self.browser.patch(
            f"{self.files}/{attachment}/pieces?offset={offset}", content=body, headers=headers
        )

    async def send(self, name: str, body: bytes, **more: str) -> dict[str, object]:
        """A whole file in pieces, as a browser with scripts sends it; what was said at the end."""
        begun = await self.begin(name, len(body), mark=sha256(body[:65536]).hexdigest(), **more)
        assert begun.status_code == 200, begun.text
        said: dict[str, object] = begun.json()
        for offset in range(int(str(said["received"])), len(body), PIECE):
            answer = await self.piece(str(said["key"]), offset, body[offset : offset + PIECE])
            assert answer.status_code == 200, answer.text
            said = answer.json()
        return said

    async def send_form(self, *files: tuple[str, bytes], **more: str) -> httpx.Response:
        """Files by a plain form, as a browser without scripts sends them."""
        parts = [("files", (name, body, "application/octet-stream")) for name, body in files]
        data = {"csrf": await self.token(), "question": "", "back": "", **more}
        return await self.browser.post(self.files, data=data, files=parts, headers={"origin": BASE})

    async def act(self, attachment: str, what: str = "change", **fields: str) -> httpx.Response:
        """Press one of a file's buttons."""
        return await self.browser.post_form(
            f"{self.files}/{attachment}/{what}", {"back": "", "question": "", **fields}, form_at=self.files
        )

    async def attachments(self) -> list[Attachment]:
        """The files as they are kept."""
        async with self.site.database.reading() as session:
            return await list_attachments(session, self.id)

    async def sent(self, publication: Publication = Publication.NAMED) -> str:
        """Send the response; the reference of its public contribution."""
        now = self.site.clock.now()
        async with self.site.database.writing() as session:
            found = (await session.execute(select(Submission).where(Submission.id == self.id))).scalar_one()
            reference = f"{self.consultation.reference}-S0001"
            contribution = Contribution(
                reference=reference, consultation_id=self.consultation.id, round_id=found.round_id,
                type=ContributionType.SUBMISSION, place=Place.CONSULTATION, lang="en", title="Our response",
                text="We agree.", html="<p>We agree.</p>", created_at=now, author_name="Ada",
                anonymous=publication is not Publication.NAMED, publication=publication,
            )  # fmt: skip
            session.add(contribution)
            await session.flush()
            found.state, found.sent_at, found.publication = SubmissionState.SENT, now, publication
            found.contribution_id = contribution.id
            files = await list_attachments(session, found.id)
            await publish_files(session, found, files, [each for each in files if each.state == "kept"], now)
        await self.site.heard()
        return reference

    def stored(self) -> list[str]:
        """What lies in the store, by SHA-256."""
        folder = self.site.settings.data_dir / "files"
        return sorted(path.parent.name + path.name for path in folder.glob("[0-9a-f][0-9a-f]/*"))

    def parts(self) -> list[Path]:
        """What lies in the folder of unfinished uploads."""
        folder = self.site.settings.data_dir / "uploads"
        return sorted(folder.iterdir()) if folder.exists() else []


async def responding(site: Site, name: str = "Ada") -> Responding:
    """Somebody has begun a response to an open round."""
    person = await site.person(name=name)
    consultation = await site.consultation()
    now = site.clock.now()
    async with site.database.writing() as session:
        statement = select(Round).where(Round.consultation_id == consultation.id)
        round_ = (await session.execute(statement)).scalar_one()
        session.add(questionnaire(round_.id, CONTENT, site))
        submission = Submission(
            key=f"key-of-{name.lower()}-response",
            round_id=round_.id,
            author_id=person.id,
            begun_at=now,
            saved_at=now,
        )
        session.add(submission)
        await session.flush()
    return Responding(
        site, person, await site.browser_of(person), submission.key, submission.id, consultation
    )


def names_on(page: str) -> list[str]:
    """The names of files on a page, in order."""
    return re.findall(r'class="file__name">(?:<a[^>]*>)?<bdi>([^<]*)</bdi>', page)
