"""`consult consultation create`."""

from __future__ import annotations

from datetime import UTC, datetime, time

import click

from consult.cli.problems import UsedWronglyError
from consult.cli.shell import Shell, consultation_of, with_shell
from consult.consultations.fields import ConsultationFields
from consult.consultations.service import create_consultation, publish_consultation


@click.group("consultation")
def command() -> None:
    """Consultations."""


@command.command(
    "create",
    epilog='Example: consult consultation create --slug charter --title "The charter" --lang en --publish',
)
@click.option("--slug", required=True, help="Its name in addresses: small letters, digits, hyphens.")
@click.option("--title", "titles", required=True, multiple=True, metavar="TEXT|LANG=TEXT",
              help="The title; again with fr=… and so on for translations.")  # fmt: skip
@click.option("--lang", default="en", show_default=True, help="The language of the original.")
@click.option("--languages", default="", metavar="en,fr,…", help="Languages it is offered in.")
@click.option("--summary", "summaries", multiple=True, metavar="TEXT|LANG=TEXT", help="What it is about.")
@click.option("--asks", multiple=True, metavar="TEXT|LANG=TEXT", help="What is asked (Markdown).")
@click.option("--use", multiple=True, metavar="TEXT|LANG=TEXT", help="How contributions are used (Markdown).")
@click.option("--topic", "topics", multiple=True, help="The slug of a topic; may be repeated.")
@click.option(
    "--answer-by", type=click.DateTime(["%Y-%m-%d"]), help="The day by which the Forum promises to answer."
)
@click.option("--first-posts-wait", is_flag=True, help="A moderator reads everybody's first comment.")
@click.option("--publish/--no-publish", default=False, help="Make it public at once.")
def create(
    slug: str,
    titles: tuple[str, ...],
    lang: str,
    languages: str,
    summaries: tuple[str, ...],
    asks: tuple[str, ...],
    use: tuple[str, ...],
    topics: tuple[str, ...],
    answer_by: datetime | None,
    first_posts_wait: bool,
    publish: bool,
) -> None:
    """Make a consultation and print its reference."""
    fields = ConsultationFields(
        slug=slug.lower(),
        original=lang,
        languages=tuple(code.strip() for code in languages.split(",") if code.strip()),
        title=by_language(titles, lang),
        summary=by_language(summaries, lang),
        asks=by_language(asks, lang),
        use=by_language(use, lang),
        topics=topics,
        first_posts_wait=first_posts_wait,
        answer_promised_at=datetime.combine(answer_by, time(23, 59, 59), UTC) if answer_by else None,
    )
    click.echo(with_shell(lambda shell: _create(shell, fields, publish)))


async def _create(shell: Shell, fields: ConsultationFields, publish: bool) -> str:
    now = shell.clock.now()
    async with shell.database.writing() as session:
        consultation = await create_consultation(session, fields, None, now)
        if publish:
            await publish_consultation(session, consultation, None, now)
        return consultation.reference


@command.command("publish", epilog="Example: consult consultation publish charter")
@click.argument("slug")
def publish(slug: str) -> None:
    """Make a consultation public."""

    async def run(shell: Shell) -> str:
        async with shell.database.writing() as session:
            consultation = await consultation_of(session, slug)
            await publish_consultation(session, consultation, None, shell.clock.now())
            return consultation.reference

    click.echo(with_shell(run))


def by_language(values: tuple[str, ...], original: str) -> dict[str, str]:
    """Texts by language of `fr=texte` and, for the original, plain text. Raises UsedWronglyError for two of one."""
    found: dict[str, str] = {}
    for value in values:
        code, sign, text = value.partition("=")
        is_named = bool(sign) and 2 <= len(code) <= 3 and code.isascii() and code.islower()
        lang = code if is_named else original
        if lang in found:
            raise UsedWronglyError(f"there are two texts in “{lang}”")
        found[lang] = text if is_named else value
    return found
