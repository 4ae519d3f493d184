"""Drafts, versions and translations from the shell."""

from __future__ import annotations

import sqlite3

from docx import Document

from tests.cli.terminal import Terminal
from tests.documents.word_files import saved, word_file
from tests.exchange.files import real, real_data, write_lines


def test_what_a_word_file_loses_is_shown_before_it_is_kept(place: Terminal) -> None:
    document = Document()
    document.add_heading("Rules", 1)
    document.add_paragraph("Be kind.").add_run(" Always.").font.hidden = True
    (place.folder / "rules.docx").write_bytes(saved(document))
    words = ["import", "draft", "charter", "en=rules.docx", "--draft", "rules"]
    shown = place.run(*words)
    assert shown.returncode == 1
    assert shown.stdout == "English: Hidden text is left out. “Always.”\n"
    assert "nothing was kept" in shown.stderr
    assert "rules version 1" in place.does(*words, "--accept")


def test_a_word_file_that_cannot_be_taken_is_refused_in_one_line(place: Terminal) -> None:
    (place.folder / "tracked.docx").write_bytes(
        word_file('<w:p><w:del w:id="1"><w:r><w:t>x</w:t></w:r></w:del></w:p>')
    )
    assert "tracked.docx: This file holds tracked changes" in place.refuses(
        "import", "draft", "charter", "en=tracked.docx"
    )


@real_data
def test_a_draft_that_does_not_pair_is_shown_before_it_is_kept(place: Terminal) -> None:
    folder = real("x").parent / "covenant" / "1.4"
    place.does("consultation", "create", "--slug", "covenant", "--title", "The covenant", "--lang", "en")
    files = [
        f"{path.stem}={path}" for path in sorted(folder.glob("*.md"), key=lambda path: path.stem != "en")
    ]
    shown = place.run("import", "draft", "covenant", *files)
    assert shown.returncode == 1
    assert "to settle" in shown.stdout
    assert "version 1" in place.does("import", "draft", "covenant", *files, "--accept")


def test_a_new_version_takes_the_comments_along(place: Terminal) -> None:
    place.does("consultation", "create", "--slug", "rules", "--title", "Rules", "--lang", "en", "--publish")
    place.does("round", "open", "rules", "--closes", "2031-01-31 23:59", "--zone", "Europe/Brussels")
    (place.folder / "rules.md").write_text(
        "# Rules\n\nThe Forum meets twice a year.\n\nMinutes are public.\n"
    )
    place.does("import", "draft", "rules", "en=rules.md")
    with sqlite3.connect(place.folder / "data" / "consult.sqlite3") as database:
        ((key,),) = database.execute(
            "SELECT key FROM blocks JOIN block_texts ON block_id = id WHERE plain = 'Minutes are public.'"
        )
    line = {"id": "one", "text": "Good.", "lang": "en", "draft": "draft", "block": key, "quote": "are public"}
    write_lines(place.folder / "one.jsonl", [line])
    place.does("import", "contributions", "rules", "one.jsonl")
    (place.folder / "rules.md").write_text("# Rules\n\nMinutes are public.\n\nThe Forum meets each year.\n")
    assert "version 2" in place.does("import", "draft", "rules", "en=rules.md")
    with sqlite3.connect(place.folder / "data" / "consult.sqlite3") as database:
        found = database.execute("SELECT made_here, exact FROM anchors ORDER BY version_id").fetchall()
    assert found == [(1, "are public"), (0, "are public")]
    assert "places: ok" in place.does("verify")


def test_a_later_version_says_how_it_follows_and_can_stay_in_preparation(place: Terminal) -> None:
    place.does("consultation", "create", "--slug", "orders", "--title", "Rules", "--lang", "en")
    text = "# Rules\n\nThe Forum meets twice a year.\n\nMinutes are public.\n"
    (place.folder / "one.md").write_text(text)
    (place.folder / "two.md").write_text(text.replace("twice", "four times") + "\nAnd that is all.\n")
    place.does("import", "draft", "orders", "en=one.md")
    said = place.does("import", "draft", "orders", "en=two.md", "--prepare")
    assert "2 unchanged, 1 edited, 1 added" in said
    assert "/en/desk/consultations/orders/drafts/draft/versions/2" in said
    again = place.run("import", "draft", "orders", "en=one.md")
    assert again.returncode == 2
    assert "Version 2 is in preparation already." in again.stderr


def test_translations_go_to_an_agency_and_come_back(place: Terminal) -> None:
    take = ("export", "translations", "charter", "draft", "--lang", "fr")
    place.does(*take, "--out", "fr.xlf")
    file = place.folder / "fr.xlf"
    changed = file.read_text().replace("Le conseil se réunit en public.", "Le conseil siège en public.")
    file.write_text(changed.replace('id="', 'id="x', 3).replace('id="xf1"', 'id="f1"'))
    bring = ("import", "translations", "charter", "draft", "fr.xlf", "--lang", "fr")
    done = place.run(*bring)
    assert (done.returncode, done.stdout) == (1, "1 change, 2 refused\n")
    assert done.stderr.count("This version has no such block.") == 2
    assert "Le conseil siège en public." in place.does(*take, "--format", "po")
    assert "it is not one of its languages" in place.refuses(*take[:-1], "de")
    assert "there is no draft “none”" in place.refuses(
        "export", "translations", "charter", "none", "--lang", "fr"
    )
