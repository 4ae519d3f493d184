"""The one family of errors: each knows its HTTP status and a message that can be translated.

`message` is an English msgid; `params` fill its `%(name)s` places after translation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consult.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable sentence: an English msgid and the values for its places."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a form; `name` is the input's name, "" for the form as a whole."""

    name: str
    message: Message


class ConsultError(Exception):
    """Something a person is told about. Never shown with a traceback."""

    status = 500
    code = "error"
    text = N_("Something went wrong on our side. Nothing you sent was lost; please try again.")

    def __init__(self, text: str = "", /, **params: object) -> None:
        self.message = Message(text or self.text, params)
        super().__init__(self.message.text)


class NotFound(ConsultError):
    """Absent, or hidden from this reader: both look the same."""

    status = 404
    code = "not-found"
    text = N_("There is no such page, or it is not public.")


class SignInNeeded(ConsultError):
    """The action needs a signed-in person."""

    status = 401
    code = "sign-in-needed"
    text = N_("Please sign in first.")


class NotAllowed(ConsultError):
    """Signed in, but without the permission."""

    status = 403
    code = "not-allowed"
    text = N_("Your account may not do this.")


class FormExpired(ConsultError):
    """The form's security token no longer fits the session; what was typed is kept."""

    status = 403
    code = "form-expired"
    text = N_("This form had been open for too long. What you wrote is kept: please send it again.")


class Conflict(ConsultError):
    """The thing changed, or was settled, before this request."""

    status = 409
    code = "conflict"
    text = N_("This was changed in the meantime.")


class RoundClosed(Conflict):
    """No comment period accepts this any more."""

    code = "round-closed"
    text = N_("The comment period has ended. What you wrote is kept as your own unsent text.")


class TooMany(ConsultError):
    """Throttled; a person who waits can go on."""

    status = 429
    code = "too-many"
    text = N_("Too many attempts. Please wait a few minutes and try again.")


class TooLarge(ConsultError):
    """More than this place takes."""

    status = 413
    code = "too-large"
    text = N_("That is larger than this page accepts.")


class Unreadable(ConsultError):
    """Bytes that are not what they say they are."""

    status = 400
    code = "bad-request"
    text = N_("What was sent can't be read: it is not text in UTF-8.")


class FormInvalid(ConsultError):
    """Input that can't be taken. `errors` name the fields; `values` is what was typed, to be shown again."""

    status = 422
    code = "invalid"
    text = N_("There is a problem")

    def __init__(self, errors: Sequence[FieldError], values: Mapping[str, object] | None = None) -> None:
        super().__init__()
        self.errors = tuple(errors)
        self.values = dict(values or {})


def invalid(name: str, text: str, /, **params: object) -> FormInvalid:
    """A FormInvalid about one field."""
    return FormInvalid([FieldError(name, Message(text, params))])
