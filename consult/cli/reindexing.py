"""`consult reindex`."""

from __future__ import annotations

import click

from consult.cli.progress import Steps
from consult.cli.shell import Shell, with_shell
from consult.search.entries import count_all
from consult.search.indexer import rebuild_index
from consult.search.whoosh_engine import WhooshEngine


@click.command("reindex", epilog="Example: consult reindex")
def command() -> None:
    """Rebuild the search index from the database, while the site is in use."""
    click.echo(f"{with_shell(_rebuild)} entries in the index")


async def _rebuild(shell: Shell) -> int:
    engine = WhooshEngine(shell.settings.index_dir)
    try:
        async with shell.database.reading() as session:
            of = await count_all(session)
        with Steps(index="Indexing") as steps:
            await rebuild_index(shell.database, engine, lambda done: steps.step("index", done, max(of, done)))
        return engine.state().documents
    finally:
        engine.close()
