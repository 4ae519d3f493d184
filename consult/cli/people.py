"""`consult user add`."""

from __future__ import annotations

import sys

import click

from consult.accounts.links import Purpose
from consult.accounts.service import add_person, want_link
from consult.cli.problems import UsedWronglyError
from consult.cli.shell import Shell, with_shell
from consult.models.people import Role


@click.group("user")
def command() -> None:
    """People with an account."""


@command.command("add", epilog='Example: consult user add ana@example.org --name "Ana Silva" --role editor')
@click.argument("email")
@click.option("--name", required=True, help="The name as shown to others.")
@click.option(
    "--role", type=click.Choice([str(role) for role in Role]), default=str(Role.RESPONDENT), show_default=True
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make an account with a confirmed address. Without a password, a link to choose one is mailed."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None

    async def run(shell: Shell) -> None:
        now = shell.clock.now()
        async with shell.database.writing() as session:
            user = await add_person(session, email, name, Role(role), now, password)
            if password is None:
                want_link(session, user.id, Purpose.RESET, now)

    _check(email, name, password)
    with_shell(run)
    click.echo(f"{email.strip().lower()} is {role} now")


def _check(email: str, name: str, password: str | None) -> None:
    local, _, domain = email.strip().partition("@")
    if not local or "." not in domain or any(c.isspace() for c in email.strip()) or len(email) > 300:
        raise UsedWronglyError(f"“{email}” is no mail address")
    if not name.strip() or len(name) > 200:
        raise UsedWronglyError("give a name of up to 200 characters")
    if password is not None and not 8 <= len(password) <= 200:
        raise UsedWronglyError("a password has 8 to 200 characters")
