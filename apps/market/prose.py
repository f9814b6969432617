"""The engines' Markdown as HTML. Raw HTML in it is shown as text, links lead nowhere dangerous."""

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("js-default", {"html": False, "linkify": False})
_LOWEST = 6


def rendered(markdown: str, *, first_heading: int = 3) -> SafeString:
    """Return HTML whose highest heading is <h{first_heading}>: the page's own headings stand above it."""
    tokens = _PARSER.parse(markdown)
    headings = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = first_heading - min(headings, default=1)
    for token in tokens:
        _lower(token, shift)
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return mark_safe(str(html))  # noqa: S308 - the parser escapes what it does not know


def _lower(token: Token, shift: int) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + shift, _LOWEST)}"
