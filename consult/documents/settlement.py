"""What becomes of each block once an editor has settled what did not pair one to one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from consult.documents.alignment import Bead
from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.sanitising import plain_text, sanitise
from consult.kernel.messages import N_


class Choice(StrEnum):
    """What can be done with a bead; see CHOICE_TEXTS."""

    JOIN = "join"
    IN_ORDER = "in_order"
    MISSING = "missing"
    WITHIN_BEFORE = "within_before"
    TO_BEFORE = "to_before"
    TO_AFTER = "to_after"
    DROP = "drop"


CHOICE_TEXTS: dict[Choice, str] = {
    Choice.JOIN: N_("These belong together: show the translation as one text at the first block."),
    Choice.IN_ORDER: N_("These pair one by one, in order."),
    Choice.MISSING: N_("Not translated: readers see the original."),
    Choice.WITHIN_BEFORE: N_("Its translation is part of the text of the block before it."),
    Choice.TO_BEFORE: N_("Add this text to the block before it."),
    Choice.TO_AFTER: N_("Add this text to the block after it."),
    Choice.DROP: N_("Leave this text out."),
}


@dataclass(frozen=True, slots=True)
class SettledText:
    """The translation of one block. joined_into: the place of the block whose text says this one too, or
    None.
    """

    source: str
    html: str
    plain: str
    joined_into: int | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """texts: place in the original → its translation; a place that is absent is not translated.

    unpaired: what is not one to one; doubtful: one to one, but something speaks against it. Both are to be
    shown before anything is kept. dropped: places in the translation that are left out. choices: bead id →
    what was chosen.
    """

    texts: Mapping[int, SettledText]
    unpaired: tuple[Bead, ...]
    doubtful: tuple[Bead, ...]
    dropped: tuple[int, ...]
    choices: Mapping[str, Choice]


def possible_choices(bead: Bead) -> tuple[Choice, ...]:
    """What an editor can choose for a bead, the proposal first."""
    if not bead.translation:
        return (Choice.MISSING, Choice.WITHIN_BEFORE) if bead.original[0] else (Choice.MISSING,)
    if not bead.original:
        return (Choice.TO_BEFORE, Choice.TO_AFTER, Choice.DROP)
    if len(bead.original) == len(bead.translation) > 1:
        return (Choice.IN_ORDER, Choice.JOIN, Choice.MISSING)
    return (Choice.JOIN, Choice.MISSING)


def settle(
    original: Sequence[ParsedBlock],
    translation: Sequence[ParsedBlock],
    beads: Sequence[Bead],
    choices: Mapping[str, Choice] | None = None,
) -> Settlement:
    """The translation of each block, by the editor's choices (bead id → choice) and by the proposal where
    there is none.

    Raises ValueError for a choice that its bead does not allow or a bead that is not there: the files have
    changed since the editor saw them.
    """
    chosen = _chosen(original, beads, choices or {})
    plan = _Plan()
    for number, bead in enumerate(beads):
        plan.place(bead, chosen[bead.id], _next_place(beads[number + 1 :], chosen))
    _resolve(plan.within, plan.pieces)
    texts = {at: _joined(original[at], [translation[j] for j in js]) for at, js in plan.pieces.items()}
    texts.update({at: replace(texts[target], joined_into=target) for at, target in plan.within.items()})
    return Settlement(
        dict(sorted(texts.items())),
        tuple(bead for bead in beads if not bead.pairs),
        tuple(bead for bead in beads if bead.doubts),
        tuple(plan.dropped),
        chosen,
    )


def _chosen(
    original: Sequence[ParsedBlock], beads: Sequence[Bead], choices: Mapping[str, Choice]
) -> dict[str, Choice]:
    known = {bead.id: bead for bead in beads}
    for bead_id, choice in choices.items():
        if bead_id not in known or choice not in possible_choices(known[bead_id]):
            raise ValueError(f"no choice {choice!s} for {bead_id}")
    return {
        bead.id: choices.get(bead.id) or _proposal(original, beads, number)
        for number, bead in enumerate(beads)
    }


def _proposal(original: Sequence[ParsedBlock], beads: Sequence[Bead], number: int) -> Choice:
    """The first possible choice, but text without a block of its own doesn't go into a heading."""
    bead = beads[number]
    if bead.original:
        return possible_choices(bead)[0]
    before = [place for earlier in beads[:number] for place in earlier.original]
    after = len(before)
    unfit_before = not before or original[before[-1]].kind is BlockKind.HEADING
    fit_after = after < len(original) and original[after].kind is not BlockKind.HEADING
    return Choice.TO_AFTER if unfit_before and fit_after else Choice.TO_BEFORE


