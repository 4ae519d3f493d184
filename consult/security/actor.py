"""Who acts: what the rest of the program knows of a signed-in person, a token's owner, or nobody."""

from dataclasses import dataclass

from consult.models.people import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person. `session_id` is 0 for a bearer token; `csrf` is this session's own secret (hex).

    `verified` is how their organisation was verified where they are its member, "" where they only name it; `member_role`
    what they may do for it. A `guest` has begun a response without an account.
    """

    id: int
    name: str
    email: str
    role: Role
    locale: str = "en"
    zone: str = "UTC"
    country: str = ""
    organisation_id: int | None = None
    organisation: str = ""
    kind: str = "individual"
    verified: str = ""
    member_role: str = ""
    guest: bool = False
    confirmed: bool = True
    session_id: int = 0
    csrf: str = ""

    @property
    def is_staff(self) -> bool:
        """Whether the desk is open to them."""
        return self.role is not Role.RESPONDENT
