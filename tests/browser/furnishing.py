"""What the demo lacks so that every page can be seen in every state, and where in it the states are found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import Purpose, make_link
from consult.accounts.queries import find_actor
from consult.accounts.service import add_person, create_token, want_link
from consult.accounts.unfinished import save_unfinished
from consult.comments.service import Sending, post_comment
from consult.comments.written import Written
from consult.consultations.fields import ConsultationFields
from consult.consultations.queries import get_consultation
from consult.consultations.service import create_consultation
from consult.documents.importing import prepare
from consult.documents.imports import import_draft, start_import
from consult.documents.markdown import render_comment
from consult.documents.markup import FigureWords
from consult.documents.received.reading import read_file
from consult.documents.service import store_version
from consult.i18n.content import write
from consult.kernel.clock import SystemClock
from consult.kernel.translated import digest
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution
from consult.models.document import Block, Draft, Version
from consult.models.ledger import Mail
from consult.models.people import Invitation, MemberRole, Role, User
from consult.models.questionnaire import TEXTS
from consult.models.submission import Answer, Attachment, Submission
from consult.models.version import Rendition, RenditionState
from consult.organisations.inviting import LASTS
from consult.organisations.verifying import Named, Proven, ask_staff, begin, settle
from consult.preparing.arranging import remove_block
from consult.preparing.figures import add_figure, keep_picture
from consult.preparing.keeping import load_arrangement
from consult.preparing.service import begin_version, hold_version, rearrange
from consult.preparing.writing import write_after, write_at
from consult.questionnaires.queries import current_questionnaire
from consult.security.actor import Actor
from consult.security.tokens import new_token, token_hash
from consult.settings import ROOT
from consult.translations.glossary import save_term
from tests.browser.asking import REWORDED, ask_everything
from tests.browser.people import EDITOR, MEMBER
from tests.browser.serving import Served, wait_until

NEWCOMER = "newcomer@example.org"
UNCONFIRMED = "unconfirmed@example.org"
OPEN = "charter-and-governance"
ORIGINAL = "# Plain words\n\nThe Forum speaks plainly.\n\nIt answers what it is asked. It says why.\n\nIt keeps its word.\n"
JOINED = "# Mots simples\n\nLe Forum parle simplement. Il répond à ce qu'on lui demande. Il dit pourquoi.\n\nIl tient parole.\n"
NOTED = {
    lang: f"""<h1>{title}</h1><p>{words} <del>{words}</del></p>
