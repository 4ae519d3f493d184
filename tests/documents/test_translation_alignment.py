"""An editor puts in a translation; what pairs is paired, what does not is shown and settled."""

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.alignment import Bead, align
from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.markdown import parse_document
from consult.documents.resemblance import Doubt
from consult.documents.settlement import Choice, Settlement, possible_choices, settle

ROOT = Path(__file__).parents[2]
COVENANT = Path(os.environ.get("CONSULT_TEST_DATA", ROOT / "../shared/data")) / "covenant"
needs_covenant = pytest.mark.skipif(not COVENANT.is_dir(), reason="the Covenant's translations are not here")

ENGLISH = """\
# Charter

## Aims

The Forum advances research on the safety of frontier models, so that risks shrink and capabilities can be
evaluated.

It shares knowledge with policymakers, academics and civil society about 3 risks.

## Members

- organisations that deploy frontier models
- organisations that show a strong commitment to safety
- organisations willing to contribute

Questions go to https://forum.example/ask at any time of the year.
"""
FRENCH = """\
# Charte

## Objectifs

Le Forum fait avancer la recherche sur la sûreté des modèles de pointe, afin que les risques diminuent et que
les capacités puissent être évaluées. Il partage ses connaissances avec les décideurs, les universitaires et la
société civile au sujet de 3 risques.

## Membres

- les organisations qui déploient des modèles de pointe
- les organisations qui montrent un engagement fort pour la sûreté
- les organisations prêtes à contribuer

Les questions vont à https://forum.example/ask.

Cela vaut à tout moment de l'année.
"""
FAITHFUL = FRENCH.replace("évaluées. Il", "évaluées.\n\nIl").replace("ask.\n\nCela", "ask. Cela")


def paired(
    text: str, translated: str
) -> tuple[tuple[ParsedBlock, ...], tuple[ParsedBlock, ...], tuple[Bead, ...]]:
    original, translation = parse_document(text), parse_document(translated)
    return original, translation, align(original, translation)


def settled(text: str, translated: str, choices: dict[str, Choice] | None = None) -> Settlement:
    original, translation, beads = paired(text, translated)
    return settle(original, translation, beads, choices)


def test_a_joined_and_a_split_paragraph_are_found() -> None:
    _, _, beads = paired(ENGLISH, FRENCH)
    assert [bead.id for bead in beads if not bead.pairs] == ["o2-3t2", "o8t7-8"]
    assert all(bead.certain for bead in beads if bead.pairs)


def test_the_proposal_shows_the_joined_text_once_and_puts_the_split_one_together() -> None:
    proposal = settled(ENGLISH, FRENCH)
    assert proposal.texts[2].joined_into is None
    assert proposal.texts[3].joined_into == 2
    assert proposal.texts[3].plain == proposal.texts[2].plain
    assert proposal.texts[8].source.endswith("ask.\n\nCela vaut à tout moment de l'année.")
    assert "<br>\n<br>\nCela" in proposal.texts[8].html
    assert proposal.texts[8].plain.endswith("ask. Cela vaut à tout moment de l'année.")
    assert [bead.id for bead in proposal.unpaired] == ["o2-3t2", "o8t7-8"]


def test_an_editor_can_say_that_a_text_is_no_translation() -> None:
    proposal = settled(ENGLISH, FRENCH, {"o2-3t2": Choice.MISSING})
    assert not {2, 3} & set(proposal.texts)
    assert proposal.dropped == (2,)


def test_a_choice_made_for_other_files_is_refused() -> None:
    with pytest.raises(ValueError, match="no choice"):
        settled(ENGLISH, FRENCH, {"o2t2": Choice.JOIN})
    with pytest.raises(ValueError, match="no choice"):
        settled(ENGLISH, FRENCH, {"o2-3t2": Choice.DROP})


