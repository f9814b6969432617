"""The engine's texts as a page prints them: without pictographs, minus as a minus, heading and sentence apart."""

import re
from typing import NamedTuple

from apps.market.templatetags.numbers import MINUS

# A hyphen before a number, not one between two ("8-12%") or inside a word.
_NEGATIVE = re.compile(r"(?<![\w.%)\]])(\$?)-(?=\d)")
_PICTOGRAPHS = re.compile(r"^[^\w$(+~≈\"'-]+")


class Said(NamedTuple):
    """A text of the form "LABEL - sentence"; one without a label is all sentence."""

    label: str
    text: str


class Line(NamedTuple):
    """One line of a list of facts or rules. strong: what the plan stresses."""

    label: str
    text: str
    strong: bool = False


def shown(text: object) -> str:
    """Return an engine text for the page: "🦅 IRON CONDOR" -> "IRON CONDOR", "$-3.40B" -> "−$3.40B"."""
    return _NEGATIVE.sub(rf"{MINUS}\1", _PICTOGRAPHS.sub("", str(text)))


def said(text: object) -> Said:
    """Return label and sentence of "LABEL - sentence"."""
    label, separator, sentence = shown(text).partition(" - ")
    return Said(label, sentence) if separator else Said("", label)


def titled(key: str) -> str:
    """Return "post_cpi_trade" as "Post CPI trade"."""
    return key.replace("_", " ").capitalize().replace("cpi", "CPI")


def caution(worst: str) -> str:
    """Return what to say about a maximum loss that came out negative, else an empty text."""
    if not worst.startswith("$-"):
        return ""
    return "A loss below zero: the assumed credit exceeds the wing, which no market pays. Go by the quotes."
