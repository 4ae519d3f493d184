"""A form is taken as a file, filled in where there is no line, and brought back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from consult.accounts.throttle import LIMITS
from consult.kernel.apart import AT_ONCE
from consult.models.questionnaire import Content, Option, Question, QuestionKind, Section
from consult.offline.cells import UnclearError, cells_of, fields_from
from consult.offline.form import Mark, lay_out, read_mark
from consult.offline.word import W, read_word, write_word
from consult.offline.workbook import read_workbook, write_workbook
from consult.questionnaires.reading import read_answer
from consult.submissions.queries import answers_of
from consult.web.forms import Problems, Typed
from tests.people import BASE, TOKEN, Browser, Site, said
from tests.submissions.scene import CONTENT, asking, autosave, begin, fill, hidden, submission_at

CHOICES = tuple(Option(key=key, label=said(en=en, ar=ar, zh=zh)) for key, en, ar, zh in (
    ("a-1", "Yes, always", "نعم دائمًا", "总是"), ("b", "No", "لا", "否"), ("c", "In part", "جزئيًا", "部分")))  # fmt: skip
KINDS = Content(
    sections=(
        Section(
            key="all",
            title=said(en="All kinds", ar="كل الأنواع", zh="所有类型"),
            questions=tuple(
                Question(key=f"q-{kind}", kind=kind, label=said(en=f"Question {kind}?", ar="سؤال؟", zh="问题？"),
                         options=CHOICES, rows=CHOICES[:2])
                for kind in QuestionKind
            ),
        ),
    )
)  # fmt: skip
TEXT = (
    st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=80)
    .map(str.strip)
    .filter(bool)
)
KEYS = [each.key for each in CHOICES]
VALUES: Mapping[QuestionKind, st.SearchStrategy[object]] = {
    QuestionKind.SHORT: TEXT,
    QuestionKind.LONG: st.lists(TEXT, min_size=1, max_size=3).map("\n\n".join),
    QuestionKind.ONE: st.sampled_from(KEYS),
    QuestionKind.SEVERAL: st.lists(st.sampled_from(KEYS), min_size=1, unique=True).map(sorted),
    QuestionKind.SCALE: st.integers(1, 5),
    QuestionKind.RANKING: st.permutations(KEYS).map(list),
    QuestionKind.MATRIX: st.fixed_dictionaries({key: st.sampled_from(KEYS) for key in KEYS[:2]}),
    QuestionKind.NUMBER: st.integers(-999, 999).map(str),
    QuestionKind.DATE: st.dates().filter(lambda day: day.year > 999).map(lambda day: day.isoformat()),
}
MARK = Mark("FMF-2026-01", 1, 2)


@settings(deadline=None, max_examples=30)
@given(values=st.fixed_dictionaries(dict(VALUES)), lang=st.sampled_from(["en", "ar", "zh"]))
@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_what_is_in_a_form_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, ending: str, values: dict[QuestionKind, object], lang: str
) -> None:
    write, read = {"docx": (write_word, read_word), "xlsx": (write_workbook, read_workbook)}[ending]
    keyed = {f"q-{kind}": value for kind, value in values.items()}
    path = tmp_path_factory.getbasetemp() / f"form.{ending}"
    path.write_bytes(write(lay_out("A round", KINDS, keyed, lang, MARK)))
    mark, cells = read(path)
    assert mark == MARK.text()
    for question in KINDS.questions():
        fields = fields_from(question, cells)
        assert read_answer(question, Typed(fields), "en", Problems()) == keyed.get(question.key), question.key


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (QuestionKind.ONE, " NO ", "b"),
        (QuestionKind.ONE, "جزئيًا", "c"),
        (QuestionKind.ONE, "a-1", "a-1"),
        (QuestionKind.SCALE, "٣", 3),
        (QuestionKind.SCALE, "3.0", 3),
        (QuestionKind.DATE, "1.12.2026", "2026-12-01"),
        (QuestionKind.DATE, "2026-12-01T00:00:00", "2026-12-01"),
    ],
)
def test_a_choice_is_known_however_it_is_spelt(kind: QuestionKind, text: str, value: object) -> None:
    question = KINDS.question(f"q-{kind}")
    assert question
    cell = cells_of(question, "en")[0]
    assert read_answer(question, Typed(fields_from(question, {cell.name: text})), "en", Problems()) == value


@pytest.mark.parametrize("kind", [QuestionKind.ONE, QuestionKind.SCALE, QuestionKind.DATE])
def test_what_means_none_of_the_answers_is_told(kind: QuestionKind) -> None:
    question = KINDS.question(f"q-{kind}")
    assert question
    with pytest.raises(UnclearError):
        fields_from(question, {cells_of(question, "en")[0].name: "perhaps tomorrow"})


def test_names_of_cells_stay_what_they_are() -> None:
    names = {cell.name for question in KINDS.questions() for cell in cells_of(question, "en")}
    assert {"a_q.short", "a_q.one", "a_q.several_a.1", "a_q.ranking_b", "a_q.matrix_a.1", "a_q.date"} <= names
    assert not any(name.startswith("a_q.files") for name in names)


def filled_workbook(data: bytes, **cells: object) -> bytes:
    """A workbook as somebody filled it in."""
    book = load_workbook(BytesIO(data))
    for name, value in cells.items():
        sheet, place = next(iter(book.defined_names[name].destinations))
        book[sheet][place.replace("$", "")].value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def filled_word(data: bytes, **texts: str) -> bytes:
    """A Word file as somebody filled it in: the control holds their words and no hint any more."""
    document = Document(BytesIO(data))
    for control in document.element.body.iter(f"{{{W}}}sdt"):
        tag = control.find(f"{{{W}}}sdtPr/{{{W}}}tag").get(f"{{{W}}}val")
        if tag in texts:
            hint = control.find(f"{{{W}}}sdtPr/{{{W}}}showingPlcHdr")
            if hint is not None:
                hint.getparent().remove(hint)
            next(control.iter(f"{{{W}}}t")).text = texts[tag]
    out = BytesIO()
    document.save(out)
    return out.getvalue()


async def bring(browser: Browser, address: str, data: bytes, name: str) -> str:
    """Choose a file on the page and send it: the page that comes."""
    token = TOKEN.search((await browser.get(f"{address}/offline")).text)
    assert token
    answer = await browser.post(
        f"{address}/offline", data={"csrf": token[1]}, files={"file": (name, data)}, headers={"origin": BASE}
    )
    return answer.text


def offered(html: str) -> dict[str, str]:
    """The fields of the page that says what was read, all of it ticked."""
    main = html.partition("<main")[2]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main))
    ticked = re.findall(r'type="checkbox"[^>]* name="(take_[^"]+)" value="yes" checked', main)
    return {name: unescape(value) for name, value in hidden.items()} | dict.fromkeys(ticked, "yes")


async def answers(site: Site, address: str) -> dict[str, object]:
    """The answers that are kept."""
    submission = await submission_at(site, address)
    async with site.database.reading() as session:
        return {key: each.value for key, each in (await answers_of(session, submission.id)).items()}


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
async def test_a_form_filled_in_without_a_line_is_looked_at_before_it_is_kept(
    site: Site, ending: str
) -> None:
    await asking(site, CONTENT)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    taken = await amal.get(f"{address}/offline/form.{ending}")
    assert taken.status_code == 200
    filled = {"a_change": "كل شيء تقريبًا.", "a_agree": "perhaps", "a_members": "١٢"}
    data = (filled_word if ending == "docx" else filled_workbook)(taken.content, **filled)
    page = await bring(amal, address, data, f"form.{ending}")
    assert "كل شيء تقريبًا." in page
    assert "“perhaps” is none of the answers" in page
    assert await answers(site, address) == {}, "nothing is kept before it was looked at"
    answer = await amal.post(f"{address}/offline/keep", data=offered(page), headers={"origin": BASE})
    assert answer.status_code == 303
    assert await answers(site, address) == {"change": "كل شيء تقريبًا.", "members": "12"}


async def test_a_file_that_is_no_form_of_this_round_is_refused_in_words(site: Site, tmp_path: Path) -> None:
    await asking(site, CONTENT)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    other = write_workbook(lay_out("Another round", CONTENT, {}, "en", Mark("FMF-2020-01", 1, 1)))
    letter = BytesIO()
    Document().save(letter)
    for data, name, words in (
        (other, "form.xlsx", "belongs to another consultation"),
        (letter.getvalue(), "letter.docx", "not a form that was taken from this page"),
        (b"PK\x03\x04 broken", "form.xlsx", "There is a problem"),
        (b"", "", "Choose the file that you filled in"),
    ):
        assert words in await bring(amal, address, data, name)
    assert await answers(site, address) == {}


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_characters_that_no_file_can_hold_are_left_out_of_it(tmp_path: Path, ending: str) -> None:
    write, read = {"docx": (write_word, read_word), "xlsx": (write_workbook, read_workbook)}[ending]
    odd = "a\x01b\x1b\ufffec\x0bd"
    options = (Option(key="x", label=said(en=f"Yes {odd}")),)
    questions = (
        Question(key="text", kind=QuestionKind.LONG, label=said(en=odd)),
        Question(key="one", kind=QuestionKind.ONE, label=said(en=odd), options=options),
    )
    content = Content(sections=(Section(key="s", title=said(en=odd), questions=questions),))
    path = tmp_path / "form"
    path.write_bytes(write(lay_out(odd, content, {"text": odd, "one": "x"}, "en", MARK)))
    assert read(path)[1] == {"a_text": "abc\nd", "a_one": "Yes abc\nd"}


def test_a_mark_with_a_number_longer_than_any_is_not_ours() -> None:
    assert read_mark(MARK.text()) == MARK
    assert read_mark(f"{MARK.text()}{'0' * 5000}") is None


def test_a_long_label_is_cut_between_characters(tmp_path: Path) -> None:
    options = (Option(key="x", label=said(en="A" * 57 + " & more")),)
    question = Question(key="q", kind=QuestionKind.SEVERAL, label=said(en="Which?"), options=options)
    content = Content(sections=(Section(key="s", title=said(en="All"), questions=(question,)),))
    path = tmp_path / "form"
    path.write_bytes(write_word(lay_out("A round", content, {"q": ["x"]}, "en", MARK)))
    assert read_word(path)[1] == {"a_q_x": "yes"}


async def test_control_characters_are_no_part_of_an_answer(site: Site) -> None:
    await asking(site, CONTENT)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    await fill(amal, address, "views", a_change="Hello\x01\tworld\x1b\r\nand\x0ball\ufffe")
    assert (await answers(site, address))["change"] == "Hello\tworld\nand\nall"
    await autosave(amal, address, "why", "Wh\x02y", 0)
    assert (await answers(site, address))["why"] == "Why"
    form = {**hidden((await amal.get(f"{address}/offline")).text), "take_change": "yes"}
    form |= {"value_change": '"N\\u0000ew\\u0001"', "v_change": "1"}
    await amal.post(f"{address}/offline/keep", data=form, headers={"origin": BASE})
    assert (await answers(site, address))["change"] == "New"


async def test_few_processes_read_forms_at_the_same_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await asking(site, CONTENT)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    data = (await amal.get(f"{address}/offline/form.xlsx")).content
    begun: list[asyncio.subprocess.Process] = []
    together: list[int] = []
    begin_process = asyncio.create_subprocess_exec

    async def counted(*words: Any, **more: Any) -> asyncio.subprocess.Process:
        process = await begin_process(*words, **more)
        begun.append(process)
        together.append(sum(each.returncode is None for each in begun))
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
    pages = await asyncio.gather(*(bring(amal, address, data, "form.xlsx") for _ in range(5)))
    assert all("form.xlsx" not in page and "There is a problem" not in page for page in pages)
    assert len(begun) == 10
    assert max(together) <= AT_ONCE


async def test_who_brings_forms_without_end_is_asked_to_wait(site: Site) -> None:
    await asking(site, CONTENT)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    for _ in range(LIMITS["form"].address):
        assert "Choose the file that you filled in" in await bring(amal, address, b"", "")
    page = await bring(amal, address, b"", "")
    assert re.search(r'id="file-error"[^>]*>.{0,80}Too many attempts', page)
    other = await site.signed_in(name="Bo")
    assert "Too many attempts" not in await bring(other, await begin(other), b"", "")
    site.clock.advance(timedelta(minutes=16))
    assert "Too many attempts" not in await bring(amal, address, b"", "")


async def test_nobody_else_takes_or_fills_in_the_form(site: Site) -> None:
    await asking(site, CONTENT)
    address = await begin(await site.signed_in(name="Amal Haddad"))
    stranger = await site.signed_in(name="Bo")
    for path in ("offline", "offline/form.docx", "offline/form.xlsx"):
        assert (await stranger.get(f"{address}/{path}")).status_code == 404