<p><img src="https://elsewhere.example/a.png" alt="{words}"></p><p><img src="https://elsewhere.example/b.png" alt="{title}"></p>
<table><tr><th>1</th><th>2</th></tr><tr><td colspan="2">{words}</td></tr></table><script>alert(1)</script><iframe src="x"></iframe>"""
    for lang, title, words in (
        ("en", "Plain words", "The Forum speaks plainly."),
        ("ar", "كلمات بسيطة", "يتحدث المنتدى ببساطة."),
    )
}
DISCLOSURE = ROOT / "consult" / "demo" / "content" / "drafts" / "disclosure"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10"/></svg>'
Places = Mapping[str, str]
_CHARTER = (
    select(Version.reference)
    .join(Draft, Draft.id == Version.draft_id)
    .where(Draft.slug == "charter")
    .order_by(Version.id.desc())
    .limit(1)
)


def furnish(served: Served) -> Places:
    """Fill the gaps, and name the places: parameter of an address → value."""
    places = {**served.ask(_add_states), **served.ask(_find_places)}
    wait_until(lambda: served.ask(_newest_mail) != "", "the worker to write a mail")
    wait_until(lambda: served.ask(is_carried), "the worker to carry comments over")
    return {**places, "mail": served.ask(_newest_mail)}


async def _add_states(session: AsyncSession) -> dict[str, str]:
    now = SystemClock().now()
    newcomer = await _person(session, NEWCOMER, "Ana New", now)
    unconfirmed = await _person(session, UNCONFIRMED, "Ben Unconfirmed", now)
    member, editor = await _actor(session, MEMBER), await _actor(session, EDITOR)
    unconfirmed.confirmed_at = None
    want_link(session, unconfirmed.id, Purpose.CONFIRM, now)
    await create_token(session, member.id, "My reading list", now)
    at = f"/consultations/{OPEN}/comments"
    await save_unfinished(session, member.id, at, at, {"text": "Half a thought that <b>waits</b>."}, now)
    await _failed_file(session, now)
    await ask_everything(session, editor, now)
    return {
        "confirm": await make_link(session, unconfirmed.id, Purpose.CONFIRM, "", now),
        "reset": await make_link(session, newcomer.id, Purpose.RESET, "", now),
        "email": await make_link(session, member.id, Purpose.EMAIL, "other@example.org", now),
        "import": str(await _waiting_import(session, editor, now)),
        "noted": str(await _noted_import(session, editor, now)),
        "hidden_consultation": await _unpublished(session, editor, now),
        "to_translate": await _stale_translation(session, editor, now),
        "term": await _term(session, editor, now),
        "pending": await _pending(session, newcomer, now),
        "next_version": await next_version(session),
        "with_files": await _response_with_files(session, member, now),
        **await _response_to_publish(session, member, now),
        **await _prepared(session, editor, now),
        **await _organisations(session, member, await _actor(session, NEWCOMER), now),
    }


async def _response_with_files(session: AsyncSession, writer: Actor, now: datetime) -> str:
    """A begun response with a file in every state; its key."""
    wanted = select(Round.id).join(Consultation).where(Consultation.slug == REWORDED)
    round_id = (await session.execute(wanted.order_by(Round.number.desc()).limit(1))).scalar_one()
    submission = Submission(
        key="furnished-with-files", round_id=round_id, author_id=writer.id, begun_at=now, saved_at=now
    )
    session.add(submission)
    await session.flush()
    states = (("رأينا.pdf", "kept", ""), ("macros.docx", "refused", "macros"), ("half.csv", "uploading", ""))
    for position, (name, state, problem) in enumerate(states):
        session.add(
            Attachment(
                key=f"furnished-file-{position}", submission_id=submission.id, position=position, name=name,
                media_type="application/pdf" if state == "kept" else "", size=120_000, state=state,
                problem=problem, sha256="ab" * 32 if state == "kept" else "", created_at=now,
            )
        )  # fmt: skip
    return submission.key


async def _organisations(
    session: AsyncSession, member: Actor, newcomer: Actor, now: datetime
) -> dict[str, str]:
    """One that is verified, with a request and an invitation that wait; one that is claimed; one that is only named."""
    own = member.organisation_id or 0
    claim = Named("Haki za Kidijitali", "civil-society", "KE", "https://haki.example.com", "haki.example.com")
    claimed = await begin(session, newcomer, claim, "dns", now)
    await ask_staff(session, newcomer, claimed, "I look after its website.", now)
    proven = Proven("haki.example.org", "address", email="ana@haki.example.org")
    await settle(session, newcomer, own, proven, now)
    token = new_token()
    session.add(
        Invitation(token_hash=token_hash(token), organisation_id=own, email="somebody.else@example.net",
                   role=MemberRole.SIGNATORY, invited_by=member.id, created_at=now, expires_at=now + LASTS)
    )  # fmt: skip
    naming = select(Contribution.organisation_id).where(
        Contribution.verified == "",
        Contribution.state == "published",
        Contribution.organisation_id.is_not(None),
    )
    return {
        "organisation": str(own),
        "claimed": str(claimed.id),
        "invitation": token,
        "named": str((await session.execute(naming.limit(1))).scalar_one()),
    }


async def _failed_file(session: AsyncSession, now: datetime) -> None:
    version = (await session.execute(_CHARTER.with_only_columns(Version.id))).scalar_one()
    session.add(
        Rendition(version_id=version, what="annotated", lang="en", format="pdf", state=RenditionState.FAILED,
                  attempts=4, error="took too long", asked_at=now)
    )  # fmt: skip


async def _person(session: AsyncSession, email: str, name: str, now: datetime) -> User:
    return await add_person(session, email, name, Role.RESPONDENT, now, None)


async def _actor(session: AsyncSession, email: str) -> Actor:
    user_id = (await session.execute(select(User.id).where(User.email == email))).scalar_one()
    actor = await find_actor(session, user_id)
    assert actor is not None
    return actor


async def _waiting_import(session: AsyncSession, editor: Actor, now: datetime) -> int:
    consultation = await get_consultation(session, "research-questions", editor)
    files = {"en": ORIGINAL, "fr": JOINED}
    title = write({"en": "Plain words"}, "en")
    return (
        await start_import(session, consultation, "plain", title, prepare(files), files, {}, editor, now)
    ).id


async def _noted_import(session: AsyncSession, editor: Actor, now: datetime) -> int:
    """Files of which not everything could come along."""
    consultation = await get_consultation(session, "research-questions", editor)
    received = {lang: read_file(f"{lang}.html", html.encode()) for lang, html in NOTED.items()}
    files = {lang: each.markdown for lang, each in received.items()}
    notes = {lang: each.notes for lang, each in received.items()}
    waiting = await start_import(session, consultation, "noted", write({"en": "Noted words"}, "en"), prepare(files),
                                 files, {}, editor, now, notes=notes)  # fmt: skip
    return waiting.id


async def _unpublished(session: AsyncSession, editor: Actor, now: datetime) -> str:
    fields = ConsultationFields(
        slug="not-yet", original="en", languages=("en", "fr"), title={"en": "Not yet public"}, summary={}, asks={},
        use={}, topics=(), first_posts_wait=False, answer_promised_at=None,
    )  # fmt: skip
    return (await create_consultation(session, fields, editor, now)).slug


async def _pending(session: AsyncSession, newcomer: User, now: datetime) -> str:
    """A first comment that waits for a moderator."""
    waits = update(Consultation).where(Consultation.slug == "responsible-disclosure")
    await session.execute(waits.values(first_posts_wait=True))
    await session.flush()
    consultation = await get_consultation(session, "responsible-disclosure", None)
    author = await find_actor(session, newcomer.id)
    assert author is not None
    written = Written("My first words here.", render_comment("My first words here."), "en")
    sending = Sending(send_key="a-first-post", begun_at=now, as_forum=False)
    return (await post_comment(session, consultation, None, author, written, sending, now)).reference


async def next_version(session: AsyncSession) -> str:
    """Version 2 of a draft: one comment loses its passage, nobody is sure of the place of another one."""
    text = (DISCLOSURE / "en.md").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("> Whoever looks")]
    text = "\n".join(lines).replace(
        "They can be extended once, by half, if the finder or the coordinator agrees.",
        "The times run on once, by half as much, if finder or coordinator say so.",
    )
    slug, now = "responsible-disclosure", SystemClock().now()
    report = await import_draft(session, slug, "disclosure", "", {"en": text}, True, now)
    assert report.version is not None
    return str(report.version.number)


async def is_carried(session: AsyncSession) -> bool:
    """Whether the worker has carried all comments over."""
    waiting = select(Version.id).where(
        Version.number > 1, Version.published_at.is_not(None), Version.carried_at.is_(None)
    )
    return (await session.execute(waiting)).first() is None


async def _stale_translation(session: AsyncSession, editor: Actor, now: datetime) -> str:
    """The consultation of a draft whose second version is translated in part and out of date in part."""
    fields = ConsultationFields("plain-words", "en", ("en", "fr", "ar"), {"en": "Plain words"})
    consultation = await create_consultation(session, fields, editor, now)
    for original in (ORIGINAL, ORIGINAL.replace("plainly", "clearly") + "\nIt listens.\n"):
        files = {"en": original} if "listens" in original else {"en": original, "fr": JOINED}
        is_first = "fr" in files
        await store_version(
            session, consultation, "plain", None, prepare(files), {}, editor, now, publish=is_first
        )
    return consultation.slug


async def _term(session: AsyncSession, editor: Actor, now: datetime) -> str:
    words = {"en": "Forum", "fr": "Forum", "ar": "المنتدى"}
    return str((await save_term(session, None, words, {"en": "The body that asks."}, "en", editor, now)).id)


async def _response_to_publish(session: AsyncSession, writer: Actor, now: datetime) -> dict[str, str]:
    """A begun response whose publication is chosen, with marked words in one answer."""
    wanted = select(Round.id).join(Consultation).where(Consultation.slug == OPEN)
    round_id = (await session.execute(wanted.order_by(Round.number.desc()).limit(1))).scalar_one()
    asked = await current_questionnaire(session, round_id)
    assert asked is not None
    section = asked.read().sections[-1]
    question = next(each for each in section.questions if each.kind in TEXTS)
    submission = Submission(
        key="furnished-to-publish", round_id=round_id, author_id=writer.id, name=writer.name, interest="member",
        edition=asked.edition, publication="unnamed", begun_at=now, saved_at=now,
    )  # fmt: skip
    session.add(submission)
    await session.flush()
    text = "Our costs are known to us, and our costs are high."
    session.add(
        Answer(
            submission_id=submission.id, question=question.key, value=text, marks=[[4, 9]], marked=digest(text),
            edited_at=now,
        )
    )  # fmt: skip
    return {"to_publish": submission.key, "text_question": question.key, "text_section": section.key}


async def _prepared(session: AsyncSession, editor: Actor, now: datetime) -> dict[str, str]:
    """A version in preparation, with a block that was edited, one that was removed and one that is new."""
    consultation = await get_consultation(session, "responsible-disclosure", editor)
    version = await begin_version(session, consultation, "disclosure", editor, now)
    place = await hold_version(session, consultation, "disclosure", version.number)
    held = await load_arrangement(session, place.version, place.last)
    body = [piece.key for piece in held.pieces if piece.block.kind == "paragraph"]
    await rearrange(session, place, lambda held: write_at(held, body[0], "The Forum now says less.", {}))
    await rearrange(session, place, lambda held: write_after(held, body[0], "And this is new.", {}))
    await rearrange(session, place, lambda held: remove_block(held, body[-1]))
    shown = await keep_picture(session, place.draft.id, "times.svg", DRAWING)
    words = FigureWords("The finder writes, the Forum answers.", "Two steps")
    held = await rearrange(session, place, lambda held: add_figure(held, body[0], shown, words))
    figure = next(piece.key for piece in held.pieces if piece.block.kind == "figure")
    heading = next(piece.key for piece in held.pieces[1:] if piece.block.kind == "heading")
    item = next((piece.key for piece in held.pieces if piece.block.kind == "list_item"), heading)
    return {"worked": body[0], "removed": body[-1], "figure": figure, "section": heading, "item": item}


async def _find_places(session: AsyncSession) -> dict[str, str]:
    member = await _actor(session, MEMBER)
    is_open = select(Consultation.id).where(Consultation.slug == OPEN).scalar_subquery()
    said = select(Contribution.reference).where(Contribution.consultation_id == is_open)
    said = said.where(Contribution.type == "comment").limit(1)
    public = said.where(Contribution.state == "published")
    sent = (
        select(Contribution.reference)
        .join(Submission, Submission.contribution_id == Contribution.id)
        .order_by(Contribution.id)
        .limit(1)
    )
    block = (
        select(Block.key)
        .join(Version, Version.id == Block.version_id)
        .join(Draft, Draft.id == Version.draft_id)
    )
    block = block.where(Draft.slug == "charter").limit(1)
    shared = select(Submission.key).where(
        Submission.organisation_id == member.organisation_id, Submission.sent_at.is_not(None)
    )
    return {
        "shared": await _one(session, shared.order_by(Submission.id).limit(1)),
        "normal": await _one(session, public.where(Contribution.reply_count > 1)),
        "own": await _one(session, public.where(Contribution.author_id == member.id)),
        "edited": await _one(session, public.where(Contribution.edited_at.is_not(None))),
        "hidden": await _one(session, said.where(Contribution.state == "hidden")),
        "withdrawn": await _one(session, said.where(Contribution.state == "withdrawn")),
        "response": await _one(session, sent.where(Contribution.publication == "named")),
        "response_unnamed": await _one(session, sent.where(Contribution.publication == "unnamed")),
        "response_confidential": await _one(session, sent.where(Contribution.publication == "confidential")),
        "response_withdrawn": await _one(session, sent.where(Submission.state == "withdrawn")),
        "busy": await _one(session, block.order_by(Block.comment_count.desc())),
        "bare": await _one(session, block.where(Block.comment_count == 0, Block.kind == "paragraph")),
        "row": await _one(session, block.where(Block.kind == "table_row")),
        "heading": await _one(session, block.where(Block.kind == "heading")),
        "version": await _one(session, _CHARTER),
    }


async def _one(session: AsyncSession, wanted: object) -> str:
    return str((await session.execute(wanted)).scalars().one())  # type: ignore[call-overload]


async def _newest_mail(session: AsyncSession) -> str:
    return str((await session.execute(select(Mail.id).order_by(Mail.id.desc()).limit(1))).scalar() or "")
