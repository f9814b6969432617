"""The troubleshooting guide quotes what the desk really says."""

import re

from tests.desk import ROOT


def symptoms() -> list[str]:
    """Return the first column of every table of the guide."""
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    rows = re.findall(r"^\| (.+?) \|", text, flags=re.MULTILINE)
    return [row for row in rows if row != "symptom"]


def sources() -> str:
    folders = ("alphagex", "apps", "templates", "static/js")
    paths = [ROOT / "bootstrap.py", *(path for one in folders for path in (ROOT / one).rglob("*.*"))]
    return "\n".join(path.read_text() for path in paths if path.suffix in (".py", ".html", ".js"))


def test_it_knows_many_symptoms() -> None:
    assert len(symptoms()) >= 40
    assert len(set(symptoms())) == len(symptoms())


def test_quoted_messages_are_those_of_the_code() -> None:
    # Messages broken over lines of code are one here.
    said = re.sub(r"\"\s*\n\s*f?\"", "", sources())
    quoted = [
        quote for row in symptoms() for quote in re.findall(r"`([^`]+)`", row) if not quote.startswith("manage.py")
    ]
    parts = [part.strip() for quote in quoted for part in quote.split("…") if part.strip()]
    assert not [part for part in parts if part not in said]
