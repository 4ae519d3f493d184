"""What templates see of a response as everybody may read it: the same before it is sent and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consult.accounts.labels import name_in
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import country_name, direction, language_name
from consult.i18n.words import action_label, kind_name
from consult.models.response import Decision
from consult.publication.queries import Received
from consult.publication.words import RULES, interest_label, published_label
from consult.submissions.public import PublicResponse, PublicSection


@dataclass(frozen=True, slots=True)
class RespondentView:
    """Who responds, as the macro `person` takes it."""

    name: str
    organisation: str
    organisation_id: int | None
    verified: str
    kind_label: str
    country_name: str
    is_forum: bool = False

    @property
    def anonymous(self) -> bool:
        """Whether no name is shown."""
        return not self.name


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that is public; `address` "" as long as it is not."""

    name: str
    size: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class ResponseView:
    """A response as everybody reads it."""

    by: RespondentView
    interest: str
    publication: str
    published: str
    lang: str
    dir: str
    language_name: str
    public: PublicResponse
    sections: tuple[PublicSection, ...]
    files: tuple[FileView, ...]
    kept_files: int
    co_signed: tuple[str, ...]


def view_response(
    public: PublicResponse,
    locale: str,
    organisation_id: int | None = None,
    files: Sequence[FileView] | None = None,
) -> ResponseView:
    """A public response for its page or its preview; `files` where they can be taken away already."""
    by = RespondentView(
        name=public.name,
        organisation=public.organisation,
        organisation_id=organisation_id if public.is_named else None,
        verified=public.verified,
        kind_label=kind_name(public.kind, locale) if public.kind != "individual" else "",
        country_name=country_name(public.country, locale) if public.country else "",
    )
    return ResponseView(
        by=by,
        interest=interest_label(public.interest, public.funder, locale),
        publication=public.publication,
        published=published_label(public.publication, locale),
        lang=public.lang,
        dir=direction(public.lang),
        language_name=language_name(public.lang, locale),
        public=public,
        sections=public.sections,
        files=tuple(FileView(each.name, each.size) for each in public.files)
        if files is None
        else tuple(files),
        kept_files=public.kept_files,
        co_signed=public.co_signed,
    )


@dataclass(frozen=True, slots=True)
class ReceivedView:
    """A sending as everybody may know of it: when, under which rule, the hash of its text; `entry` in the public log."""

    number: int
    at: datetime
    rule: str
    rule_label: str
    sha256: str
    entry: int | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """What staff did on request or as the law asks, with its public note."""

    action: str
    label: str
    note: LocalText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """What the page of a response says beyond its contribution; `response` None where nothing of it is public."""

    state: str
    response: ResponseView | None = None
    received: tuple[ReceivedView, ...] = ()
    requests: tuple[RequestView, ...] = ()
    ended_at: datetime | None = None
    ended_note: LocalText | None = None
    withdrawn_by_staff: bool = False

    @property
    def last(self) -> ReceivedView | None:
        """The sending that counts."""
        return self.received[-1] if self.received else None


def view_received(received: Sequence[Received], locale: str) -> tuple[ReceivedView, ...]:
    """Sendings in words."""
    return tuple(
        ReceivedView(
            each.number, each.sent_at, each.rule, name_in(RULES, each.rule, locale), each.sha256, each.leaf
        )
        for each in received
    )


def view_requests(decisions: Sequence[Decision], locale: str) -> tuple[RequestView, ...]:
    """What was done, in words."""
    return tuple(
        RequestView(
            each.action,
            action_label(each.action, locale),
            pick(each.reason, locale) if each.reason else None,
            each.decided_at,
        )
        for each in decisions
    )


@dataclass(frozen=True, slots=True)
class LinkView:
    """A way to the same list in another shape."""

    label: str
    address: str
    current: bool = field(default=False)
