"""What every figure of the desk is and how it is read: the one source for the help beside labels and for /learn/."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """One figure. what: what it is; read: how to read it; a sentence each. labels: what pages call it."""

    key: str
    name: str
    group: str
    what: str
    read: str
    labels: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Its place in /learn/."""
        return f"term-{self.key}"


with (Path(__file__).parent / "glossary.toml").open("rb") as _file:
    _ROWS: Final = tomllib.load(_file)

TERMS: Final = {
    key: Term(key, row["name"], row["group"], row["what"], row["read"], tuple(row.get("labels", ())))
    for key, row in _ROWS.items()
}
_BY_LABEL: Final = {label.casefold(): term for term in reversed(TERMS.values()) for label in (term.name, *term.labels)}


def term(key: str) -> Term:
    """Return a term by its key. Raises KeyError."""
    return TERMS[key]


def term_of_label(label: str) -> Term | None:
    """Return the term a page means by `label`, None when the label explains itself."""
    return _BY_LABEL.get(label.strip().casefold())


def groups() -> dict[str, list[Term]]:
    """Return all terms by group, in their order."""
    found: dict[str, list[Term]] = {}
    for one in TERMS.values():
        found.setdefault(one.group, []).append(one)
    return found
