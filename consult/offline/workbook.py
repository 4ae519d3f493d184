"""The form as an Excel workbook: one row a cell, each cell with a defined name, so that rows may move."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

from consult.kernel.characters import plain_text
from consult.offline.cells import Cell, CellKind
from consult.offline.form import Form, FormQuestion

MARK = "consult_form"
"""The defined name of the cell that says which questions the file belongs to."""
MOST_IN_CELL = 32_000
"""Characters; Excel holds 32,767."""
LONGEST_LIST = 255
"""Characters of a list of choices that Excel takes in a rule; longer ones stand on a sheet of their own."""


def write_workbook(form: Form) -> bytes:
    """The file."""
    out = BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": plain_text(form.title), "author": "", "comments": ""})
        _Writer(book, form).write()
    return out.getvalue()


class _Writer:
    """Goes down the sheet row by row."""

    def __init__(self, book: Any, form: Form) -> None:
        self._book, self._form, self._row, self._lists = book, form, 0, 0
        right = form.dir == "rtl"
        base = {
            "text_wrap": True,
            "valign": "top",
            "align": "right" if right else "left",
            "reading_order": 2 if right else 1,
        }
        self._formats = {
            "title": book.add_format({**base, "bold": True, "font_size": 16}),
            "head": book.add_format({**base, "bold": True, "font_size": 13, "top": 1}),
            "label": book.add_format({**base, "bold": True}),
            "plain": book.add_format(base),
            "hint": book.add_format({**base, "italic": True, "font_color": "#444444"}),
            "cell": book.add_format(
                {**base, "locked": False, "border": 1, "bg_color": "#EAF4F4", "num_format": "@"}
            ),
        }
        self._sheet = book.add_worksheet("consult")
        self._choices = book.add_worksheet("choices")
        self._choices.hide()
        if right:
            self._sheet.right_to_left()

    def write(self) -> None:
        """The whole sheet."""
        self._sheet.set_column(0, 0, 60)
        self._sheet.set_column(1, 1, 70)
        self._say(self._form.title, "title")
        self._sheet.write_string(self._row - 1, 25, self._form.mark.text())
        self._book.define_name(MARK, f"=consult!$Z${self._row}")
        self._sheet.set_column(25, 25, None, None, {"hidden": True})
        self._say(self._form.how, "hint")
        for section in self._form.sections:
            self._say(section.title, "head")
            if section.help:
                self._say(section.help, "hint")
            for question in section.questions:
                self._question(question)
        self._sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})

    def _say(self, text: str, style: str) -> None:
        self._sheet.write_string(self._row, 0, plain_text(text), self._formats[style])
        self._row += 1

    def _question(self, question: FormQuestion) -> None:
        single = len(question.cells) == 1 and not question.cells[0].label
        if single:
            self._cell(question.cells[0], question.label, question.filled, "label")
        else:
            self._say(question.label, "label")
            for cell in question.cells:
                self._cell(cell, cell.label, question.filled, "plain")
        for hint in question.hints:
            self._say(hint, "hint")

    def _cell(self, cell: Cell, label: str, filled: Any, style: str) -> None:
        text = plain_text(filled.get(cell.name, ""))
        self._sheet.write_string(self._row, 0, plain_text(label), self._formats[style])
        if len(text) > MOST_IN_CELL:
            # Longer than a cell: it is left out, so that nothing of it is lost when the file comes back.
            self._row += 1
            return
        self._sheet.write_string(self._row, 1, text, self._formats["cell"])
        if cell.kind is CellKind.TEXT:
            self._sheet.set_row(self._row, 120)
        if cell.choices:
            self._offer(cell)
        self._book.define_name(cell.name, f"=consult!$B${self._row + 1}")
        self._row += 1

    def _offer(self, cell: Cell) -> None:
        labels = [plain_text(each.label) for each in cell.choices]
        if len(",".join(labels)) > LONGEST_LIST or any("," in each for each in labels):
            for at, label in enumerate(labels):
                self._choices.write_string(self._lists, at, label)
            last = xlsxwriter.utility.xl_col_to_name(len(labels) - 1)
            self._lists += 1
            source: Any = f"=choices!$A${self._lists}:${last}${self._lists}"
        else:
            source = labels
        self._sheet.data_validation(
            self._row, 1, self._row, 1, {"validate": "list", "source": source, "error_type": "warning"}
        )


def read_workbook(path: Path) -> tuple[str, dict[str, str]]:
    """The mark and what every named cell holds, as text."""
    with path.open("rb") as source:  # by its path, openpyxl would ask for a name that ends as it likes
        book = load_workbook(source, read_only=False, data_only=True, keep_links=False)
    found = {name: text for name, text in _named(book) if text}
    return found.pop(MARK, ""), found


def _named(book: Any) -> Iterator[tuple[str, str]]:
    for name, defined in book.defined_names.items():
        for sheet, place in defined.destinations:
            if sheet in book.sheetnames and ":" not in place:
                yield name, _text(book[sheet][place.replace("$", "")].value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value).replace("\r\n", "\n").replace("_x000D_", "")
