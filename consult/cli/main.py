"""The `consult` command. Each subcommand is loaded when it is asked for, so that help comes at once."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from consult.cli.problems import say_problem

COMMANDS = {
    "serve": ("consult.cli.serve", "Serve the site (and, beside it, the worker)."),
    "work": ("consult.cli.work", "Run the worker alone: index, mail, feeds."),
    "migrate": ("consult.cli.migrating", "Bring the database up to date."),
    "check": ("consult.cli.checking", "Say what is wrong with this deployment."),
    "user": ("consult.cli.people", "People with an account."),
    "token": ("consult.cli.tokens", "API tokens."),
    "consultation": ("consult.cli.consultations", "Consultations."),
    "round": ("consult.cli.rounds", "Comment periods."),
    "import": ("consult.cli.importing", "Bring in drafts, contributions and translations."),
    "export": ("consult.cli.exporting", "Take contributions or translations away as a file."),
    "search": ("consult.cli.searching", "Search, as the site does."),
    "reindex": ("consult.cli.reindexing", "Rebuild the search index."),
    "backup": ("consult.cli.backing_up", "Copy everything into one file while the site runs."),
    "restore": ("consult.cli.restoring", "Put a backup into an empty place."),
    "verify": ("consult.cli.verifying", "Prove that counts, references, hashes and the public log agree."),
    "log": ("consult.cli.log_commands", "The public log of receipts: sign its head, show its keys."),
    "demo": ("consult.cli.demo", "A site with demo content."),
}
"""Every command: the module whose `command` it is, and what it does in a line."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which somebody new would use them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
    epilog="Settings come from CONSULT_* in the environment or consult.toml; with none, the site is in ./data.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="consult")
def cli() -> None:
    """Consult: the consultation platform of the Frontier Model Forum."""


def main() -> None:
    """Run a command; what goes wrong is one line on standard error, exit code 2 where it was used wrongly."""
    try:
        code = cli.main(prog_name="consult", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except Exception as error:
        sys.exit(say_problem(error))
    sys.exit(code if isinstance(code, int) else 0)
