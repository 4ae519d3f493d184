"""What went wrong, in one line on standard error."""

from __future__ import annotations

import click
from sqlalchemy.exc import DBAPIError

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import ConsultError, FormInvalid
from consult.settings import SettingsError

WRONG_USE = 2


class UsedWronglyError(Exception):
    """The command can't do what it was asked to; the message says what to do."""


def say_problem(error: Exception) -> int:
    """Say it, and give the exit code. What nobody foresaw is raised again, with its traceback."""
    text = words(error)
    if text is None:
        raise error
    click.echo(f"consult: {' '.join(text.split())}", err=True)
    return WRONG_USE


def words(error: Exception) -> str | None:
    """The words for an error that somebody can do something about, None for others."""
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, FormInvalid):
        return "; ".join(_field(each.name, catalogue("en").say(each.message)) for each in error.errors)
    if isinstance(error, ConsultError):
        return catalogue("en").say(error.message)
    if isinstance(error, DBAPIError):
        return (
            f"the database refused: {str(error.orig).splitlines()[0] if error.orig else type(error).__name__}"
        )
    if isinstance(error, (UsedWronglyError, SettingsError, OSError)):
        return str(error)
    return None


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    where = f" (see {context.command_path} --help)" if context is not None else ""
    return f"{error.format_message()}{where}"


def _field(name: str, message: str) -> str:
    return f"{name}: {message}" if name else message
