"""A trader's lists of symbols. What is added is a symbol by its form; whether anybody lists it, the scan says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from apps.market.watching import parse_symbol
from apps.scanner.models import Watchlist
from legacy_engines.setups.scan_view import (
    DEFAULT_WATCHLIST,
    QUICK_SYMBOLS,
    WATCHLIST_LIMIT,
    AddOutcome,
    add_to_watchlist,
    watchlist_light,
)

LIMIT = 50
OLD_LIMIT = WATCHLIST_LIMIT
MOST_LISTS = 20
FIRST_NAME = "Main"
SHARED = {"default": ("The old program's five", DEFAULT_WATCHLIST), "large": ("Large technology", QUICK_SYMBOLS)}
"""Lists everybody may start from, by key: label and symbols. What is made of one is the trader's own."""


class WatchlistError(Exception):
    """What cannot be done with the lists. The message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding symbols: which are new, were there, found no room."""

    new: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def lists_of(owner: User, *, at: datetime) -> list[Watchlist]:
    """Return a trader's lists; there is always one."""
    found = list(Watchlist.objects.filter(owner=owner))
    if found:
        return found
    first, _ = Watchlist.objects.get_or_create(
        owner=owner, name=FIRST_NAME, defaults={"symbols": list(DEFAULT_WATCHLIST), "created_at": at}
    )
    return [first]


def make(owner: User, name: str, *, symbols: Iterable[str], at: datetime) -> Watchlist:
    """Make a list. Raises WatchlistError for a name that is taken, and for one list too many."""
    name = _free_name(owner, name)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if Watchlist.objects.filter(owner=owner).count() >= MOST_LISTS:
            raise WatchlistError(f"{MOST_LISTS} lists are the most. Delete one first.")
        made, is_new = Watchlist.objects.get_or_create(
            owner=owner, name=name, defaults={"symbols": list(symbols)[:LIMIT], "created_at": at}
        )
    if not is_new:
        raise WatchlistError(f"There is a list named {name!r} already.")
    return made


def rename(watchlist: Watchlist, name: str) -> None:
    """Give a list another name. Raises WatchlistError."""
    watchlist.name = _free_name(watchlist.owner, name, but=watchlist)
    watchlist.save(update_fields=["name"])


def delete(watchlist: Watchlist) -> None:
    """Delete a list; its scans stay in the history."""
    watchlist.delete()


def add(watchlist: Watchlist, text: str) -> tuple[AddOutcome, str]:
    """Add the symbol in `text`; return the engine's word for what came of it, and the symbol. Raises SymbolError.

    Blanks around it are dropped, which the old program kept. Nothing typed: "nothing".
    """
    if not text.strip():
        return "nothing", ""
    symbol = parse_symbol(text)
    with transaction.atomic():
        locked = Watchlist.objects.select_for_update().get(pk=watchlist.pk)
        outcome = _outcome(locked.symbols, symbol)
        if outcome == "added":
            locked.save(update_fields=["symbols"])
    watchlist.symbols = locked.symbols
    return outcome, symbol


def add_many(watchlist: Watchlist, symbols: Iterable[str]) -> Added:
    """Add symbols that were read from a text or file, in their order."""
    added = Added()
    with transaction.atomic():
        locked = Watchlist.objects.select_for_update().get(pk=watchlist.pk)
        for symbol in symbols:
            if symbol in locked.symbols:
                added.known.append(symbol)
            elif _outcome(locked.symbols, symbol) == "added":
                added.new.append(symbol)
            else:
                added.left_out.append(symbol)
        locked.save(update_fields=["symbols"])
    watchlist.symbols = locked.symbols
    return added


def remove(watchlist: Watchlist, symbol: str) -> bool:
    """Take a symbol off a list. False if it was not there."""
    with transaction.atomic():
        locked = Watchlist.objects.select_for_update().get(pk=watchlist.pk)
        is_there = symbol in locked.symbols
        if is_there:
            locked.symbols.remove(symbol)
            locked.save(update_fields=["symbols"])
    watchlist.symbols = locked.symbols
    return is_there


def light_of(watchlist: Watchlist) -> str:
    """Return the engine's light for the room that is left: green above 5, yellow above 0, else red."""
    return watchlist_light(OLD_LIMIT - (LIMIT - len(watchlist.symbols)))


def quick_symbols(watchlist: Watchlist) -> list[str]:
    """Return the quick adds that are not on the list."""
    return [symbol for symbol in QUICK_SYMBOLS if symbol not in watchlist.symbols]


def _outcome(symbols: list[str], symbol: str) -> AddOutcome:
    """Let the engine add, to a list that is as far from its limit as this one is from ours."""
    room = max(0, LIMIT - len(symbols))
    if room and symbol in symbols:
        return "duplicate"
    outcome = add_to_watchlist(["·"] * max(0, OLD_LIMIT - room), symbol)
    if outcome == "added":
        symbols.append(symbol)
    return outcome


def _free_name(owner: User, name: str, *, but: Watchlist | None = None) -> str:
    name = " ".join(name.split())[:40]
    if not name:
        raise WatchlistError("Give the list a name.")
    taken = Watchlist.objects.filter(owner=owner, name__iexact=name)
    if (taken.exclude(pk=but.pk) if but else taken).exists():
        raise WatchlistError(f"There is a list named {name!r} already.")
    return name
