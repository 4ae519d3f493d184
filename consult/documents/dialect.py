"""Which Markdown is read: two parsers, one for documents and one for comments, and their limits."""

from collections.abc import Callable
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin

from consult.documents.blocks import DocumentError
from consult.documents.labels import labels_plugin
from consult.documents.linkify import linkify_plugin
from consult.documents.sanitising import is_local_name, is_safe_link
from consult.kernel.messages import N_

# CommonMark containers count once for a quote and twice for a list (list and item): nine lists in each other.
MAX_NESTING = 20
MAX_RUN_CHARACTERS = 50_000
MAX_RUN_BRACKETS = 1_000
# A run is what is read as one piece of text: a paragraph, a heading, a table's cell.
MAX_RUNS = 15_000
TOO_LONG_A_RUN = N_("A paragraph is longer than %(limit)s characters.")
TOO_MANY_RUNS = N_("The document has more than %(limit)s paragraphs.")


def document_dialect() -> MarkdownIt:
    """CommonMark without raw HTML, with tables, footnotes and lists such as (a). Images never become `<img>`: see figures."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable("table").use(footnote_plugin, inline=False)
    labels_plugin(parser)
    parser.disable(["html_block", "html_inline"])
    parser.add_render_rule("footnote_ref", _render_footnote_reference)
    parser.add_render_rule("image", _render_alternative)
    parser.add_render_rule("list_item_open", _render_label)
    return _with_limits(parser, _is_document_target)


def comment_dialect() -> MarkdownIt:
    """CommonMark's paragraphs, lists, quotes, code, emphasis and links; line breaks are kept.

    Link definitions are off as well as headings: what someone typed would vanish from the page.
    """
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    parser.disable(["html_block", "html_inline", "heading", "lheading", "hr", "image", "reference"])
    return _with_limits(parser, is_safe_link)


def _is_document_target(target: str) -> bool:
    """Also what only an image may name; `sanitise` takes it off a link again."""
    return is_safe_link(target) or is_local_name(unquote(target)) or target.startswith("data:image/")


def _with_limits(parser: MarkdownIt, is_target: Callable[[str], bool]) -> MarkdownIt:
    parser.validateLink = is_target  # type: ignore[method-assign, assignment]
    parser.core.ruler.after("block", "limits", _keep_limits)
    linkify_plugin(parser)
    parser.core.ruler.push("ideographs", _join_ideographs)
    return parser


def _keep_limits(state: StateCore) -> None:
    """Refuses, before the costly part, what would take seconds or lose text.

    markdown-it stops reading at `maxNesting` and says nothing, so anything that comes near it is refused.
    """
    line, runs = 1, 0
    for token in state.tokens:
        line = token.map[0] + 1 if token.map else line
        if token.level >= MAX_NESTING - 1:
            raise DocumentError(N_("Lists or quotes are nested too deep."), line=line)
        if token.type == "inline":
            _keep_run_limits(token.content, line)
            runs += 1
    if runs > MAX_RUNS:
        raise DocumentError(TOO_MANY_RUNS, params={"limit": MAX_RUNS})


def _keep_run_limits(content: str, line: int) -> None:
    if len(content) > MAX_RUN_CHARACTERS:
        raise DocumentError(
            TOO_LONG_A_RUN,
            line=line,
            params={"limit": MAX_RUN_CHARACTERS},
        )
    if content.count("[") > MAX_RUN_BRACKETS:
        raise DocumentError(
            N_("A paragraph has more than %(limit)s square brackets."),
            line=line,
            params={"limit": MAX_RUN_BRACKETS},
        )


def _join_ideographs(state: StateCore) -> None:
    """Chinese and Japanese have no spaces: a line folded between two ideographs is one word, not two."""
    for token in state.tokens:
        if token.type == "inline" and token.children and "\n" in token.content:
            _join_across_folds(token.children)


def _join_across_folds(children: list[Token]) -> None:
    for before, fold, after in zip(children, children[1:], children[2:], strict=False):
        if (
            fold.type == "softbreak"
            and _is_ideograph(before.content[-1:])
            and _is_ideograph(after.content[:1])
        ):
            fold.type, fold.content = "text", ""


def _is_ideograph(character: str) -> bool:
    return (
        "\u3000" <= character <= "\u30ff"
        or "\u3400" <= character <= "\u9fff"
        or "\uff00" <= character <= "\uffef"
    )


def footnote_place(label: str) -> str:
    """The part of an address after `#fn-`: the author's own label where HTML and addresses allow it."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else f"_{ord(c):x}" for c in label)


def _render_footnote_reference(
    renderer: RendererProtocol, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    label, again = str(tokens[index].meta["label"]), int(tokens[index].meta["subId"])
    place = footnote_place(label)
    suffix = f"-{again + 1}" if again else ""
    return f'<sup id="fnref-{place}{suffix}"><a href="#fn-{place}">{escapeHtml(label)}</a></sup>'


def _render_label(
    renderer: RendererProtocol, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """In a quote or a note no template writes an item's label: (a) stands in its text."""
    label = tokens[index].info
    return f"<li>{escapeHtml(label)} " if label and not label.isdigit() else "<li>"


def _render_alternative(
    renderer: RendererProtocol, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """An image within a sentence is read as its text: no page may load what another host serves."""
    return escapeHtml(image_alternative(tokens[index], 0))


def image_alternative(image: Token, line: int) -> str:
    """An image's text alternative. Raises DocumentError where there is none."""
    text = "".join(_spoken(child) for child in image.children or ()).strip()
    if not text:
        raise DocumentError(
            N_("The image “%(name)s” has no text alternative: write one between the square brackets."),
            line=line or None,
            params={"name": str(image.attrGet("src") or "")},
        )
    return text


def _spoken(token: Token) -> str:
    if token.type == "image":
        return "".join(_spoken(child) for child in token.children or ())
    return " " if token.type in ("softbreak", "hardbreak") else token.content
