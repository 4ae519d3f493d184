"""The form in which a comment is written, as templates see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import find_unfinished
from consult.comments.forms import MOST_CHARACTERS
from consult.consultations.deadline import Deadline
from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.i18n.locales import OFFERED, country_name, language_name
from consult.i18n.words import kind_name
from consult.kernel.errors import FormInvalid
from consult.security.actor import Actor
from consult.security.tokens import new_token, sign_instant
from consult.web.site import Ask, actor_of, locale_of, site_of


@dataclass(frozen=True, slots=True)
class PersonView:
    """How somebody is shown."""

    name: str
    anonymous: bool = False
    is_forum: bool = False
    organisation: str = ""
    organisation_id: int | None = None
    verified: str = ""
    kind_label: str = ""
    country_name: str = ""


@dataclass(frozen=True, slots=True)
class FormPlace:
    """Where a form stands: its action (without locale), what htmx swaps, the name under which text is kept."""

    action: str
    key: str
    label: str
    target: str = ""
    swap: str = "innerHTML"
    title: str = ""
    submit: str = ""
    cancel: str = ""
    may_quote: bool = False
    may_be_anonymous: bool = True
    keeps: bool = True

    @property
    def kept_as(self) -> str:
        """Under what unsent text is kept: where the form is sent, whatever version or language was being read."""
        return self.action.partition("?")[0]


@dataclass(frozen=True, slots=True)
class CommentForm:
    """See templates/macros/contribution_form.html."""

    address: str
    target: str
    swap: str
    key: str
    autosave: str
    nonce: str
    begun: str
    title: str
    label: str
    text: str
    lang: str
    languages: tuple[tuple[str, str], ...]
    limit: int
    errors: tuple[tuple[str, str], ...]
    quote: str
    prefix: str
    suffix: str
    allow_quote: bool
    deadline: Deadline | None
    publish_as: PersonView | None
    publish_note: str
    may_be_anonymous: bool
    anonymous: bool
    submit: str
    cancel: str
    restored: str
    sign_in: str
    parent: str = ""


async def comment_form(
    request: Ask,
    session: AsyncSession,
    place: FormPlace,
    deadline: Deadline | None,
    failed: FormInvalid | None = None,
    values: dict[str, str] | None = None,
) -> CommentForm:
    """The form at a place: as it failed, else with the person's unsent text for it, else with `values`."""
    locale, actor = locale_of(request), actor_of(request)
    say = catalogue(locale)
    shown, restored = dict(values or {}), ""
    if failed is not None:
        shown.update({name: str(value) for name, value in failed.values.items()})
    elif (
        actor is not None
        and place.keeps
        and (kept := await find_unfinished(session, actor.id, place.kept_as))
    ):
        shown.update(kept.fields)
        restored = say.gettext("You wrote this here on %(when)s. It has not been sent.") % {
            "when": formats(locale, actor.zone).datetime(kept.saved_at)
        }
    errors = tuple(
        (f"{error.name or 'text'}-{place.key}", say.say(error.message))
        for error in (failed.errors if failed else ())
    )
    return CommentForm(
        address=f"/{locale}{place.action}",
        target=place.target,
        swap=place.swap,
        key=place.key,
        autosave=_autosave(locale, place) if actor and place.keeps else "",
        nonce=new_token()[:24],
        begun=shown.get("begun") or _begun(request, site_of(request).clock.now()),
        title=place.title,
        label=place.label,
        text=shown.get("text", ""),
        lang=shown.get("lang", ""),
        languages=language_choices(locale, shown.get("lang", "")),
        limit=MOST_CHARACTERS,
        errors=errors,
        quote=shown.get("quote", ""),
        prefix=shown.get("prefix", ""),
        suffix=shown.get("suffix", ""),
        allow_quote=place.may_quote,
        deadline=deadline,
        publish_as=publish_as(actor, locale) if actor else None,
        publish_note="",
        may_be_anonymous=place.may_be_anonymous,
        anonymous=bool(shown.get("anonymous")),
        submit=place.submit,
        cancel=place.cancel,
        restored=restored,
        sign_in="" if actor else f"/{locale}/sign-in?" + urlencode({"next": place.cancel or "/"}),
    )


def _begun(request: Ask, now: datetime) -> str:
    return sign_instant(site_of(request).settings.secret_key, "begun", now)


def _autosave(locale: str, place: FormPlace) -> str:
    # Where the form posts to is also a page with it: there it is taken up again, with scripts or without.
    return f"/{locale}/unfinished?" + urlencode({"target": place.kept_as, "address": place.action})


def publish_as(actor: Actor, locale: str) -> PersonView:
    """How a person's comment will be shown."""
    return PersonView(
        name=actor.name,
        organisation=actor.organisation,
        organisation_id=actor.organisation_id,
        verified=actor.verified,
        kind_label=kind_name(actor.kind, locale) if actor.kind != "individual" else "",
        country_name=country_name(actor.country, locale),
    )


def language_choices(locale: str, chosen: str = "") -> tuple[tuple[str, str], ...]:
    """Languages to choose from, by their name in the reader's language."""
    codes: Sequence[str] = [*OFFERED, *([chosen] if chosen and chosen not in OFFERED else [])]
    return tuple(sorted(((code, language_name(code, locale)) for code in codes), key=lambda pair: pair[1]))
