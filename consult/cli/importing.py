"""`consult import draft` and `consult import contributions`."""

from __future__ import annotations

from pathlib import Path

import click

from consult.cli.problems import UsedWronglyError
from consult.cli.progress import Steps
from consult.cli.shell import Shell, consultation_of, with_shell
from consult.documents.blocks import DocumentError
from consult.documents.figures import base_name
from consult.documents.importing import decode, prepare
from consult.documents.imports import import_draft
from consult.exchange.contributions_in import SOURCE, Hearing, Report, Wanted, import_contributions

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def command() -> None:
    """Bring in drafts and contributions."""


@command.command("draft", epilog="Example: consult import draft charter en=charter.md fr=charte.md --accept")
@click.argument("slug")
@click.argument("files", nargs=-1, required=True, metavar="LANG=FILE...")
@click.option(
    "--draft", "draft_slug", default="draft", show_default=True, help="The draft's name in addresses."
)
@click.option("--title", default="", help="Its title in the first language; by default the first heading.")
@click.option("--accept", is_flag=True, help="Keep what does not pair one to one as it is proposed.")
def draft(slug: str, files: tuple[str, ...], draft_slug: str, title: str, accept: bool) -> None:
    """Bring in a version of a draft: one Markdown file a language, the first being the original.

    Translations are paired with the original block by block. Where they don't pair, nothing is kept: it is shown what
    would be done, and `--accept` does it. Pictures are read from beside the first file.
    """
    paths = _by_language(files)
    texts = {lang: _read(path) for lang, path in paths.items()}
    folder = next(iter(paths.values())).parent
    figures = {name: (folder / base_name(name)).read_bytes() for name in prepare(texts).figures()}

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
            )
            for line in report.lines:
                click.echo(line)
            if report.version is None:
                click.echo(
                    "consult: nothing was kept; look through this and run it again with --accept", err=True
                )
                return 1
            click.echo(f"{consultation.reference} {draft_slug} version {report.version.number}")
            return 0

    click.get_current_context().exit(with_shell(run))


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


def _read(path: Path) -> str:
    try:
        return decode(path.read_bytes())
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
