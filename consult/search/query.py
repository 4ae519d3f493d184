"""What a reader types, as a tree. Every text is a query: what can't be meant as an operator is taken as words.

`OPERATORS` is the language; the help page is made from it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.search.languages import fold, fold_run, tokens

LONGEST_QUERY = 300
MOST_TERMS = 32

OPERATORS: tuple[tuple[str, str], ...] = (
    ("safety charter", N_("Texts with all of these words, in any of their forms.")),
    ('"information sharing"', N_("These words exactly, one after the other.")),
    ("charter AND safety", N_("The same: all of these words.")),
    ("charter -funding", N_("With the first word and without the second.")),
    ("audit OR evaluation", N_("With at least one of the two. OR is written in capitals.")),
    ("interpret*", N_("Words that begin like this.")),
    ("title:charter", N_("In the title.")),
    ("organisation:rights", N_("By people who speak for an organisation of this name.")),
    ('author:"Amina Diallo"', N_("By a person of this name.")),
    ("lang:ar", N_("Written in this language.")),
    ("type:comment", N_("Only one type: consultation, block, comment, submission or outcome.")),
)
"""(example, what it finds) of every operator."""

PARTS = {"title": "title", "author": "author", "organisation": "organisation", "organization": "organisation"}
FACTS = {"lang": "lang", "type": "type"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms, as written; `part` is "" for everywhere or a key of PARTS."""

    written: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of an unspaced script, folded."""

    text: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Surfaces and single unspaced characters, one after the other."""

    terms: tuple[str, ...]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Words whose surface begins so."""

    prefix: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A facet's value."""

    facet: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Everything that all of `nodes` match; without any, everything."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """What at least one of `nodes` matches."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """What `node` does not match."""

    node: "Node"


Leaf = Word | Run | Phrase | Beginning
Node = Leaf | Fact | All | Either | Without


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query's tree and what could not be taken as meant."""

    root: All
    problems: tuple[Message, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What is found while reading a query from left to right."""

    clauses: list[list[Node]] = field(default_factory=list)
    terms: int = 0
    joining: bool = False

    def add(self, node: Node) -> None:
        if self.joining and self.clauses:
            self.clauses[-1].append(node)
        else:
            self.clauses.append([node])
        self.joining = False


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"') | {"\x00": " "})
_PIECE = re.compile(
    r'(?P<minus>[-−–])?(?:(?P<name>[^\W\d_]+)[:：])?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))'
)


def parse(text: str) -> Parsed:
    """The tree of a query text of any content and length."""
    problems = []
    if len(text) > LONGEST_QUERY:
        text = text[:LONGEST_QUERY]
        problems.append(
            Message(N_("Only the first %(count)s characters were searched for."), {"count": LONGEST_QUERY})
        )
    text = text.translate(_QUOTES)
    if text.count('"') % 2:
        text = " ".join(text.rsplit('"', 1))
        problems.append(
            Message(N_("A quotation mark has no partner, so its words were searched for one by one."))
        )
    reading = _read(text)
    if reading.terms > MOST_TERMS:
        problems.append(
            Message(N_("Only the first %(count)s words were searched for."), {"count": MOST_TERMS})
        )
    clauses = tuple(nodes[0] if len(nodes) == 1 else Either(tuple(nodes)) for nodes in reading.clauses)
    return Parsed(All(clauses), tuple(problems))


def _read(text: str) -> _Reading:
    reading = _Reading()
    pieces = list(_PIECE.finditer(text))
    for place, piece in enumerate(pieces):
        between = 0 < place < len(pieces) - 1
        if piece.group() in ("OR", "AND") and between and reading.clauses:
            reading.joining = piece.group() == "OR"
            continue
        for node in _nodes(piece):
            reading.terms += _weight(node)
            if reading.terms > MOST_TERMS:
                return reading
            reading.add(node)
    return reading


def _weight(node: Node) -> int:
    match node:
        case All(nodes) | Either(nodes):
            return sum(_weight(part) for part in nodes)
        case Without(inner):
            return _weight(inner)
        case Phrase(terms):
            return len(terms)
        case Run(run):
            return max(1, len(run) // 4)
    return 1


def _nodes(piece: re.Match[str]) -> Iterator[Node]:
    """A piece's nodes: one, or none where it holds nothing to look for."""
    name = (piece["name"] or "").lower()
    known = name in PARTS or name in FACTS
    value = piece["quoted"] if piece["quoted"] is not None else piece["plain"]
    if name in FACTS and value.strip():
        node: Node | None = Fact(FACTS[name], value.strip().lower())
    else:
        part = PARTS.get(name, "")
        build: Callable[[str, str], Node | None] = _plain if piece["quoted"] is None else _phrase
        node = build(value if known or not name else f"{piece['name']} {value}", part)
    if node is not None:
        yield Without(node) if piece["minus"] else node


def _plain(text: str, part: str) -> Node | None:
    found = list(tokens(text))
    nodes: list[Node] = [Run(fold_run(t.text), part) if t.unspaced else Word(t.text, part) for t in found]
    if text.endswith("*") and found and found[-1].end == len(text) - 1 and len(found[-1].text) > 1:
        last = found[-1]
        nodes[-1] = Run(fold_run(last.text), part) if last.unspaced else Beginning(fold(last.text), part)
    return _one(nodes)


def _phrase(text: str, part: str) -> Node | None:
    terms: list[str] = []
    for token in tokens(text):
        terms.extend(fold_run(token.text) if token.unspaced else [fold(token.text)])
    return Phrase(tuple(terms), part) if terms else None


def _one(nodes: list[Node]) -> Node | None:
    if len(nodes) > 1:
        return All(tuple(nodes))
    return nodes[0] if nodes else None


def leaves(node: Node) -> Iterator[Leaf]:
    """What a query looks for, without what it excludes."""
    match node:
        case All(nodes) | Either(nodes):
            for inner in nodes:
                yield from leaves(inner)
        case Word() | Run() | Phrase() | Beginning():
            yield node
