"""`consult round open` and `consult round extend`."""

from __future__ import annotations

from datetime import datetime

import click

from consult.cli.consultations import by_language
from consult.cli.problems import UsedWronglyError
from consult.cli.shell import Shell, consultation_of, with_shell
from consult.consultations.periods import parse_local
from consult.consultations.queries import current_round
from consult.consultations.rounds import extend_round, open_round
from consult.i18n.content import write
from consult.models.consultation import Consultation, Round


@click.group("round")
def command() -> None:
    """Comment periods."""


@command.command(
    "open", epilog='Example: consult round open charter --closes "2027-01-31 23:59" --zone Europe/Brussels'
)
@click.argument("slug")
@click.option("--closes", required=True, help='The end, as a clock in the zone shows it: "2027-01-31 23:59".')
@click.option("--zone", required=True, help="A time zone such as Europe/Brussels.")
@click.option("--opens", default="", help="The beginning, in the same form; now where it is left out.")
@click.option(
    "--grace", default=60, show_default=True, type=int, help="Minutes in which begun work may still be sent."
)
def open_(slug: str, closes: str, zone: str, opens: str, grace: int) -> None:
    """Open a round, now or later. It takes comments on the newest version of each draft."""

    async def run(shell: Shell) -> str:
        now = shell.clock.now()
        opens_at = parse_local(opens, zone, "opens", earlier=True) if opens else now
        closes_at = parse_local(closes, zone)
        async with shell.database.writing() as session:
            consultation = await consultation_of(session, slug)
            made = await open_round(session, consultation, opens_at, closes_at, zone, grace, None, None, now)
            return f"{consultation.reference} round {made.number}: {made.opens_at:%Y-%m-%dT%H:%MZ} to {closes_at:%Y-%m-%dT%H:%MZ}"

    parse_local(closes, zone)
    click.echo(with_shell(run))


@command.command(
    "extend",
    epilog='Example: consult round extend charter --closes "2027-02-15 23:59" --reason "Many asked for time."',
)
@click.argument("slug")
@click.option("--closes", required=True, help="The new end, in the round's own zone.")
@click.option(
    "--reason", "reasons", required=True, multiple=True, metavar="TEXT|LANG=TEXT", help="Why; it is public."
)
@click.option("--round", "number", type=int, help="Which round; by default the present one.")
def extend(slug: str, closes: str, reasons: tuple[str, ...], number: int | None) -> None:
    """Give a round a later end."""

    async def run(shell: Shell) -> str:
        now = shell.clock.now()
        async with shell.database.writing() as session:
            consultation = await consultation_of(session, slug)
            found = _find(consultation, number, now)
            closes_at = parse_local(closes, found.time_zone)
            reason = write(by_language(reasons, consultation.original), consultation.original)
            await extend_round(session, found, closes_at, reason, None, now)
            return f"{consultation.reference} round {found.number} closes {closes_at:%Y-%m-%dT%H:%MZ}"

    click.echo(with_shell(run))


def _find(consultation: Consultation, number: int | None, now: datetime) -> Round:
    """The round of a number, else the present one. Raises UsedWronglyError."""
    present = current_round(consultation, now)
    wanted = number or (present.number if isinstance(present, Round) else 0)
    found = next((each for each in consultation.rounds if each.number == wanted), None)
    if found is None:
        raise UsedWronglyError(f"{consultation.reference} has no such round")
    return found
