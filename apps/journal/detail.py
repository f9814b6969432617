"""What an entry's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.journal import gamma_map
from apps.journal.models import JournalEntry, Picture
from apps.journal.pictures import MOST
from apps.ledger.models import Fill, Leg
from apps.market.prose import rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry. entry_map, exit_map: None where there was none; rolled_*: the trades before and after a roll."""

    entry: JournalEntry
    legs: Sequence[Leg]
    fills: Sequence[Fill]
    pictures: Sequence[Picture]
    entry_map: gamma_map.GammaMap | None
    exit_map: gamma_map.GammaMap | None
    rolled_from: JournalEntry | None = None
    rolled_to: JournalEntry | None = None

    @property
    def levels(self) -> Sequence[gamma_map.Level]:
        return gamma_map.levels(self.entry_map, self.exit_map)

    @property
    def crossings(self) -> Sequence[str]:
        return gamma_map.crossings(self.entry_map, self.exit_map)

    @property
    def maps(self) -> Sequence[tuple[str, gamma_map.GammaMap | None, str]]:
        """Return (name, map, its moment) of entry and exit."""
        named = (("Entry", self.entry_map), ("Exit", self.exit_map))
        return [(name, found, gamma_map.moment_of(found)) for name, found in named]

    @property
    def notes(self) -> str:
        return rendered(self.entry.notes) if self.entry.notes.strip() else ""

    @property
    def lesson(self) -> str:
        return rendered(self.entry.lesson) if self.entry.lesson.strip() else ""

    @property
    def is_full(self) -> bool:
        return len(self.pictures) >= MOST

    @property
    def simulated_fills(self) -> int:
        return sum(fill.truth == "simulated" for fill in self.fills)


def shown(entry: JournalEntry) -> Shown:
    """Return an entry with everything beside it."""
    position = entry.position
    related = JournalEntry.objects.filter(owner_id=entry.owner_id)
    return Shown(
        entry=entry,
        legs=list(position.legs.all()) if position else [],
        fills=list(Fill.objects.filter(order__position=position).select_related("order", "leg")) if position else [],
        pictures=list(entry.pictures.all()),
        entry_map=gamma_map.read(entry.entry_map),
        exit_map=gamma_map.read(entry.exit_map),
        rolled_from=related.filter(position=position.rolled_from_id).first()
        if position and position.rolled_from_id
        else None,
        rolled_to=related.filter(position__rolled_from=position).first() if position else None,
    )
