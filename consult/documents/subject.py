"""What a request for a draft is about: which version of it, in which language, narrowed to which comments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import read_filters
from consult.comments.queries import Filters
from consult.consultations.queries import answered_at, current_round, get_consultation
from consult.consultations.views import ConsultationView, view_consultation
from consult.documents.queries import get_draft, get_version, published_versions, versions_of_round
from consult.documents.views import DraftView, view_draft
from consult.i18n.locales import language_name
from consult.kernel.addresses import in_path, with_query
from consult.kernel.events import consultation_scope
from consult.models.consultation import Consultation, RoundState
from consult.models.document import Draft, Version
from consult.versions.since import Since
from consult.web.respond import Shared
from consult.web.site import Ask, locale_of, site_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What a request for a draft is about; `address` is the draft's at this version and language, with locale.

    `taken_on`: the number of the draft's version on which comments are taken now, 0 for none.
    """

    consultation: Consultation
    view: ConsultationView
    draft: DraftView
    version: Version
    lang: str
    filters: Filters
    may_comment: bool
    taken_on: int
    address: str

    @property
    def own(self) -> dict[str, str]:
        """What else the address of each of its portions says: the filters."""
        return {"kind": self.filters.kind, "lang": self.filters.lang, "answered": self.filters.answered}

    @property
    def beginning(self) -> str:
        """The address of the first portion, or of the whole."""
        path, _, query = self.address.partition("?")
        return with_query(path, **dict(parse_qsl(query)), **self.own)

    def portions(self, starts: Sequence[str]) -> Callable[[int], str]:
        """A portion's number → its address, by the keys that portions begin with."""
        first = self.beginning
        joint = "&" if "?" in first else "?"
        return lambda number: f"{first}{joint}from={in_path(starts[number])}" if number else first

    @property
    def since(self) -> Since:
        """What the version follows from, and where the two are compared; what changed is still to be read."""
        if not self.draft.before:
            return Since()
        before, now = self.draft.before, self.draft.version
        path, _, query = self.address.partition("?")
        text = dict(parse_qsl(query)).get("text", "")
        return Since(before, now, address=with_query(f"{path}/compare/{before}/{now}", text=text))

    @property
    def shared(self) -> Shared:
        """What the page depends on."""
        return Shared(
            frozenset({consultation_scope(self.consultation.id)}), self.view.until, self.consultation.id
        )


@dataclass(frozen=True, slots=True)
class TextLanguage:
    """A language that the draft can be read in."""

    code: str
    name: str
    address: str
    current: bool
    is_original: bool


async def find_reading(request: Ask, session: AsyncSession) -> Reading:
    """What a request is about. Raises NotFound."""
    locale, now = locale_of(request), site_of(request).clock.now()
    consultation = await get_consultation(session, request.path_params["slug"], None)
    draft = await get_draft(session, consultation.id, request.path_params["draft"])
    version = get_version(draft, request.query_params.get("version", ""))
    view = view_consultation(consultation, {}, await answered_at(session, consultation.id), locale, now)
    shown = view_draft(draft, version, view.address, locale)
    taking = await _taking(session, consultation, draft, now)
    text = request.query_params.get("text", "")
    chosen = text if text in version.languages else ""
    path, _, query = shown.address.partition("?")
    return Reading(
        consultation=consultation,
        view=view,
        draft=shown,
        version=version,
        lang=chosen or locale,
        filters=read_filters(request),
        may_comment=version.number in taking,
        taken_on=max(taking, default=0),
        address=with_query(f"/{locale}{path}", version=query.removeprefix("version="), text=chosen),
    )


async def _taking(
    session: AsyncSession, consultation: Consultation, draft: Draft, now: datetime
) -> frozenset[int]:
    """Numbers of the draft's public versions on which comments are taken now; a round without versions takes all."""
    round_ = current_round(consultation, now)
    if round_ is None or round_.period.state(now) is not RoundState.OPEN:
        return frozenset()
    ids = await versions_of_round(session, round_.id)
    return frozenset(each.number for each in published_versions(draft) if not ids or each.id in ids)


def text_languages(reading: Reading, locale: str, start: str) -> list[TextLanguage]:
    """The languages of a version; `start` is the key that the portion begins with."""
    path, _, query = reading.draft.address.partition("?")
    version = query.removeprefix("version=")
    shown = reading.lang if reading.lang in reading.version.languages else reading.version.original
    kept = {"version": version, "from": start}
    return [
        TextLanguage(
            code,
            language_name(code, locale),
            with_query(f"/{locale}{path}", **kept, text="" if code == locale else code),
            code == shown,
            code == reading.version.original,
        )
        for code in reading.version.languages
    ]