class _Plan:
    """pieces: place in the original → places in the translation that are its text; within: place → place
    whose text says it too; dropped: places in the translation that are left out."""

    def __init__(self) -> None:
        self.pieces: dict[int, list[int]] = {}
        self.within: dict[int, int] = {}
        self.dropped: list[int] = []

    def place(self, bead: Bead, choice: Choice, following: int | None) -> None:
        """`following`: the next block of the original that will have a text."""
        match choice:
            case Choice.JOIN:
                first, *others = bead.original
                self._add(first, bead.translation)
                self.within.update(dict.fromkeys(others, first))
            case Choice.IN_ORDER:
                for at, piece in zip(bead.original, bead.translation, strict=True):
                    self._add(at, (piece,))
            case Choice.WITHIN_BEFORE:
                self.within[bead.original[0]] = bead.original[0] - 1
            case Choice.TO_BEFORE | Choice.TO_AFTER:
                self._place_extra(bead, following, choice is Choice.TO_BEFORE)
            case Choice.MISSING | Choice.DROP:
                self.dropped.extend(bead.translation)

    def _place_extra(self, bead: Bead, following: int | None, backwards: bool) -> None:
        """To the neighbour that was chosen, or the other one where there is none."""
        before = max(self.pieces, default=None)
        targets = (before, following) if backwards else (following, before)
        target = next((at for at in targets if at is not None), None)
        if target is None:
            self.dropped.extend(bead.translation)
        else:
            self._add(target, bead.translation)

    def _add(self, at: int, pieces: Sequence[int]) -> None:
        self.pieces.setdefault(at, []).extend(pieces)


def _next_place(later: Sequence[Bead], chosen: Mapping[str, Choice]) -> int | None:
    carriers = (Choice.JOIN, Choice.IN_ORDER)
    return next((bead.original[0] for bead in later if chosen[bead.id] in carriers), None)


def _resolve(within: dict[int, int], pieces: Mapping[int, Sequence[int]]) -> None:
    """Makes every chain of "within the block before" end at a block with text; without one, it is just
    missing.
    """
    for place in sorted(within):
        target = within.get(within[place], within[place])
        if target in pieces:
            within[place] = target
        else:
            del within[place]


def _joined(block: ParsedBlock, pieces: Sequence[ParsedBlock]) -> SettledText:
    """The pieces as one text that fits into the original block's element."""
    source = "\n\n".join(piece.source for piece in pieces)
    if len(pieces) == 1 and _fits(pieces[0].kind, block.kind):
        return SettledText(source, pieces[0].html, pieces[0].plain)
    html = sanitise("<br>\n<br>\n".join(_as_phrases(piece.html) for piece in pieces))
    if block.kind is BlockKind.TABLE_ROW:
        html = f"<td>{html}</td>"
    return SettledText(source, html, plain_text(html))


def _fits(piece: BlockKind, block: BlockKind) -> bool:
    if piece is block:
        return True
    flowing = {BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.FOOTNOTE}
    return block in flowing and piece in flowing | {BlockKind.PARAGRAPH, BlockKind.HEADING}


_BETWEEN_BLOCKS = re.compile(
    r"</(?:p|li|td|th|pre|tr)>\s*(?:</?(?:ul|ol|li|p|pre|blockquote|tr|tbody)[^>]*>\s*)*(?=\S)"
)
_BLOCK_TAG = re.compile(
    r"</?(?:p|ul|ol|li|pre|blockquote|table|thead|tbody|tr|th|td|figcaption)(?=[\s>])[^>]*>"
)


def _as_phrases(html: str) -> str:
    """The same words without block elements, which can't be in a paragraph: line breaks where they ended."""
    return _BLOCK_TAG.sub("", _BETWEEN_BLOCKS.sub("<br>\n", html)).strip()
