"""The form in which an answer is written, as templates see it; and the list that it was reached from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.comments.views import DispositionView
from consult.i18n.content import pick
from consult.i18n.locales import CODES, language_name
from consult.i18n.words import DISPOSITIONS, choices, disposition_label
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid
from consult.responses.forms import PICK, SEEN, Answer, FormOvertaken
from consult.responses.queries import AnswerFilter
from consult.web.forms import FormState
from consult.web.site import Ask, locale_of

LIST = "/desk/answers"
FILTERS = ("answer", "kind", "lang", "block")


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer that was typed and not given yet, as the public would see it."""

    state: FormState
    answer: DispositionView


def is_fresh(failed: FormInvalid | None, preview: object) -> bool:
    """Whether the person sees what is there now, rather than still being about what they saw before."""
    return preview is None and (failed is None or isinstance(failed, FormOvertaken))


def language_fields(locale: str) -> tuple[tuple[str, str], ...]:
    """The languages that staff write in, with their names: the reader's own first."""
    return tuple(
        (code, language_name(code, locale)) for code in sorted(CODES, key=lambda code: code != locale)
    )


def preview_of(answer: Answer, locale: str, now: datetime) -> DispositionView:
    """An answer as it would be shown."""
    change = pick(answer.change, locale) if answer.change else None
    return DispositionView(
        answer.kind, disposition_label(answer.kind, locale), pick(answer.reason, locale), change, now
    )


def asked_filter(request: Ask) -> AnswerFilter:
    """The filter that the address names; what it doesn't know is passed over."""
    asked = {name: request.query_params.get(name, "")[:100] for name in FILTERS}
    if asked["answer"] not in ("", "no", "yes", *DISPOSITIONS):
        asked["answer"] = ""
    return AnswerFilter(**asked)


def list_address(request: Ask, **more: object) -> str:
    """The list with the filter and consultation of this address (without locale)."""
    wanted = asked_filter(request)
    kept = {name: getattr(wanted, name) for name in FILTERS}
    return with_query(LIST, consultation=request.query_params.get("consultation", "")[:100], **kept, **more)


def form_context(request: Ask, state: FormState, preview: Preview | None) -> dict[str, Any]:
    locale = locale_of(request)
    return {
        "form": state,
        "kinds": choices(DISPOSITIONS, locale),
        "languages": language_fields(locale),
        "preview": preview.answer if preview else None,
        "PICK": PICK,
        "SEEN": SEEN,
    }
