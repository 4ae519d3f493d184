"""Templates to text, and text with holes: what differs from reader to reader is left open in a page that many share.

A hole is a comment with a secret of this process, so nothing that a person writes can look like one. Pages are
rendered once with holes; filling them is joining strings.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket
from jinja2_fragments import render_block
from markupsafe import Markup

from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats, iso
from consult.i18n.locales import CODES, country_name, direction, language_name

STATIC = Path(__file__).parent / "static"
SNIPPETS = 20_000
"""How many snippets are remembered, some hundred bytes each."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a page: `name` such as `own`, `arg` such as a reference."""

    name: str
    arg: str = ""


Segments = tuple[str | Hole, ...]


class _Compiled(BytecodeCache):
    """Templates compiled by this process: the languages differ in what they say, not in their code."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._known.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class Renderer:
    """One Jinja environment a language over one folder of templates."""

    def __init__(self, templates: Path) -> None:
        self._secret = secrets.token_hex(8)
        self._pattern = re.compile(f"<!--{self._secret}:([a-z]+):([^>]*?)-->")
        self._environments = {code: self._environment(templates, code) for code in CODES}
        self.snippet = lru_cache(SNIPPETS)(self._snippet)

    def _environment(self, templates: Path, locale: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(disabled_extensions=("txt",), default_for_string=True, default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_COMPILED,
            extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        )
        environment.install_gettext_translations(catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
        environment.globals.update(
            url=lambda address: f"/{locale}{address}",
            static=static_address,
            fmt=formats(locale),
            iso=iso,
            language_name=lambda code: language_name(code, locale),
            country_name=lambda code: country_name(code, locale),
            direction=direction,
            hole=self.hole,
            locale=locale,
        )
        return environment

    def hole(self, name: str, arg: object = "") -> Markup:
        """A hole's mark, for templates."""
        return Markup(f"<!--{self._secret}:{name}:{arg}-->")  # noqa: S704 - names and references are our own

    def render(self, locale: str, template: str, context: dict[str, Any], block: str = "") -> str:
        """A template, or one named block of it, with its holes still open."""
        environment = self._environments[locale]
        if block:
            return str(render_block(environment, template, block, context))
        return environment.get_template(template).render(context)

    def segments(self, html: str) -> Segments:
        """Text and holes in turn."""
        parts: list[str | Hole] = []
        at = 0
        for found in self._pattern.finditer(html):
            parts += [html[at : found.start()], Hole(found[1], found[2])]
            at = found.end()
        return (*parts, html[at:])

    def _snippet(self, locale: str, template: str, name: str, *args: object) -> str:
        """What a macro says of values; said once and remembered (as `snippet`)."""
        return str(self.macro(locale, template, name)(*args))

    def macro(self, locale: str, template: str, name: str) -> Any:
        """A macro of a template as a function."""
        return getattr(self._environments[locale].get_template(template).module, name)


@cache
def static_address(name: str) -> str:
    """`/static/consult.1a2b3c4d.css`: the address changes with the content, so it can be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{digest}.{suffix}"
