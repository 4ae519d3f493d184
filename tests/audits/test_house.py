"""Habits of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from consult.settings import ROOT, Settings

CODE = sorted((ROOT / "consult").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SQL = {"select", "insert", "update", "delete", "text", "join", "func"}


def imported(path: Path) -> dict[str, set[str]]:
    """Names that a file imports, by module."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return found


def test_pages_build_no_sql() -> None:
    pages = [path for path in CODE if path.stem in ("pages", "desk", "mine") or path.stem.startswith("desk_")]
    pages = [path for path in pages if not path.stem.endswith("queries")]
    assert [str(path) for path in pages if imported(path).get("sqlalchemy", set()) & SQL] == []


def test_services_flush_and_never_commit() -> None:
    services = [path for path in CODE if path.stem in ("service", "queries")]
    assert [str(path) for path in services if re.search(r"\.commit\(", path.read_text())] == []


def test_nothing_asks_the_machine_for_the_time_but_the_clock() -> None:
    allowed = {"kernel/clock.py"}
    asking = re.compile(r"datetime\.now\(|utcnow\(|date\.today\(")
    found = [str(path) for path in CODE if asking.search(path.read_text())]
    assert [path for path in found if not any(path.endswith(name) for name in allowed)] == []


def test_templates_hold_no_inline_style_or_script() -> None:
    inline = re.compile(r"<[^>]*\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|hx-on")
    found = [
        str(path) for path in TEMPLATES if "emails" not in path.parts and inline.search(path.read_text())
    ]
    assert found == []


def test_templates_leave_colons_to_the_language() -> None:
    """French sets a space before one, Chinese has its own: `fmt.colon`."""
    colon = re.compile(r"(?:\}\}|%\}|</(?:a|bdi|code|em|span|strong|time)>):(?: |<)")
    found = [f"{path.name}: {line}" for path in TEMPLATES for line in colon.findall(path.read_text())]
    assert found == []


def test_templates_of_shared_pages_never_ask_who_reads() -> None:
    """What is cached for everybody must not look at the person; holes do that."""
    private = ("accounts", "desk", "errors", "notifications", "emails", "submissions", "teams")
    shared = ("start.html",)
    asking = re.compile(r"page\.(actor|signed_in|csrf_token)")
    found = [
        str(path)
        for path in TEMPLATES
        if (path.parent.name not in private or path.name in shared)
        and not path.name.startswith("desk")
        and asking.search(path.read_text())
    ]
    assert found == []


def test_every_setting_is_documented_for_operators() -> None:
    text = (ROOT / "docs" / "operate.md").read_text()
    assert [name for name in Settings.__struct_fields__ if f"`CONSULT_{name.upper()}`" not in text] == []


def test_links_between_documents_lead_somewhere() -> None:
    missing = []
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                missing.append(f"{path.name}: {target}")
    assert missing == []


def test_files_stay_short_enough_to_read() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in CODE}
    assert {path: lines for path, lines in long.items() if lines > 400} == {}
