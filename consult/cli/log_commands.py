"""`consult log`: the public log of receipts."""

from __future__ import annotations

import click

from consult.cli.shell import Shell, quiet_settings, with_shell
from consult.receipts.heads import publish_head
from consult.receipts.queries import newest_head
from consult.receipts.signing import load_signer


@click.group("log", epilog="Example: consult log head\n\nExample: consult log keys")
def command() -> None:
    """The public log of receipts."""


@command.command("head", epilog="Example: consult log head")
def head() -> None:
    """Sign the log as it is now, publish that, and print it."""
    with_shell(_head)


async def _head(shell: Shell) -> None:
    async with shell.database.writing() as session:
        await publish_head(session, load_signer(shell.settings), shell.clock.now())
        newest = await newest_head(session)
        if newest is None:
            click.echo("the log is empty")
        else:
            click.echo(f"{newest.size} entries, {newest.root}, {newest.at:%Y-%m-%dT%H:%M:%SZ}")


@command.command("keys", epilog="Example: consult log keys")
def keys() -> None:
    """Print the fingerprints of the keys, the present one first."""
    signer = load_signer(quiet_settings())
    for each in sorted(signer.keys, key=lambda id_: (id_ != signer.id, id_)):
        click.echo(f"{each} {'signs now' if each == signer.id else 'signed in the past'}")
