"""What travels along while somebody signs in or registers: where to go next, and text typed into another form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import ValidationError, json
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.addresses import own_address
from consult.accounts.unfinished import MOST_CHARACTERS, SECRETS, save_unfinished

LONGEST = 3 * MOST_CHARACTERS
"""Characters of the JSON: a text of the greatest length, every second sign of it escaped."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`next` and `target` are addresses of this site without locale, `raw` the JSON of `fields` as it travels."""

    next: str = ""
    target: str = ""
    raw: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields and self.target)


def read_kept(values: Mapping[str, object]) -> Kept:
    """What a form carries along in `next`, `target` and `kept`; whatever no form of ours makes is left out."""
    next_, target, raw = (str(values.get(name, "")) for name in ("next", "target", "kept"))
    fields = _read_fields(raw) if len(raw) <= LONGEST else {}
    target = own_address(target)
    return Kept(own_address(next_), target, raw if fields and target else "", fields)


async def keep(session: AsyncSession, kept: Kept, user_id: int, now: datetime) -> None:
    """Make what was carried along the person's unsent text."""
    if kept:
        await save_unfinished(session, user_id, kept.target, kept.next, kept.fields, now)


def _read_fields(raw: str) -> dict[str, str]:
    try:
        fields = json.decode(raw, type=dict[str, str]) if raw else {}
    except (ValidationError, ValueError):
        return {}
    return {name: value.replace("\x00", "") for name, value in fields.items() if name not in SECRETS}
