"""Collects messages into `locales/`, or (`--check`) says which are missing, fuzzy, or lost a placeholder.

The English catalogue holds no translations: English is what stands in the code.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALES = {"fr": "fr", "es": "es", "ar": "ar", "zh": "zh_Hans_CN", "ru": "ru"}
METHODS = [("consult/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    "templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"},
    "templates/**.txt": {"trimmed": "true", "newstyle_gettext": "true"},
}
KEYWORDS = {
    "_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "say": None,
}  # fmt: skip
PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")

BARE = re.compile(r"%(?!\(\w+\)[sd])")


def main() -> int:
    """Update the catalogues, or check them."""
    template = collect()
    if "--check" in sys.argv:
        problems = [problem for code in LOCALES for problem in check(code, template)]
        print("\n".join(problems[:60]))
        print(f"{len(template)} messages, {len(LOCALES)} translations, {len(problems)} problems")
        return int(bool(problems))
    for code in ("en", *LOCALES):
        update(code, template)
    return 0


def collect() -> Catalog:
    """All messages of code and templates."""
    template = Catalog(project="Consult", charset="utf-8", fuzzy=False)
    for folder in ("consult", "templates"):
        methods = [
            (pattern.partition("/")[2], method) for pattern, method in METHODS if pattern.startswith(folder)
        ]
        options = {
            pattern.partition("/")[2]: found
            for pattern, found in OPTIONS.items()
            if pattern.startswith(folder)
        }
        found = extract_from_dir(
            str(ROOT / folder),
            methods,
            options,
            keywords=KEYWORDS,
            comment_tags=("i18n:",),
            strip_comment_tags=True,
        )
        for name, line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
            if message and message != "":
                template.add(
                    message, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context
                )
    return template


def path_of(code: str) -> Path:
    """A language's catalogue."""
    return ROOT / "locales" / code / "LC_MESSAGES" / "consult.po"


def read(code: str) -> Catalog:
    """A language's catalogue as it stands."""
    path = path_of(code)
    if not path.exists():
        return Catalog(locale=LOCALES.get(code, code), charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=LOCALES.get(code, code))


def update(code: str, template: Catalog) -> None:
    """Add what is new, drop what is gone; what is there stays."""
    catalogue = read(code)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    out = io.BytesIO()
    write_po(
        out, catalogue, width=110, omit_header=False, sort_output=True, ignore_obsolete=True, no_location=True
    )
    text = re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator): [^\n]*\n', b"", out.getvalue()
    )
    path_of(code).parent.mkdir(parents=True, exist_ok=True)
    path_of(code).write_bytes(text)


def check(code: str, template: Catalog) -> list[str]:
    """What is wrong with a language's catalogue."""
    catalogue = read(code)
    problems = []
    for message in template:
        if not message.id:
            continue
        found = catalogue.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        problems += [
            f"{code}: {problem}: {message.id!r}" for problem in wrong_with(message, found, catalogue)
        ]
    return problems


def wrong_with(message: Message, found: Message | None, catalogue: Catalog) -> list[str]:
    """Problems of one translation."""
    texts = [] if found is None else [found.string] if isinstance(found.string, str) else list(found.string)
    if found is None or not texts or not all(texts):
        return ["missing"]
    if found.fuzzy:
        return ["fuzzy"]
    if isinstance(message.id, tuple | list) and len(texts) != catalogue.num_plurals:
        return [f"{len(texts)} of {catalogue.num_plurals} plural forms"]
    if any(BARE.search(text) for text in texts):
        return ["a bare percent sign"]
    wanted = places(message.id if isinstance(message.id, str) else message.id[1])
    # A form for one, two or none may leave the number out; nothing may be invented.
    exact = isinstance(message.id, str)
    return [
        "placeholders differ"
        for text in texts
        if (places(text) != wanted if exact else not places(text) <= wanted)
    ][:1]


def places(text: str) -> set[str]:
    """Names to be filled in."""
    return {first or second for first, second in PLACES.findall(text)}


if __name__ == "__main__":
    sys.exit(main())