def test_a_missing_section_is_missing_and_moves_nothing() -> None:
    without = FRENCH[: FRENCH.index("## Membres")] + FRENCH[FRENCH.index("Les questions") :]
    proposal = settled(ENGLISH, without)
    assert {4, 5, 6, 7}.isdisjoint(proposal.texts)
    assert proposal.texts[8].plain.startswith("Les questions")


def test_text_that_the_original_lacks_is_added_before_moved_after_or_left_out() -> None:
    extra = "Cette phrase entière n'existe que dans la version française du document, hélas."
    text = FAITHFUL.replace("## Membres", f"{extra}\n\n## Membres")
    _, _, beads = paired(ENGLISH, text)
    (bead,) = (bead for bead in beads if not bead.original)
    assert possible_choices(bead) == (Choice.TO_BEFORE, Choice.TO_AFTER, Choice.DROP)
    assert settled(ENGLISH, text).texts[3].plain.endswith(extra)
    assert settled(ENGLISH, text, {bead.id: Choice.TO_AFTER}).texts[4].plain == f"{extra} Membres"
    assert settled(ENGLISH, text, {bead.id: Choice.DROP}).dropped == (4,)


def test_extra_text_under_a_heading_is_not_put_into_the_heading() -> None:
    text = FAITHFUL.replace(
        "## Objectifs", "## Objectifs\n\nUne phrase ajoutée, longue, qui dit autre chose que 17."
    )
    assert settled(ENGLISH, text).texts[1].plain == "Objectifs"


def test_a_block_whose_translation_is_in_the_one_before_can_be_said_to_be() -> None:
    without = FRENCH.replace("- les organisations prêtes à contribuer\n", "")
    _, _, beads = paired(ENGLISH, without)
    (bead,) = (bead for bead in beads if not bead.translation)
    assert settled(ENGLISH, without, {bead.id: Choice.WITHIN_BEFORE}).texts[7].joined_into == 6


def test_which_item_is_missing_is_doubtful_where_it_is_a_close_call() -> None:
    items = [f"- item about matter {word}\n" for word in ("alpha", "beta", "gamma", "delta")]
    translated = [f"- point au sujet de {word}\n" for word in ("un", "deux", "quatre")]
    _, _, beads = paired("# A\n\n" + "".join(items), "# B\n\n" + "".join(translated))
    assert [bead.shape for bead in beads].count("1-0") == 1
    assert any(Doubt.SHIFT in bead.doubts for bead in beads)
    assert beads[0].certain


@pytest.mark.parametrize(
    ("was", "now", "place", "doubt"),
    [
        ("de 3 risques", "de quelques risques", 3, Doubt.NUMBER),
        ("https://forum.example/ask", "notre bureau", 8, Doubt.ADDRESS),
        (
            FAITHFUL[FAITHFUL.index(" fait avancer") : FAITHFUL.index("\n\nIl")],
            " fait avancer la recherche sur la sûreté.",
            2,
            Doubt.LENGTH,
        ),
    ],
)
def test_a_pair_that_lost_something_is_doubtful(was: str, now: str, place: int, doubt: Doubt) -> None:
    proposal = settled(ENGLISH, FAITHFUL.replace(was, now))
    assert {bead.original: bead.doubts for bead in proposal.doubtful} == {(place,): (doubt,)}


def test_a_faithful_translation_leaves_nothing_to_settle() -> None:
    proposal = settled(ENGLISH, FAITHFUL)
    assert (proposal.unpaired, proposal.doubtful, proposal.dropped) == ((), (), ())
    assert [text.joined_into for text in proposal.texts.values()] == [None] * 9


def test_a_translation_takes_the_place_it_is_shown_in() -> None:
    row = settled("| a | b |\n|---|---|\n| c | d |", "| e | f |\n|---|---|\n| g | h |").texts[1]
    assert row.html == "<td>g</td>\n<td>h</td>"
    original = parse_document("One paragraph of the document.")
    translation = parse_document("- un\n\n  deux\n- trois")
    text = settle(original, translation, [Bead((0,), (0, 1), 0.0)]).texts[0]
    assert text.html == "un<br>\ndeux<br>\n<br>\ntrois"


