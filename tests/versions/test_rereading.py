"""A block as an editor gets it reads back as the same block, whatever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from consult.documents.blocks import BlockKind
from consult.documents.markdown import parse_document
from consult.preparing.rereading import read_block, write_block
from consult.settings import ROOT
from tests.conftest import DATA

TEXTS = sorted((ROOT / "consult" / "demo" / "content" / "drafts").glob("*/*.md"))
TEXTS += sorted((DATA / "covenant").rglob("*.md"))
TRICKY = """# A *heading* with [a link][there]

Setext
heading
===

Text with a note[^n] and [a link][there].

1. one
   on two lines

   and a second paragraph
2. two
   - inner `code`

   going on after it

   > quoted in an item
3. three

> A quote
> - with a list

```python
x = 1

y = 2
```

    indented code

| a | b \\| c |
| --- | --- |
| 1 | [^n] |

![A picture](cat.png "Its caption")

[^n]: A note.

    With two paragraphs.

[there]: https://example.org "There"
"""


@pytest.mark.parametrize(
    "text",
    [*TEXTS, TRICKY],
    ids=lambda text: text.parent.name + text.stem if isinstance(text, Path) else "tricky",
)
def test_every_block_reads_back_as_itself(text: Path | str) -> None:
    blocks = parse_document(text if isinstance(text, str) else text.read_text(encoding="utf-8"))
    notes = [block.label for block in blocks if block.kind is BlockKind.FOOTNOTE]
    wrong = []
    for block in blocks:
        read = read_block(block, write_block(block), notes)
        same = len(read) == 1 and (read[0].kind, read[0].level, read[0].label, read[0].plain, read[0].header) == (
            block.kind, block.level, block.label, block.plain, block.header,
        )  # fmt: skip
        if not same:
            wrong.append((block, read))
    assert wrong == []
