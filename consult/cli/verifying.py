"""`consult verify`."""

from __future__ import annotations

from pathlib import Path

import click

from consult.attachments.store import store_of
from consult.cli.problems import UsedWronglyError
from consult.cli.shell import Shell, with_shell
from consult.exchange.archive import ArchiveError, read_archive
from consult.exchange.verifying import CHECKS, Check
from consult.exchange.verifying_files import check_files

MOST_LINES = 20
"""Sentences shown of one check; more of the same say nothing new."""


@click.command(
    "verify", epilog="Example: consult verify\n\nExample: consult verify --backup consult-2027-01-31.zip"
)
@click.option("--backup", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Prove instead that a backup is whole.")  # fmt: skip
def command(backup: Path | None) -> None:
    """Prove that counts, references, hashes and the public log agree; end with 1 where they don't."""
    if backup is not None:
        _verify_backup(backup)
        return
    disagreements = with_shell(_verify)
    click.get_current_context().exit(1 if disagreements else 0)


async def _verify(shell: Shell) -> int:
    total = 0
    async with shell.database.reading() as session:
        store = store_of(shell.settings)
        checks: dict[str, Check] = {**CHECKS, "files": lambda session: check_files(session, store)}
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
