"""Which sections of a page a user sees, and in which order.

A page's sections stand in groups (its columns); within a group their order is the user's. What is kept of a page is
{"order": [ids], "hidden": [ids]}; an id no longer known is passed over, a section new since then is shown at the end of
its group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page. group: the column within which it can move, in words."""

    id: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A section where the user put it."""

    section: Section
    is_shown: bool


PAGES: dict[str, tuple[Section, ...]] = {
    "dashboard": (
        Section("status", "Status boxes", "Top"),
        Section("verdict", "Verdict of the first symbol", "Top"),
        Section("overview", "GEX overview", "Left column"),
        Section("day", "Chart of the day", "Left column"),
        Section("vix", "VIX", "Left column"),
        Section("activity", "Activity", "Right column"),
        Section("trader", "Auto trader", "Right column"),
        Section("month", "30 days", "Right column"),
    ),
    "gex": (
        Section("verdict", "Verdict", "Levels"),
        Section("figures", "Key figures", "Levels"),
        Section("by-price", "Gamma by price", "Levels"),
        Section("by-expiration", "By expiration", "Levels"),
        Section("heatmap", "Strike × expiration", "Levels"),
        Section("exposures", "Other exposures", "Levels"),
        Section("method", "How it is computed", "Levels"),
        Section("scorecard", "Did these levels hold?", "Below the levels"),
        Section("classic", "By the old method, beside ours", "Below the levels"),
        Section("classic-profile", "The old profile chart", "Below the levels"),
        Section("day-over-day", "Since the session before", "Below the levels"),
        Section("std-levels", "Standard deviation levels", "Below the levels"),
    ),
}


def placed(page: str, kept: Mapping[str, Any]) -> list[Placed]:
    """Return all sections of `page`, group by group, in the user's order. kept: UserPreferences.sections."""
    order, hidden = _of(page, kept)
    groups = list(dict.fromkeys(section.group for section in PAGES[page]))
    last = len(order)
    ranked = sorted(
        PAGES[page],
        key=lambda one: (groups.index(one.group), order.index(one.id) if one.id in order else last),
    )
    return [Placed(section, section.id not in hidden) for section in ranked]


def shown(page: str, kept: Mapping[str, Any]) -> list[str]:
    """Return the ids of what a user sees of `page`, in order."""
    return [one.section.id for one in placed(page, kept) if one.is_shown]


def arrangement(order: Sequence[str], chosen: Sequence[str]) -> dict[str, list[str]]:
    """Return what is kept of a page whose sections stand in `order`, with only the `chosen` ones shown."""
    return {"order": list(order), "hidden": [one for one in order if one not in chosen]}


def moved(order: Sequence[str], section: str, page: str, *, up: bool) -> list[str]:
    """Return `order` with the section one place further up or down within its group; at its end nothing moves."""
    groups = {one.id: one.group for one in PAGES[page]}
    group = [one for one in order if groups[one] == groups[section]]
    place = group.index(section) + (-1 if up else 1)
    if not 0 <= place < len(group):
        return list(order)
    neighbour = group[place]
    swapped = {section: neighbour, neighbour: section}
    return [swapped.get(one, one) for one in order]


def _of(page: str, kept: Mapping[str, Any]) -> tuple[list[str], set[str]]:
    """Return order and hidden ids of a page as kept; a row edited by hand must not break the page."""
    found = kept.get(page)
    if not isinstance(found, Mapping):
        return [], set()
    order, hidden = found.get("order"), found.get("hidden")
    return list(order) if isinstance(order, list) else [], set(hidden) if isinstance(hidden, list) else set()
