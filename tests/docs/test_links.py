"""Every relative link of the documents leads to a file that exists, and every anchor to a heading."""

import re
from pathlib import Path

from tests.desk import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
ELSEWHERE = ("http://", "https://", "mailto:", "wss://", "ws://")


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def anchors_of(path: Path) -> set[str]:
    """Return the anchors of a document's headings as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number, unique = 0, anchor
        while unique in found:
            number += 1
            unique = f"{anchor}-{number}"
        found.add(unique)
    return found


def broken_links(path: Path) -> list[str]:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for groups in LINK.findall(text):
        link = groups[0] or groups[1]
        if link.startswith(ELSEWHERE):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors_of(target)):
            broken.append(f"{path.relative_to(ROOT)}: {link}")
    return broken


def test_all_links_and_anchors_exist() -> None:
    assert len(documents()) > 5
    assert not [one for path in documents() for one in broken_links(path)]


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    assert not [path.name for path in ROOT.glob("docs/*.md") if path.name != "README.md" and path.name not in index]


def test_anchors_are_those_of_the_headings() -> None:
    page = ROOT / "docs" / "environment.md"
    assert "secrets-and-access" in anchors_of(page)
    assert "no-such-heading" not in anchors_of(page)
