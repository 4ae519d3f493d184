"""What waits for translators, for the desk's pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.consultation import Consultation
from consult.models.document import Draft, Version
from consult.translations.queries import count_states
from consult.translations.views import QueueLine, view_queue_line


def languages_into(consultation: Consultation, version: Version) -> list[str]:
    """The languages that a version can be translated into: those that are offered and those that it has."""
    known = dict.fromkeys([*consultation.languages, *version.languages])
    return [lang for lang in known if lang != version.original]


async def translation_queue(
    session: AsyncSession, drafts: Iterable[tuple[Consultation, Sequence[Draft]]], locale: str
) -> list[QueueLine]:
    """A line for each language of the newest version of each draft, complete or not."""
    newest = [
        (consultation, draft, draft.versions[-1])
        for consultation, each in drafts
        for draft in each
        if draft.versions
    ]
    wanted = {version.id: languages_into(consultation, version) for consultation, _, version in newest}
    counted = await count_states(session, wanted) if wanted else {}
    return [
        view_queue_line(
            consultation.reference, draft, version, consultation.slug, lang, counted[version.id, lang], locale
        )
        for consultation, draft, version in newest
        for lang in wanted[version.id]
        if (version.id, lang) in counted
    ]
