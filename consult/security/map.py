"""Which predicate decides each permission: the one table of who may do what."""

from collections.abc import Callable

from consult.security import predicates as is_
from consult.security.actor import Actor
from consult.security.permissions import Permission

Predicate = Callable[[Actor | None], bool]

MAP: dict[Permission, Predicate] = {
    Permission.READ: is_.anyone,
    Permission.SIGN_IN: is_.anyone,
    Permission.OWN_ACCOUNT: is_.has_account,
    Permission.COMMENT: is_.confirmed,
    Permission.RESPOND: is_.signed_in,
    Permission.DESK: is_.moderator,
    Permission.MODERATE: is_.moderator,
    Permission.ANSWER: is_.editor,
    Permission.EDIT: is_.editor,
    Permission.ADMINISTER: is_.administrator,
    Permission.METRICS: is_.anyone,
    Permission.DEMO: is_.anyone,
}
"""RESPOND: guests too, who have a session without an account. METRICS and DEMO are further limited by settings: to configured addresses, and to demo sites."""


def allows(permission: Permission, actor: Actor | None) -> bool:
    """Whether `actor` has `permission`."""
    return MAP[permission](actor)
