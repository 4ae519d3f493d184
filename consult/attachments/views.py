"""What templates see of a response's files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consult.attachments.kinds import ACCEPT, MOST_BYTES, MOST_FILES, PIECE, kind_of
from consult.attachments.problems import SENTENCES, Problem
from consult.attachments.queries import PublicFile
from consult.i18n.catalogues import catalogue
from consult.i18n.formats import Formats
from consult.kernel.messages import N_
from consult.models.submission import Attachment, AttachmentState
from consult.web.forms import FormState


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a response as its own people see it. `state`: uploading, waiting (arrived, to be checked), kept, refused."""

    key: str
    name: str
    kind: str
    size: str
    state: str
    state_label: str
    state_tag: str
    problem: str
    private: bool
    address: str
    received: int
    bytes: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class FilesView:
    """The files of a response, or of one of its questions, and what may still be done with them.

    They stand on a page of their own, which one leaves for `back`, or `within` the page `back`.
    """

    address: str
    question: str
    back: str
    within: bool
    files: tuple[FileView, ...]
    room: str
    files_left: int
    bytes_left: int
    can_change: bool
    can_be_private: bool
    form: FormState
    accept: str = ACCEPT
    piece: int = PIECE

    @property
    def refused(self) -> tuple[FileView, ...]:
        """Those that are not taken."""
        return tuple(each for each in self.files if each.state == AttachmentState.REFUSED)


_STATES = {
    "uploading": (N_("Not complete yet"), "wait"),
    "waiting": (N_("Waiting to be checked"), "wait"),
    "kept": (N_("Received"), "good"),
    "refused": (N_("Not accepted"), "bad"),
}
KILO = 1000


def size_label(size: int, locale: str) -> str:
    """12 kB, 1.4 MB: in powers of ten, as systems show files."""
    formats = Formats(locale)
    if size < KILO * KILO:
        return catalogue(locale).gettext(N_("%(size)s kB")) % {
            "size": formats.number(max(1, round(size / KILO)))
        }
    return catalogue(locale).gettext(N_("%(size)s MB")) % {
        "size": formats.number(round(size / KILO / KILO, 1))
    }


def view_files(
    attachments: Sequence[Attachment], received: dict[str, int], home: str, locale: str
) -> tuple[FileView, ...]:
    """Files in order; `received` says how much of unfinished ones has arrived."""
    last = len(attachments) - 1
    return tuple(
        _view(each, received.get(each.key, 0), home, locale, first=at == 0, last=at == last)
        for at, each in enumerate(attachments)
    )


def _view(each: Attachment, received: int, home: str, locale: str, *, first: bool, last: bool) -> FileView:
    say = catalogue(locale).gettext
    state = str(each.state)
    if state == AttachmentState.UPLOADING and received >= each.size:
        state = "waiting"
    label, tag = _STATES[state]
    kind = kind_of(each.media_type)
    return FileView(
        key=each.key,
        name=each.name,
        kind=say(kind.label) if kind else "",
        size=size_label(each.size, locale),
        state=state,
        state_label=say(label),
        state_tag=tag,
        problem=say(SENTENCES[Problem(each.problem)]) if each.problem else "",
        private=each.private,
        address=f"{home}/{each.key}",
        received=received,
        bytes=each.size,
        first=first,
        last=last,
    )


@dataclass(frozen=True, slots=True)
class PublicFileView:
    """A file on a contribution's page."""

    name: str
    kind: str
    size: str
    sha256: str
    address: str


def view_public(files: Sequence[PublicFile], locale: str) -> tuple[PublicFileView, ...]:
    """Files that everybody may have."""
    say = catalogue(locale).gettext
    return tuple(
        PublicFileView(
            each.name, say(each.kind_label), size_label(each.size, locale), each.sha256, each.address
        )
        for each in files
    )


def room_left(attachments: Sequence[Attachment]) -> tuple[int, int]:
    """How many files, and how many bytes, a response still takes."""
    counted = [each for each in attachments if each.state != AttachmentState.REFUSED]
    return max(0, MOST_FILES - len(counted)), max(0, MOST_BYTES - sum(each.size for each in counted))
