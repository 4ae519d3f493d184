"""People, whom they speak for, and what lets them in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db.types import Json
from consult.models.base import Base, code, pk, short


class Role(StrEnum):
    """What a person may do, least first."""

    RESPONDENT = "respondent"
    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Kind(StrEnum):
    """Kinds of organisation; `individual` for people who speak for themselves."""

    INDIVIDUAL = "individual"
    CIVIL_SOCIETY = "civil-society"
    ACADEMIA = "academia"
    GOVERNMENT = "government"
    INDUSTRY = "industry"
    STANDARDS_BODY = "standards-body"
    INTERNATIONAL_ORGANISATION = "international-organisation"


class VerifiedBy(StrEnum):
    """How it was verified that an organisation is who it says."""

    ADDRESS = "address"
    DNS = "dns"
    FILE = "file"
    STAFF = "staff"


class MemberRole(StrEnum):
    """What a member may do for an organisation, least first: write; sign off and send; look after members."""

    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    OWNER = "owner"


class Organisation(Base):
    """Whom people speak for. `fold` is the name as compared, so that one spelling makes one organisation.

    Anybody may name one in their profile; only the members of a verified one act for it. `domain` is what was verified,
    `verify_token` what its DNS record or file had to say. One that was `merged_into` another is shown as that one. With
    `open_joining` whoever has an address at its domain becomes a drafter; else its owners are asked.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("fold", "kind"),
        # No two organisations have the same domain, whoever proves it at the same instant.
        Index("uq_organisations_domain_taken", "domain", unique=True, sqlite_where=text("domain <> ''"),
              postgresql_where=text("domain <> ''")),
    )  # fmt: skip

    id: Mapped[pk]
    name: Mapped[short]
    fold: Mapped[short]
    kind: Mapped[code]
    country: Mapped[code] = mapped_column(default="")
    url: Mapped[short] = mapped_column(default="")
    domain: Mapped[short] = mapped_column(default="", index=True)
    verify_token: Mapped[code] = mapped_column(default="")
    verified_by: Mapped[code] = mapped_column(default="")
    verified_at: Mapped[datetime | None]
    verified_reason: Mapped[str] = mapped_column(default="")
    open_joining: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime]


class User(Base):
    """A person with an account. `email` is kept lower-case; `name` is as shown to others.

    A `guest` began a response without an account: no address or password of theirs lets them in, only their session and
    the links that are mailed to the address given with the response.
    """

    __tablename__ = "users"

    id: Mapped[pk]
    email: Mapped[short] = mapped_column(unique=True)
    password_hash: Mapped[short]
    name: Mapped[short]
    role: Mapped[code] = mapped_column(default=Role.RESPONDENT)
    country: Mapped[code] = mapped_column(default="")
    locale: Mapped[code] = mapped_column(default="en")
    zone: Mapped[code] = mapped_column(default="UTC")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    mail_replies: Mapped[bool] = mapped_column(default=True)
    mail_rounds: Mapped[bool] = mapped_column(default=True)
    guest: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")


class Membership(Base):
    """A person's tie to an organisation. Without a `role` they only name it; with one they are a member and act for it.

    Roles are only in verified organisations: what takes the verification away takes the roles away.
    """

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[code] = mapped_column(default="")
    since: Mapped[datetime]


class Invitation(Base):
    """Somebody is asked by mail to become a member. Only the link's SHA-256 is kept; it ends and works once."""

    __tablename__ = "invitations"

    id: Mapped[pk]
    token_hash: Mapped[code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[short]
    role: Mapped[code]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RequestKind(StrEnum):
    """What somebody asks of an organisation's owners, or of staff."""

    JOIN = "join"
    VERIFY = "verify"


class OrganisationRequest(Base):
    """Somebody asks: to become a member (JOIN, with the address at its domain they showed), or staff to verify it (VERIFY,
    with their words). Open until `settled_at`."""

    __tablename__ = "organisation_requests"

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[code]
    email: Mapped[short] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class OrganisationEvent(Base):
    """The history of an organisation: verified, members and roles, merged. `data` are values for the words of `kind`."""

    __tablename__ = "organisation_events"

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[code]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor_name: Mapped[short] = mapped_column(default="")
    data: Mapped[dict[str, str]] = mapped_column(Json)
    at: Mapped[datetime]


class SignedIn(Base):
    """A signed-in browser. Only the SHA-256 of its cookie is kept."""

    __tablename__ = "sessions"

    id: Mapped[pk]
    token_hash: Mapped[code] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Link(Base):
    """A one-time link sent by mail: confirm an address, reset a password. Only its SHA-256 is kept."""

    __tablename__ = "links"

    id: Mapped[pk]
    token_hash: Mapped[code] = mapped_column(unique=True)
    purpose: Mapped[code]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    data: Mapped[short] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token for the API. Only its SHA-256 is kept."""

    __tablename__ = "tokens"

    id: Mapped[pk]
    token_hash: Mapped[code] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[short] = mapped_column(default="")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Attempt(Base):
    """A throttle counter under a keyed hash: no address of a reader is kept."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_window_ends_at", "window_ends_at"),)

    key: Mapped[code] = mapped_column(primary_key=True)
    count: Mapped[int]
    window_ends_at: Mapped[datetime]
