"""`consult search`."""

from __future__ import annotations

import re
import sys
from html import unescape

import click
import msgspec
from rich.console import Console
from rich.text import Text

from consult.api.searching import make_answer
from consult.api.shapes import Found, SearchAnswer
from consult.cli.shell import Shell, with_shell
from consult.search.forms import query_from_params, search_public
from consult.search.port import SORTS
from consult.search.whoosh_engine import WhooshEngine

FILTERS = ("type", "consultation", "lang", "kind", "topic", "country", "year", "disposition")


@click.command(
    "search", epilog='Example: consult search "independent audits" --lang fr --kind civil-society --json'
)
@click.argument("query")
@click.option("--json", "as_json", is_flag=True, help="The same JSON as /api/v1/search.")
@click.option("--type", multiple=True, help="consultation, block, comment, submission or outcome.")
@click.option("--consultation", multiple=True, help="The slug of a consultation.")
@click.option("--lang", multiple=True, help="A language.")
@click.option("--kind", multiple=True, help="A kind of organisation.")
@click.option("--topic", multiple=True, help="The slug of a topic.")
@click.option("--country", multiple=True, help="A country's code.")
@click.option("--year", multiple=True, help="A year.")
@click.option("--disposition", multiple=True, help="The Forum's answer.")
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
def command(query: str, as_json: bool, sort: str, page: int, **filters: tuple[str, ...]) -> None:
    """Search everything that is public, as the site does."""
    params = [("q", query), ("sort", sort), ("page", str(page))]
    params += [(name, value) for name in FILTERS for value in filters[name]]
    found = with_shell(lambda shell: _search(shell, params))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    else:
        _show(found)


async def _search(shell: Shell, params: list[tuple[str, str]]) -> SearchAnswer:
    engine = WhooshEngine(shell.settings.index_dir)
    try:
        async with shell.database.reading() as session:
            results = await search_public(session, engine, query_from_params(params, "en"))
    finally:
        engine.close()
    return make_answer(results, shell.settings.base_url)


def _show(found: SearchAnswer) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{found.total} found")
    for item in found.items:
        console.print()
        console.print(
            Text(item.title, style="bold"),
            Text(
                f"{item.reference} · {item.type} · {item.lang}{' · sent late' if item.late else ''}",
                style="dim",
            ),
        )
        console.print(_marked(item))
        console.print(Text(item.url, style="dim"))
    for suggestion in found.suggestions:
        console.print(f"Perhaps: {suggestion}", markup=False)


def _marked(item: Found) -> Text:
    """The excerpt with what was found in bold."""
    text = Text()
    for part in re.split(r"(<mark>.*?</mark>)", item.excerpt):
        plain = unescape(re.sub(r"<[^>]+>", "", part))
        text.append(plain, style="bold" if part.startswith("<mark>") else "")
    return text
