"""What was typed into a form, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litestar.datastructures import FormMultiDict, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException

from consult.i18n.catalogues import N_, Catalogue
from consult.kernel.characters import plain_text
from consult.kernel.errors import ConsultError, FieldError, FormInvalid, Message, TooLarge, Unreadable
from consult.web.site import Ask

MOST_FIELDS = 2_000
"""Fields of a form that was not sent as multipart, where the framework has a limit of its own."""


class Typed:
    """The fields of a form as text; see `read_form` for what is not in it."""

    def __init__(self, values: Mapping[str, str], lists: Mapping[str, Sequence[str]] | None = None) -> None:
        self.values = dict(values)
        self._lists = {name: list(items) for name, items in (lists or {}).items()}

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def raw(self, name: str) -> str:
        """A field without trimming."""
        return self.values.get(name, "")

    def all(self, name: str) -> list[str]:
        """All values of a field that can occur several times."""
        return self._lists.get(name, [])

    def checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.values.get(name))


async def form_of(request: Ask) -> FormMultiDict:
    """The fields and files of a request. Raises TooLarge for more than any form has, Unreadable for no text."""
    # Counted before it is read: reading some hundred thousand would take seconds, in which nobody is answered.
    is_plain = request.content_type[0] == RequestEncodingType.URL_ENCODED
    if is_plain and (await request.body()).count(b"&") >= MOST_FIELDS:
        raise TooLarge
    try:
        return await request.form()
    except (UnicodeDecodeError, LookupError):
        raise Unreadable from None


async def typed_so_far(request: Ask) -> Typed:
    """What can be read of a form that is refused anyway, to be kept or shown again."""
    try:
        return await read_form(request)
    except FormInvalid as failed:
        return Typed({name: str(value) for name, value in failed.values.items()})
    except (ConsultError, HTTPException):
        return Typed({})


async def read_form(request: Ask) -> Typed:
    """The request's form, of plain text (`plain_text`). Raises FormInvalid for NUL characters, which no field can mean;
    see also `form_of`."""
    form, refused = await form_of(request), False
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            continue
        refused |= "\x00" in value
        clean = plain_text(value)
        values[name] = clean
        lists.setdefault(name, []).append(clean)
    if refused:
        raise FormInvalid(
            [FieldError("", Message(N_("The text holds a character that can't be stored.")))], values
        )
    return Typed(values, lists)


class Problems:
    """Gathers what is wrong, to be raised all at once."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def add(self, name: str, text: str, /, **params: object) -> None:
        """Note a problem with a field."""
        self._errors.append(FieldError(name, Message(text, params)))

    def require(self, value: str, name: str, text: str, /) -> str:
        """Note `text` where the value is empty."""
        if not value:
            self.add(name, text)
        return value

    def limit(self, value: str, name: str, most: int) -> str:
        """Note that a value is longer than `most` characters."""
        if len(value) > most:
            self.add(
                name,
                N_("Shorten this to %(most)d characters; it has %(length)d."),
                most=most,
                length=len(value),
            )
        return value

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What was noted so far."""
        return tuple(self._errors)

    def raise_if_any(self, typed: Typed) -> None:
        """Raise FormInvalid with what was typed."""
        if self._errors:
            raise FormInvalid(self._errors, typed.values)

    def __bool__(self) -> bool:
        return bool(self._errors)


@dataclass(frozen=True, slots=True)
class ShownError:
    """An error as the page says it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as shown: values to fill in, errors beside their fields. `kept` when it was taken from unsent text."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[ShownError, ...] = ()
    kept: bool = False

    def value(self, name: str, default: str = "") -> str:
        """A field's value."""
        return str(self.values.get(name, default))

    def error(self, name: str) -> str:
        """What is wrong with a field, "" for nothing."""
        return next((error.text for error in self.errors if error.name == name), "")


def form_state(
    failed: FormInvalid | None, catalogue: Catalogue, values: Mapping[str, str] | None = None
) -> FormState:
    """The state of a form: fresh with `values`, or as it failed."""
    if failed is None:
        return FormState(values or {})
    errors = tuple(ShownError(error.name, catalogue.say(error.message)) for error in failed.errors)
    merged = {**(values or {}), **{name: str(value) for name, value in failed.values.items()}}
    return FormState(merged, errors)
