"""`consult verify`, and `consult verify receipt`."""

from __future__ import annotations

from pathlib import Path

import click

from consult.attachments.store import store_of
from consult.cli.problems import UsedWronglyError
from consult.cli.receipt_checks import check_against_copy, check_against_site, say_checked
from consult.cli.shell import Shell, with_shell
from consult.exchange.archive import ArchiveError, read_archive
from consult.exchange.verifying import CHECKS, Check
from consult.exchange.verifying_files import check_files
from consult.exchange.verifying_log import log_checks
from consult.receipts.files import NotAReceiptError, ReceiptFile, read_file
from consult.receipts.holding import RECEIVED, hold_against_log
from consult.receipts.signing import load_signer

MOST_LINES = 20
"""Sentences shown of one check; more of the same say nothing new."""


@click.group(
    "verify",
    invoke_without_command=True,
    epilog="Example: consult verify\n\nExample: consult verify --backup consult-2027-01-31.zip\n\n"
    "Example: consult verify receipt receipt.json",
)
@click.option("--backup", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Prove instead that a backup is whole.")  # fmt: skip
@click.pass_context
def command(context: click.Context, backup: Path | None) -> None:
    """Prove that counts, references, hashes and the public log agree; end with 1 where they don't."""
    if context.invoked_subcommand is not None:
        return
    if backup is not None:
        _verify_backup(backup)
        return
    disagreements = with_shell(_verify)
    context.exit(1 if disagreements else 0)


@command.command(
    "receipt",
    epilog="Example: consult verify receipt receipt.json\n\n"
    "Example: consult verify receipt receipt.json --log https://consult.example.org --key keys.json\n\n"
    "Example: consult verify receipt receipt.json --log entries.jsonl --key keys.json",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--log", "log", default="", help="The address of a site, or a saved copy of its /log/entries.jsonl."
)
@click.option("--key", "key", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A saved copy of the site's /log/keys.json: the keys to trust.")  # fmt: skip
@click.pass_context
def receipt(context: click.Context, file: Path, log: str, key: Path | None) -> None:
    """Check a receipt: against the log here, of another site, or a saved copy of it; end with 1 where it is not right."""
    try:
        given = read_file(file.read_text("utf-8"))
    except (NotAReceiptError, UnicodeDecodeError) as error:
        raise UsedWronglyError(f"{file}: {error}") from None
    if log.startswith(("https://", "http://")):
        good = check_against_site(given, log, key)
    elif log or key:
        good = check_against_copy(given, Path(log) if log else None, key)
    else:
        good = with_shell(lambda shell: _check_here(shell, given))
    click.echo("right" if good else "not right")
    context.exit(0 if good else 1)


async def _check_here(shell: Shell, given: ReceiptFile) -> bool:
    async with shell.database.reading() as session:
        held = await hold_against_log(session, given, load_signer(shell.settings))
    say_checked(given, held.steps)
    for each in held.since:
        kind = "a later version received" if each.kind == RECEIVED else each.kind
        click.echo(
            f"since then: {kind}, entry {each.number}" + (f": {each.note.source}" if each.note else "")
        )
    return held.good


async def _verify(shell: Shell) -> int:
    total = 0
    async with shell.database.reading() as session:
        store = store_of(shell.settings)
        checks: dict[str, Check] = {
            **CHECKS,
            "files": lambda session: check_files(session, store),
            **log_checks(load_signer(shell.settings)),
        }
        for name, check in checks.items():
            found = 0
            async for sentence in check(session):
                found += 1
                if found <= MOST_LINES:
                    click.echo(f"{name}: {sentence}")
            if found > MOST_LINES:
                click.echo(f"{name}: and {found - MOST_LINES} more")
            if not found:
                click.echo(f"{name}: ok")
            total += found
    return total


def _verify_backup(path: Path) -> None:
    try:
        manifest = read_archive(path)
    except ArchiveError as error:
        raise UsedWronglyError(str(error)) from None
    rows = sum(entry.rows for entry in manifest.tables.values())
    click.echo(
        f"whole: {rows} rows of {len(manifest.tables)} tables and {len(manifest.files)} files, made at {manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"
    )
