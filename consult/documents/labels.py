"""Lists numbered as laws and treaties number them: `(a)`, `b)`, `(iv)`, `1.2`, kept as they are cited.

CommonMark numbers with digits only. These markers go further, as Pandoc's fancy lists do: one in brackets or with a
closing bracket needs one space after it, one that could be the beginning of a sentence (`a.`, `1.2`) two.
"""

import re
from string import ascii_letters

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_DOUBLED = "|".join(letter * 2 for letter in ascii_letters)
_CORE = rf"(?:[A-Za-z]|{_DOUBLED}|[ivxlcdm]{{2,7}}|[IVXLCDM]{{2,7}}|[\u0621-\u064a]|[一二三四五六七八九十百]{{1,5}})"
_NUMBERS = r"\d{1,4}(?:\.(?:\d{1,4}|[A-Za-z])){1,7}"
_BRACKETED = rf"[(（](?:\d{{1,4}}|{_NUMBERS}|{_CORE})[)）]|(?:{_NUMBERS}|{_CORE})[)）]"
_OPEN = rf"(?:{_NUMBERS}\.?|{_CORE}\.)"
LABEL_MARK = rf"(?:(?:{_BRACKETED})(?=[ \t]|$)|{_OPEN}(?=[ \t]{{2}}))"
_MARK = re.compile(LABEL_MARK)


def labels_plugin(parser: MarkdownIt) -> None:
    """Read such lists; they end a paragraph only inside a list, so a line that begins so by chance stays text."""
    parser.block.ruler.before("list", "labels", _read_list, {"alt": ["paragraph", "blockquote"]})


def is_label(label: str) -> bool:
    """Whether a list item may be marked with it."""
    found = _MARK.match(f"{label}  ")
    return found is not None and found.group() == label


def begins_with_label(line: str) -> bool:
    """Whether a line would be read as an item of such a list."""
    return _MARK.match(line) is not None


def _mark_end(state: StateBlock, line: int) -> int:
    """Where the marker of a line ends, -1 where it has none."""
    start = state.bMarks[line] + state.tShift[line]
    found = _MARK.match(state.src, start, state.eMarks[line])
    return found.end() if found else -1


def _read_list(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first) or (silent and not _ends_paragraph(state, first)):
        return False
    end = _mark_end(state, first)
    if end < 0 or silent:
        return end >= 0
    token = state.push("ordered_list_open", "ol", 1)
    token.map = lines = [first, 0]
    around, state.parentType = state.parentType, "list"
    line = first
    while end >= 0:
        line = _read_item(state, line, last, end)
        goes_on = line < last and state.sCount[line] >= state.blkIndent and not state.is_code_block(line)
        end = _mark_end(state, line) if goes_on else -1
    state.push("ordered_list_close", "ol", -1)
    lines[1] = state.line = line
    state.parentType = around
    return True


def _ends_paragraph(state: StateBlock, line: int) -> bool:
    return state.listIndent >= 0 and state.sCount[line] <= state.blkIndent


def _read_item(state: StateBlock, line: int, last: int, mark_end: int) -> int:
    """Read what belongs to an item; the line after it. As markdown-it's own lists do."""
    start = state.bMarks[line] + state.tShift[line]
    column = state.sCount[line] + mark_end - start
    content = state.skipSpaces(mark_end)
    space = content - mark_end
    token = state.push("list_item_open", "li", 1)
    token.map = lines = [line, 0]
    token.info = state.src[start:mark_end]
    before = state.tShift[line], state.sCount[line], state.listIndent, state.blkIndent, state.tight
    state.listIndent, state.blkIndent = state.blkIndent, column + (space if 0 < space < 5 else 1)
    state.tight = True
    state.tShift[line] = content - state.bMarks[line]
    state.sCount[line] = column + space
    if content >= state.eMarks[line]:
        state.line = line + 1
    else:
        state.md.block.tokenize(state, line, last)
    state.tShift[line], state.sCount[line], state.listIndent, state.blkIndent, state.tight = before
    state.push("list_item_close", "li", -1)
    lines[1] = state.line
    return state.line
