"""`consult token create`."""

from __future__ import annotations

import click

from consult.accounts.queries import find_by_email
from consult.accounts.service import create_token
from consult.cli.problems import UsedWronglyError
from consult.cli.shell import Shell, with_shell


@click.group("token")
def command() -> None:
    """API tokens: they let a script do what their owner may do."""


@command.command("create", epilog="Example: consult token create ana@example.org --name nightly-export")
@click.argument("email")
@click.option("--name", default="from the shell", show_default=True, help="What it is for.")
def create(email: str, name: str) -> None:
    """Make a token for somebody and print it. It can't be shown again."""

    async def run(shell: Shell) -> str:
        async with shell.database.writing() as session:
            user = await find_by_email(session, email)
            if user is None:
                raise UsedWronglyError(f"nobody has an account with the address “{email}”")
            return await create_token(session, user.id, name, shell.clock.now())

    click.echo(with_shell(run))
