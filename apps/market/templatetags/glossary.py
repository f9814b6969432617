"""Help beside labels: the label itself becomes a link to its entry in /learn/, with what it means as its description.

{% help "net_gex" %} writes the term's own name, {% help "net_gex" "Net bn / 1 %" %} another label; an unknown key is an
error. {% label figure.label %} helps where the glossary knows the label, and writes it plainly where it does not.
static/js/help.js shows the description by hover, focus and tap.
"""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from apps.market.glossary import Term, term, term_of_label

register = template.Library()


@register.simple_tag(name="help")
def help_tag(key: str, label: str = "") -> SafeString:
    """Return the label with its help. Raises KeyError for an unknown key."""
    # A literal of a template counts as safe; here it is text: "P&L".
    return _linked(term(key), escape(label or term(key).name))


@register.simple_tag
def label(text: str) -> SafeString:
    """Return a label that is known only when the page is rendered, with help where there is any."""
    found = term_of_label(str(text))
    return _linked(found, escape(text)) if found else conditional_escape(text)


@register.simple_tag
def help_mark(text: str) -> SafeString:
    """Return a question mark with the help of a label that is a link already (a heading that sorts), or nothing."""
    found = term_of_label(str(text))
    if found is None:
        return SafeString("")
    return format_html(
        '<a class="help help-mark" href="{}#{}" aria-label="What is {}?" aria-description="{}&#10;{}">?</a>',
        reverse("learn"),
        found.anchor,
        found.name,
        found.what,
        found.read,
    )


@cache
def _linked(found: Term, text: SafeString) -> SafeString:
    return format_html(
        '<a class="help" href="{}#{}" aria-description="{}&#10;{}">{}</a>',
        reverse("learn"),
        found.anchor,
        found.what,
        found.read,
        text,
    )
