"""Terms with their figures, and badges: an account may show hundreds of them, so they are drawn at once."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from apps.market.notices import Badge

register = template.Library()
_ENTRY = '<div><dt>{}</dt><dd class="num">{}</dd></div>'
_BETWEEN = "\x1f"  # the unit separator, which no text holds


@register.simple_tag
def facts(rows: Sequence[tuple[str, str]]) -> SafeString:
    """Return the entries of a definition list. All texts are escaped together, which is most of the work."""
    texts = escape(_BETWEEN.join(text.replace(_BETWEEN, " ") for row in rows for text in row)).split(_BETWEEN)
    return SafeString((_ENTRY * len(rows)).format(*texts))


@register.simple_tag
def badge(shown: Badge) -> SafeString:
    """Return the badge of a position's marks; most positions have the same one, which is drawn once."""
    return _drawn(shown["kind"], shown["text"], shown["label"], shown["as_of"])


@lru_cache(maxsize=64)
def _drawn(kind: str, text: str, label: str, as_of: datetime) -> SafeString:
    parts = {"kind": kind, "text": text, "label": label, "as_of": as_of}
    return render_to_string("components/badge.html", parts)
