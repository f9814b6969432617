"""Claude's Markdown as HTML blocks, its figures marked. Nothing in it can link, load or run anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from apps.copilot.figures.checking import Checked, Known

_TAGS = {
    "p", "h3", "h4", "h5", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td", "span", "div",
}  # fmt: skip
_ATTRIBUTES = {"span": {"class", "title", "aria-hidden"}, "div": {"class", "tabindex"}, "ol": {"start"}}
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4"}
SIGNS = {"verified": "\u2713", "computed": "=", "unverified": "?", "asked": "\u201d", "checking": ""}
WORDS = {
    "verified": "verified",
    "computed": "computed from your data",
    "unverified": "unverified",
    "asked": "from your question",
    "checking": "being checked",
}


@dataclass(frozen=True, slots=True)
class Prose:
    """Top-level blocks in HTML, and the figures in them in their order."""

    blocks: list[str]
    figures: list[Checked]


def rendered(markdown: str, known: Known, *, is_open: bool = False) -> Prose:
    """Return the blocks of a text. is_open: it is still growing; the figure at its end may not be whole."""
    tokens = _parser().parse(markdown)
    figures: list[Checked] = []
    last = _last_text(tokens) if is_open else None
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, "h5" if token.type.startswith("heading") else token.tag)
        for one in [token, *(token.children or ())]:
            _mark(one, known, figures, is_open=one is last)
    return Prose([_html(block) for block in _blocks(tokens)], figures)


def plain_blocks(markdown: str) -> list[str]:
    """Return the blocks of a text that claims nothing, such as the trader's own."""
    return rendered(markdown, Known(())).blocks


def _mark(token: Token, known: Known, figures: list[Checked], *, is_open: bool) -> None:
    if token.type not in ("text", "code_inline", "fence", "code_block"):
        return
    found = known.check(token.content, is_open=is_open)
    figures += found
    html = _marked(token.content, found)
    if token.type == "code_inline":
        token.type, token.content = "html_inline", f"<code>{html}</code>"
    elif token.type == "text":
        token.type, token.content = "html_inline", html
    else:
        token.type, token.content = "html_block", f"<pre><code>{html}</code></pre>\n"


def _marked(text: str, found: list[Checked]) -> str:
    parts, place = [], 0
    for one in found:
        figure = one.figure
        parts += [escape(text[place : figure.start]), figure_html(text[figure.start : figure.end], one)]
        place = figure.end
    return "".join([*parts, escape(text[place:])])


def figure_html(text: str, one: Checked) -> str:
    """Return a figure with its mark: a sign beside it and a word for screen readers, so that colour is not needed."""
    origin = f"{one.fact.name}, {one.fact.source}" if one.fact else ""
    word = WORDS[one.state]
    title = f"{word}: {origin}" if origin else "found nowhere in your data" if one.state == "unverified" else word
    sign = f'<span class="fig-sign" aria-hidden="true">{SIGNS[one.state]}</span>' if SIGNS[one.state] else ""
    return (
        f'<span class="fig fig-{one.state}" title="{escape(title)}">{escape(text)}{sign}'
        f'<span class="visually-hidden"> ({word})</span></span>'
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True})
    # No links and pictures: text out of a model must not lead, or send, anything anywhere.
    return parser.disable(["link", "image", "autolink", "reference", "html_inline", "html_block"])


def _blocks(tokens: list[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []
    if block:
        yield block


def _html(block: list[Token]) -> str:
    html = str(_parser().renderer.render(block, _parser().options, {})).strip()
    if block[0].type == "table_open":
        html = f'<div class="table-wrap" tabindex="0">{html}</div>'
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)


def _last_text(tokens: list[Token]) -> Token | None:
    texts = [one for token in tokens for one in (token.children or [token]) if one.content.strip()]
    return texts[-1] if texts else None