BLOCKS = st.lists(
    st.builds(
        lambda kind, words: ParsedBlock(kind, 1, " ".join(words), " ".join(words), " ".join(words)),
        st.sampled_from([BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CODE]),
        st.lists(st.sampled_from(["a", "board", "1", "参与"]), max_size=12),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS, BLOCKS)
def test_every_block_is_in_one_bead_and_in_order(one: list[ParsedBlock], other: list[ParsedBlock]) -> None:
    beads = align(one, other)
    assert [place for bead in beads for place in bead.original] == list(range(len(one)))
    assert [place for bead in beads for place in bead.translation] == list(range(len(other)))
    assert len({bead.id for bead in beads}) == len(beads)
    check_settlement(one, other, beads)


def check_settlement(one: list[ParsedBlock], other: list[ParsedBlock], beads: tuple[Bead, ...]) -> None:
    """By the proposal every text is shown, or was said to be left out; pointers lead to a text."""
    settlement = settle(one, other, beads)
    for text in settlement.texts.values():
        assert text.joined_into is None or settlement.texts[text.joined_into].joined_into is None
    shown = " ".join(text.plain for text in settlement.texts.values())
    for place, block in enumerate(other):
        assert place in settlement.dropped or block.plain in shown


def covenant(version: str, language: str) -> tuple[ParsedBlock, ...]:
    return parse_document((COVENANT / version / f"{language}.md").read_text(encoding="utf-8"))


# What does not pair one to one, as read in the texts. In 1.4 no translation but the original has the closing
# paragraph on common questions; Russian joins two paragraphs twice; Chinese splits Scope and Enforcement.
SPLITS = {
    **{f"1.4/{language}": {"1-0": 1} for language in ("ar", "de", "es", "fr", "pt-BR")},
    "1.4/ru": {"1-0": 1, "2-1": 2},
    "1.4/zh": {"1-0": 1, "1-2": 1, "1-3": 1},
    "1.4/zh-Hant": {"1-0": 1, "1-2": 1, "1-3": 1},
    **{f"2.0/{language}": {} for language in ("de", "es", "fr", "ru")},
    "2.0/pt-BR": {"1-2": 1},
    "2.0/zh": {"1-2": 1},
    "2.1/ar": {"1-2": 1},
    **{f"2.1/{language}": {} for language in ("de", "es", "fr", "pt-BR")},
    "2.1/zh": {"1-2": 1},
    "2.1/zh-Hant": {"1-2": 1},
}


@needs_covenant
@pytest.mark.parametrize("name", SPLITS)
def test_the_covenants_translations_align_as_a_reader_would(name: str) -> None:
    version, language = name.split("/")
    original, translation = covenant(version, "en"), covenant(version, language)
    beads = align(original, translation)
    assert Counter(bead.shape for bead in beads if not bead.pairs) == SPLITS[name]
    assert not [bead for bead in beads if bead.doubts]
    for bead in beads:
        kinds = {original[i].kind for i in bead.original} | {translation[j].kind for j in bead.translation}
        assert len(kinds) == 1


@needs_covenant
def test_the_splits_of_the_covenant_are_where_they_are() -> None:
    original, chinese, russian = covenant("1.4", "en"), covenant("1.4", "zh"), covenant("1.4", "ru")
    split = {
        bead.original: bead.translation for bead in align(original, chinese) if bead.shape in ("1-2", "1-3")
    }
    assert {original[i].plain[:22] for (i,) in split} == {"This Code of Conduct a", "Instances of abusive, "}
    assert [chinese[places[0]].plain[:8] for places in split.values()] == [
        "本行为标准适用于",
        "可以致信[在此输",
    ]
    joined = [bead for bead in align(original, russian) if bead.shape == "2-1"]
    assert [russian[bead.translation[0]].plain[:10] for bead in joined] == ["Участники,", "О\u00a0фактах н"]
