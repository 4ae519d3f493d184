"""What templates see of receipts and of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats
from consult.kernel.messages import N_
from consult.models.log import LogHead, LogLeaf
from consult.receipts.checking import Checked, Step

GROUP = 4
RULES = {
    "in-time": N_("In time: before the comment period closed"),
    "grace": N_("In the grace: begun before the comment period closed, sent shortly afterwards"),
    "late": N_("Late: after the comment period closed, shown apart from the others"),
}
KINDS = {
    "received": N_("A response was received"),
    "withdrawn": N_("A response was withdrawn by its sender"),
    "removed": N_("A response was removed by the Forum"),
}
STEPS = {
    Step.SIGNATURE: N_("The receipt is signed by this site"),
    Step.STATEMENT: N_("The entry is the hash of what the receipt says"),
    Step.HEAD: N_("The signed head in the file is signed by this site"),
    Step.PROOF: N_("The proof in the file leads from the entry to that head"),
    Step.ENTRY: N_("The log holds this entry under this number"),
    Step.INCLUSION: N_("The entry is under the newest signed head of the log"),
}
"""What is true where a step went well."""
FAILED = {
    Step.SIGNATURE: N_("The signature is not this site's, or the receipt was changed after it was signed."),
    Step.STATEMENT: N_("Something in the receipt was changed: its hash is another one."),
    Step.HEAD: N_("The head is not signed by this site, or was changed."),
    Step.PROOF: N_("The proof does not fit this receipt."),
    Step.ENTRY: N_("Under this number the log holds something else, or nothing."),
    Step.INCLUSION: N_("The entry can't be found under the newest head."),
}
MISSING = {
    Step.HEAD: N_("There is no head in what you gave. The newest one is used below."),
    Step.PROOF: N_("There is no proof in what you gave. One is made below."),
    Step.INCLUSION: N_("No head has been published yet. The next one is published within a day."),
}
OLDER = N_("The newest head is older than this entry; the next one comes within a day.")
"""Why a step could not be done; OLDER for the last one where there is a head."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that was received; `sha256` in groups of four digits."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt, to be read. `local_text` is the sending's time where the round is, `own_text` where the reader is ("" where
    that is the same); hashes and the key's fingerprint come in groups of four digits; `rule` is in words."""

    reference: str
    consultation: str
    round: int
    sending: int
    sent_at: datetime
    sent_text: str
    local_text: str
    own_text: str
    closes_text: str
    rule: str
    sha256: str
    files: tuple[FileView, ...]
    number: int
    key: str
    key_id: str
    site: str


def view_receipt(
    receipt: Mapping[str, Any], locale: str, zone: str = "UTC", own_zone: str = ""
) -> ReceiptView:
    """The view of a receipt that was made, or found to be good, here. `zone` is the round's, `own_zone` the reader's."""
    said = receipt["received"]
    sent_at = read_instant(said["sent_at"])
    utc = _told(sent_at, locale, "UTC")
    local, own = _told(sent_at, locale, zone), _told(sent_at, locale, own_zone) if own_zone else ""
    return ReceiptView(
        reference=said["reference"],
        consultation=said["consultation"],
        round=said["round"],
        sending=said["sending"],
        sent_at=sent_at,
        sent_text=utc,
        local_text=local if local != utc else "",
        own_text=own if own not in (utc, local) else "",
        closes_text=_told(read_instant(said["closes_at"]), locale, zone),
        rule=catalogue(locale).gettext(RULES.get(said["rule"], said["rule"])),
        sha256=grouped(said["sha256"]),
        files=tuple(FileView(each["name"], each["size"], grouped(each["sha256"])) for each in said["files"]),
        number=receipt["number"],
        key=grouped(receipt["key"]),
        key_id=receipt["key"],
        site=said["site"],
    )


def _told(at: datetime, locale: str, zone: str) -> str:
    say = formats(locale)
    return f"{say.datetime(at, zone)} {say.zone_name(zone, at)}"


def read_instant(text: str) -> datetime:
    """From RFC 3339 in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def grouped(digits: str) -> str:
    """`abcd 1234 …`, as people compare them."""
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of a check: `state` is right, wrong or open; `why` is said where it is not right."""

    text: str
    state: str
    why: str


def view_steps(steps: Sequence[Checked], locale: str, *, has_head: bool) -> tuple[StepView, ...]:
    """Steps in words. `has_head` says that the log has a head, even if it does not cover the entry yet."""
    say = catalogue(locale).gettext
    missing = {**MISSING, Step.INCLUSION: OLDER} if has_head else MISSING
    return tuple(
        StepView(
            say(STEPS[each.step]),
            {True: "right", False: "wrong", None: "open"}[each.good],
            "" if each.good else say((FAILED if each.good is False else missing).get(each.step, "")),
        )
        for each in steps
    )


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the log. `note` and `at` are there for withdrawals and removals alone."""

    number: int
    text: str
    entry: str
    of: int | None
    note: LocalText | None
    at: datetime | None


def view_entry(leaf: LogLeaf, locale: str) -> EntryView:
    """The view of an entry."""
    return EntryView(
        leaf.number,
        catalogue(locale).gettext(KINDS.get(leaf.kind, leaf.kind)),
        grouped(leaf.entry),
        leaf.of,
        pick(leaf.note, locale) if leaf.note else None,
        leaf.at if leaf.of is not None else None,
    )


@dataclass(frozen=True, slots=True)
class HeadView:
    """A published head."""

    size: int
    root: str
    at: datetime


def view_head(head: LogHead) -> HeadView:
    """The view of a head."""
    return HeadView(head.size, grouped(head.root), head.at)


def view_signed(head: Mapping[str, Any]) -> HeadView:
    """The same of a head as it was signed."""
    return HeadView(head["size"], grouped(head["root"]), read_instant(head["at"]))


@dataclass(frozen=True, slots=True)
class KeyView:
    """A public key: its fingerprint, and whether it signs now."""

    fingerprint: str
    present: bool
