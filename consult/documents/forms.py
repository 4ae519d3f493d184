"""The desk's forms for drafts: Markdown, Word or HTML files or pasted Markdown by language, and what an editor settles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from anyio import to_thread
from litestar.datastructures import UploadFile

from consult.consultations.fields import check_slug
from consult.documents.blocks import DocumentError
from consult.documents.importing import Choices, Prepared, Unsettled, document_problem
from consult.documents.received.notes import Note
from consult.documents.received.reading import read_file
from consult.documents.received.received import Received, gather
from consult.documents.settlement import Choice
from consult.i18n.content import write
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.web.forms import Problems, Typed, form_of, read_form
from consult.web.site import Ask

MOST_BYTES = 16 * 2**20
"""Of a whole form: six languages of 2 MB each and some pictures."""


@dataclass(frozen=True, slots=True)
class Files:
    """What was sent: the fields, in which the files' Markdown stands as if it had been pasted, and the pictures.

    notes: what could not come along, by language. again: languages whose file must be chosen again if anything in the
    form is wrong, for its pictures and notes are not in the Markdown. chosen: pictures that were sent as such.
    """

    typed: Typed
    figures: Mapping[str, bytes]
    errors: tuple[FieldError, ...] = ()
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    again: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DraftFields:
    """A draft as typed; of `files` (Markdown by language) the first is the original."""

    slug: str
    title: Translated
    files: Mapping[str, str]
    figures: Mapping[str, bytes]


async def read_files(request: Ask) -> Files:
    """The form with its uploads. A file that can't be read is an error of its language's field."""
    typed = await read_form(request)
    values = dict(typed.values)
    errors: list[FieldError] = []
    figures: dict[str, bytes] = {}
    received: dict[str, Received] = {}
    for name, upload in (await form_of(request)).multi_items():
        if not isinstance(upload, UploadFile):
            continue
        await upload.seek(0)
        body = await upload.read()
        if name == "figures":
            figures[upload.filename] = body
        elif name.startswith("file-"):
            lang = name.removeprefix("file-")
            try:
                received[lang] = await to_thread.run_sync(read_file, upload.filename, body)
            except DocumentError as error:
                errors.append(document_problem(lang, error))
    values |= {f"text-{lang}": each.markdown for lang, each in received.items()}
    taken, notes = gather(received, typed["original"])
    again = frozenset(lang for lang, each in received.items() if each.figures or each.notes)
    return Files(Typed(values), {**figures, **taken}, tuple(errors), notes, again, frozenset(figures))


def parse_draft(sent: Files, languages: Sequence[str], slug: str = "", *, titled: bool = True) -> DraftFields:
    """A draft's version: with `slug` the next one of that draft. Raises FormInvalid."""
    typed, problems = sent.typed, Problems()
    original = typed["original"]
    if original not in languages:
        problems.add("original", N_("Choose a language from the list."))
    if not slug:
        for error in check_slug(typed["slug"].lower()):
            problems.add(error.name, error.message.text)
    files = _files(typed, [original, *(lang for lang in languages if lang != original)])
    wrong = {error.name for error in sent.errors}
    if original in languages and original not in files and f"text-{original}" not in wrong:
        problems.add(f"text-{original}", N_("Choose a file or paste the text: this is the original."))
    _refuse(problems, sent)
    title = (
        write({lang: typed[f"title-{lang}"] for lang in languages}, original)
        if titled
        else Translated(original)
    )
    return DraftFields(slug or typed["slug"].lower(), title, files, sent.figures)


def parse_translations(sent: Files, languages: Sequence[str]) -> dict[str, str]:
    """Markdown in some of `languages`. Raises FormInvalid."""
    files, problems = _files(sent.typed, languages), Problems()
    if not files:
        problems.add(f"text-{languages[0]}", N_("Choose a file or paste the text in at least one language."))
    _refuse(problems, sent)
    return files


def parse_choices(typed: Typed, prepared: Prepared) -> Choices:
    """What an editor settled. Raises FormInvalid where something was left open."""
    problems = Problems()
    made: dict[str, dict[str, Choice]] = {}
    for unsettled in _all_unsettled(prepared):
        name = choice_name(unsettled)
        if typed[name] in unsettled.choices:
            made.setdefault(unsettled.lang, {})[unsettled.bead.id] = Choice(typed[name])
        else:
            problems.add(name, N_("Choose what is to be done here."))
    problems.raise_if_any(typed)
    return made


def choice_name(unsettled: Unsettled) -> str:
    """The name of the field in which something is settled."""
    return f"choice-{unsettled.lang}-{unsettled.bead.id}"


@contextmanager
def keeping(typed: Typed, figures: Iterable[str] = (), again: Iterable[str] = ()) -> Iterator[None]:
    """Whatever is found wrong inside is shown with what was typed; characters that no page can show are left out.

    A browser does not send a file twice by itself: pictures, and the files of the languages `again`, must be chosen
    again.
    """
    try:
        yield
    except FormInvalid as failed:
        errors = list(failed.errors)
        wrong = {error.name for error in errors}
        if figures and "figures" not in wrong:
            errors.append(FieldError("figures", Message(N_("Choose the picture files again."))))
        values = {name: value.replace("\x00", "") for name, value in typed.values.items()}
        for name in (f"text-{lang}" for lang in again):
            values[name] = ""
            if name not in wrong:
                errors.append(FieldError(name, Message(N_("Choose this file again."))))
        raise FormInvalid(errors, values) from None


def _all_unsettled(prepared: Prepared) -> Iterable[Unsettled]:
    return (unsettled for beads in prepared.unsettled.values() for unsettled in beads)


def _files(typed: Typed, languages: Iterable[str]) -> dict[str, str]:
    texts = {lang: typed.raw(f"text-{lang}") for lang in languages}
    return {lang: text for lang, text in texts.items() if text.strip()}


def _refuse(problems: Problems, sent: Files) -> None:
    for error in sent.errors:
        problems.add(error.name, error.message.text, **error.message.params)
    problems.raise_if_any(sent.typed)
