"""How these tests read a page."""

import re
from html import unescape


def text_of(html: str) -> str:
    """Return the words of a page, tags gone and spaces single."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))
