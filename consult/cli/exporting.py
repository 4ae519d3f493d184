"""`consult export`: contributions, and `consult export translations`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from consult.cli.progress import Steps
from consult.cli.shell import Shell, consultation_of, version_to_translate, with_shell
from consult.exchange.contributions_out import EVERY, INTERNAL_NAMES, NAMES, PUBLIC, stream_records
from consult.exchange.formats import FORMATS
from consult.exchange.queries import Which, count_by_state
from consult.models.contribution import State
from consult.translations.bringing import FORMATS as UNIT_FORMATS
from consult.translations.exporting import units_file


class ExportGroup(click.Group):
    """A group whose first word may be left out: `consult export charter` takes the contributions of charter."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word in where it was left out."""
        known = {*self.commands, *ctx.help_option_names}
        words = args if args and args[0] in known else ["contributions", *args]
        return super().parse_args(ctx, words)


@click.group(
    "export", cls=ExportGroup, epilog="Example: consult export charter --format csv --out charter.csv"
)
def command() -> None:
    """Take contributions away as a file (the first word can be left out), or translations."""


@command.command(
    "contributions", epilog="Example: consult export contributions charter --format csv --out charter.csv"
)
@click.argument("slug")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="jsonl", show_default=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; by default standard output."
)
@click.option(
    "--internal", is_flag=True, help="For staff: also what is hidden, withdrawn or waiting, with its state."
)
def contributions(slug: str, format_: str, out: Path | None, internal: bool) -> None:
    """Take a consultation's contributions away, as the public may see them."""
    counts = with_shell(lambda shell: _export(shell, slug, format_, out, internal))
    left_out = {state: count for state, count in counts.items() if state != State.PUBLISHED and not internal}
    if left_out:
        said = ", ".join(f"{count} {state}" for state, count in sorted(left_out.items()))
        click.echo(f"not in the file: {said}", err=True)


async def _export(shell: Shell, slug: str, format_: str, out: Path | None, internal: bool) -> dict[str, int]:
    async with shell.database.reading() as session:
        consultation = await consultation_of(session, slug)
        counts = await count_by_state(session, consultation.id)
    which = Which(consultation.id, EVERY if internal else PUBLIC)
    writer, done = FORMATS[format_], 0
    with _file(out) as file, Steps(export="Exporting") as steps:
        file.write(writer.begin(INTERNAL_NAMES if internal else NAMES))
        async for records in stream_records(shell.database, which, shell.settings.base_url):
            file.write(writer.write(records))
            done += len(records)
            steps.step("export", done, sum(counts[state] for state in which.states if state in counts))
        file.flush()
    return counts


@command.command(
    "translations", epilog="Example: consult export translations charter draft --lang fr --out charter.fr.xlf"
)
@click.argument("slug")
@click.argument("draft")
@click.option("--lang", required=True, help="The language of the translation, such as fr.")
@click.option("--version", "number", type=int, default=0, help="The version; by default the newest.")
@click.option(
    "--format", "format_", type=click.Choice(list(UNIT_FORMATS)), default="xliff", show_default=True
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; by default standard output."
)
def translations(slug: str, draft: str, lang: str, number: int, format_: str, out: Path | None) -> None:
    """Take a draft away for translators: XLIFF 2.1 or PO, one unit a block."""

    async def run(shell: Shell) -> bytes:
        async with shell.database.reading() as session:
            version = await version_to_translate(session, slug, draft, number, lang)
            return UNIT_FORMATS[format_][0](await units_file(session, version, lang))

    body = with_shell(run)
    with _file(out) as file:
        file.write(body)
        file.flush()


@contextmanager
def _file(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that is there only when it is whole."""
    if out is None:
        yield sys.stdout.buffer
        return
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
