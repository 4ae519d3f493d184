"""`consult import draft`, `consult import contributions` and `consult import translations`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from consult.cli.problems import UsedWronglyError
from consult.cli.progress import Steps
from consult.cli.shell import Shell, consultation_of, version_to_translate, with_shell
from consult.documents.blocks import DocumentError
from consult.documents.describing import describe_matching
from consult.documents.figures import base_name
from consult.documents.importing import prepare as read_texts
from consult.documents.imports import import_draft
from consult.documents.received.notes import Note
from consult.documents.received.package import MOST_BYTES
from consult.documents.received.reading import read_file as read_document
from consult.documents.received.received import Received, gather
from consult.documents.succession import load_succession
from consult.exchange.contributions_in import SOURCE, Hearing, Report, Wanted, import_contributions
from consult.models.consultation import Consultation
from consult.places.jobs import Carrier
from consult.places.steps import count_waiting
from consult.translations.bringing import VERDICTS, Judged, Verdict, judge, keep_brought, read_file
from consult.translations.units import FileRefusedError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def command() -> None:
    """Bring in drafts and contributions."""


@command.command(
    "draft", epilog="Example: consult import draft charter en=charter.docx fr=charte.md --accept"
)
@click.argument("slug")
@click.argument("files", nargs=-1, required=True, metavar="LANG=FILE...")
@click.option(
    "--draft", "draft_slug", default="draft", show_default=True, help="The draft's name in addresses."
)
@click.option("--title", default="", help="Its title in the first language; by default the first heading.")
@click.option(
    "--accept", is_flag=True, help="Keep what does not pair as proposed, and what lost something as it is."
)
@click.option("--prepare", is_flag=True, help="Keep it in preparation: readers see it once it is published.")
def draft(
    slug: str, files: tuple[str, ...], draft_slug: str, title: str, accept: bool, prepare: bool
) -> None:
    """Bring in a version of a draft: one Markdown, Word or HTML file a language, the first being the original.

    Translations are paired with the original block by block. Where they don't pair, nothing is kept: it is shown what
    would be done, and `--accept` does it. So it is where something in a Word or HTML file can't be kept. Pictures that
    are not in the file are read from beside the first one. Of a later version it is said how its blocks follow from the
    ones before.
    """
    texts, figures, notes = _received(_by_language(files))

    async def run(shell: Shell) -> int:
        async with shell.database.writing() as session:
            consultation = await consultation_of(session, slug)
            report = await import_draft(
                session,
                consultation.slug,
                draft_slug,
                title,
                texts,
                accept,
                shell.clock.now(),
                figures=figures,
                publish=not prepare,
                notes=notes,
            )
            for line in report.lines:
                click.echo(line)
            if report.version is None:
                click.echo(
                    "consult: nothing was kept; look through this and run it again with --accept", err=True
                )
                return 1
            matching = describe_matching(await load_succession(session, report.version.id))
            place = _workbench(shell, consultation, draft_slug, report.version.number) if prepare else ""
            _tell(f"{consultation.reference} {draft_slug} version {report.version.number}", matching, place)
        await _carry_comments(shell)
        return 0

    click.get_current_context().exit(with_shell(run))


def _tell(kept: str, matching: Iterable[str], workbench: str) -> None:
    for line in (kept, *matching):
        click.echo(line)
    if workbench:
        click.echo(f"In preparation: {workbench}")


async def _carry_comments(shell: Shell) -> None:
    """Find the places of earlier comments in what is new, as a worker would; one that runs does not mind."""
    async with shell.database.reading() as session:
        total = await count_waiting(session)
    done = 0
    with Steps(carry="Carrying comments over") as steps:

        def note(more: int) -> None:
            nonlocal done
            done += more
            steps.step("carry", done, max(total, done))

        await Carrier(shell.database, shell.clock, note).carry_all()


def _workbench(shell: Shell, consultation: Consultation, draft_slug: str, number: int) -> str:
    base = shell.settings.base_url
    return f"{base}/en/desk/consultations/{consultation.slug}/drafts/{draft_slug}/versions/{number}"


def _by_language(files: tuple[str, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for each in files:
        lang, sign, name = each.partition("=")
        if not sign or not lang or not name:
            raise UsedWronglyError(f"“{each}” is not of the form LANG=FILE, such as en=charter.md")
        if lang in found:
            raise UsedWronglyError(f"there are two files for “{lang}”")
        found[lang] = Path(name)
        if not found[lang].is_file():
            raise UsedWronglyError(f"there is no file “{name}”")
    return found


def _received(
    paths: Mapping[str, Path],
) -> tuple[dict[str, str], dict[str, bytes], dict[str, tuple[Note, ...]]]:
    """Markdown by language, pictures by name and notes; pictures that are in no file are beside the first one."""
    received = {lang: _read(path) for lang, path in paths.items()}
    texts = {lang: each.markdown for lang, each in received.items()}
    taken, notes = gather(received, next(iter(paths)))
    folder = next(iter(paths.values())).parent
    figures = {
        name: taken[name] if name in taken else (folder / base_name(name)).read_bytes()
        for name in read_texts(texts).figures()
    }
    return texts, figures, notes


def _read(path: Path) -> Received:
    try:
        with path.open("rb") as file:
            return read_document(path.name, file.read(MOST_BYTES + 1))
    except DocumentError as error:
        raise UsedWronglyError(f"{path}: {error}") from None


@command.command(
    "contributions", epilog="Example: consult import contributions charter comments.jsonl.gz --dry-run"
)
@click.argument("slug")
@click.argument("file", type=FILE)
@click.option("--type", "type_", type=click.Choice(["comment", "submission"]), default=None,
              help="What they are, whatever the lines say; comments where neither says anything.")  # fmt: skip
@click.option(
    "--source", default=SOURCE, show_default=True, help="Where they are from: an id is unique in a source."
)
@click.option("--dry-run", is_flag=True, help="Read and check everything; keep nothing.")
@click.option("--strict", is_flag=True, help="Keep nothing if anything is refused.")
def contributions(slug: str, file: Path, type_: str | None, source: str, dry_run: bool, strict: bool) -> None:
    """Bring in contributions from JSON Lines (.jsonl or .jsonl.gz).

    Run again, it adds only what is not there. What it refuses it says line by line on standard error, and ends with 1.
    """
    if not source.strip() or len(source) > 100:
        raise UsedWronglyError("a source has a name of up to 100 characters")
    wanted = Wanted(source.strip(), type_ or "", dry_run, strict)

    async def run(shell: Shell) -> Report:
        async with shell.database.reading() as session:
            await consultation_of(session, slug)
        with Steps(read="Reading (bytes)", write="Writing") as steps:
            hearing = Hearing(_say_line, _say_line, steps.step)
            return await import_contributions(shell.database, slug, file, wanted, shell.clock, hearing)

    report = with_shell(run)
    click.echo(_summary(report, wanted))
    click.get_current_context().exit(1 if report.refused else 0)


def _say_line(line: int, reason: str) -> None:
    click.echo(f"line {line}: {reason}", err=True)


def _summary(report: Report, wanted: Wanted) -> str:
    verb = "would be added" if wanted.dry_run else "added"
    counts = (
        f"{report.read} read: {report.added} {verb}, {report.there} there already, {report.refused} refused"
    )
    if wanted.strict and report.refused and not wanted.dry_run:
        counts += "; nothing was kept (--strict)"
    if report.extra:
        names = ", ".join(f"{name} ({count})" for name, count in sorted(report.extra.items()))
        counts += f"\nfields passed over: {names}"
    return counts


@command.command(
    "translations",
    epilog="Example: consult import translations charter draft charter.fr.xlf --lang fr --dry-run",
)
@click.argument("slug")
@click.argument("draft")
@click.argument("file", type=FILE)
@click.option("--lang", required=True, help="The language of the translation, such as fr.")
@click.option("--version", "number", type=int, default=0, help="The version; by default the newest.")
@click.option("--dry-run", is_flag=True, help="Say what would be kept; keep nothing.")
@click.option("--replace", is_flag=True, help="Also keep what somebody changed here since the file was made.")
def translations(
    slug: str, draft: str, file: Path, lang: str, number: int, dry_run: bool, replace: bool
) -> None:
    """Bring in translations from XLIFF 2 or PO, as work that is ready; an editor publishes it at the desk.

    What it refuses it says block by block on standard error, and ends with 1.
    """
    try:
        brought = read_file(file.read_bytes(), lang)
    except FileRefusedError as error:
        raise UsedWronglyError(f"{file}: {error}") from None

    async def run(shell: Shell) -> list[Judged]:
        async with shell.database.writing() as session:
            version = await version_to_translate(session, slug, draft, number, lang)
            judged = await judge(session, version, lang, brought)
            if not dry_run:
                replaced = [each.key for each in brought] if replace else []
                await keep_brought(session, version, lang, brought, replaced, None, shell.clock.now())
            return judged

    judged = with_shell(run)
    left = [each for each in judged if _is_left(each.verdict, replace)]
    for each in left:
        reason = each.reason.text % each.reason.params if each.reason else VERDICTS[each.verdict]
        click.echo(f"block {each.brought.key}: {reason}", err=True)
    counts = Counter(each.verdict for each in judged)
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    click.echo(f"{said}; nothing was kept (--dry-run)" if dry_run else said)
    click.get_current_context().exit(1 if left else 0)


def _is_left(verdict: Verdict, replace: bool) -> bool:
    return verdict is Verdict.REFUSED or (verdict is Verdict.CONFLICT and not replace)
