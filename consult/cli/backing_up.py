"""`consult backup`."""

from __future__ import annotations

from pathlib import Path

import click

from consult.attachments.store import store_of
from consult.cli.progress import Steps
from consult.cli.shell import need_current, quiet_settings
from consult.exchange.archive import write_archive
from consult.kernel.clock import SystemClock


@click.command("backup", epilog="Example: consult backup consult-2027-01-31.zip")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Copy the whole database, and the files of responses, into one file, consistently, while the site runs.

    The file holds everything, people's addresses and password hashes too: keep it as you keep the site. The secret key
    is a setting and not in it.
    """
    settings = quiet_settings()
    need_current(settings)
    with Steps(backup="Copying tables") as steps:
        manifest = write_archive(
            settings.url,
            file,
            SystemClock().now(),
            lambda done, of: steps.step("backup", done, of),
            store_of(settings),
        )
    rows = sum(entry.rows for entry in manifest.tables.values())
    files = f" and {len(manifest.files)} files" if manifest.files else ""
    click.echo(f"{rows} rows of {len(manifest.tables)} tables{files} in {file}")
