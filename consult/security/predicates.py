"""Pure questions about an actor. `None` is a reader who is not signed in."""

from consult.models.people import Role
from consult.security.actor import Actor

ORDER = (Role.RESPONDENT, Role.MODERATOR, Role.EDITOR, Role.ADMINISTRATOR)


def anyone(actor: Actor | None) -> bool:
    """Everybody, signed in or not."""
    return True


def signed_in(actor: Actor | None) -> bool:
    """Whoever has signed in."""
    return actor is not None


def has_account(actor: Actor | None) -> bool:
    """Signed in to an account: not a guest, who only has a response."""
    return actor is not None and not actor.guest


def confirmed(actor: Actor | None) -> bool:
    """Signed in with an address that was confirmed."""
    return actor is not None and actor.confirmed


def moderator(actor: Actor | None) -> bool:
    """Moderators and those above them."""
    return actor is not None and ORDER.index(actor.role) >= ORDER.index(Role.MODERATOR)


def editor(actor: Actor | None) -> bool:
    """Editors and administrators."""
    return actor is not None and ORDER.index(actor.role) >= ORDER.index(Role.EDITOR)


def administrator(actor: Actor | None) -> bool:
    """Administrators."""
    return actor is not None and actor.role is Role.ADMINISTRATOR
