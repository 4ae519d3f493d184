"""`consult restore`."""

from __future__ import annotations

from pathlib import Path

import click

from consult.attachments.store import store_of
from consult.cli.problems import UsedWronglyError
from consult.cli.progress import Steps
from consult.cli.shell import quiet_settings
from consult.exchange.archive import ArchiveError, restore_archive


@click.command("restore", epilog="Example: CONSULT_DATA_DIR=new-place consult restore consult-2027-01-31.zip")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Put a backup into an empty place: a data folder, or a PostgreSQL database, in which there is nothing.

    All of it is put there or nothing. The search index is made anew by the worker, or by `consult reindex`.
    """
    settings = quiet_settings()
    try:
        with Steps(restore="Restoring tables") as steps:
            manifest = restore_archive(
                settings.url, file, lambda done, of: steps.step("restore", done, of), store_of(settings)
            )
    except ArchiveError as error:
        raise UsedWronglyError(str(error)) from None
    rows = sum(entry.rows for entry in manifest.tables.values())
    files = f" and {len(manifest.files)} files" if manifest.files else ""
    click.echo(
        f"{rows} rows of {len(manifest.tables)} tables{files}, as they were at {manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"
    )
