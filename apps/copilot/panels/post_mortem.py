"""A closed trade looked at again, typed in or taken from the journal."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import QueryDict

from alphagex import clock
from apps.copilot.panels.forms import DAYS, PostMortemForm
from apps.journal.models import JournalEntry
from legacy_engines.risk.post_mortem import PostMortemAnalyzer
from legacy_engines.screens.copilot import post_mortem_input

MOST_TRADES = 8
_TONES = {"A": "gain", "B": "gain", "D": "warn", "F": "loss"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTrade:
    """A trade of the journal whose figures the form can take over."""

    entry: JournalEntry
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortem:
    """found: the engine's judgement, None while the form has faults. was_typed: whether somebody asked for it."""

    form: PostMortemForm
    found: dict[str, Any] | None
    tone: str
    trades: list[ClosedTrade]

    @property
    def pnl_share(self) -> float:
        return float(self.found["pnl_pct"]) / 100 if self.found else 0.0


def post_mortem_of(owner: User, given: QueryDict) -> PostMortem:
    """Return the panel with the newest trades of the owner's journal to choose from."""
    form = PostMortemForm({name: given.get(name, value) for name, value in PostMortemForm.FIRST.items()})
    found = None
    if form.is_valid():
        asked = form.cleaned_data
        trade = {
            "symbol": asked["symbol"],
            "strategy": asked["strategy"],
            "entry_price": asked["entry_price"],
            "exit_price": asked["exit_price"],
            "day_entered": asked["day_entered"],
            "hold_time_days": asked["days_held"],
            "exit_reason": asked["exit_reason"] or "Unknown",
            **post_mortem_input(asked["entry_price"], asked["exit_price"], asked["entry_gex"]),
        }
        found = PostMortemAnalyzer.analyze_trade(trade)
    entries = JournalEntry.objects.filter(owner=owner, exit_price__isnull=False).defer("entry_map", "exit_map")
    trades = [closed_trade(one) for one in entries.select_related("entry_snapshot")[:MOST_TRADES]]
    return PostMortem(form=form, found=found, tone=_TONES.get(found["grade"], "") if found else "", trades=trades)


def closed_trade(entry: JournalEntry) -> ClosedTrade:
    """Return a journal's trade as the form's query. What was sold is turned round: the engine judges a bought trade."""
    opened, closed = clock.in_new_york(entry.opened_at), clock.in_new_york(entry.closed_at)
    prices = [entry.entry_price, entry.exit_price or entry.entry_price]
    if entry.direction == "SHORT":
        prices.reverse()
    values: dict[str, Any] = {
        "symbol": entry.symbol,
        "strategy": entry.strategy,
        "entry_price": f"{prices[0]:.2f}",
        "exit_price": f"{prices[1]:.2f}",
        "day_entered": DAYS[min(opened.weekday(), 4)],
        "days_held": (closed.date() - opened.date()).days,
        "entry_gex": f"{entry.entry_snapshot.net_gex / 1e9:.1f}" if entry.entry_snapshot else "0",
        "exit_reason": entry.exit_reason[:300],
    }
    return ClosedTrade(entry=entry, query=urlencode(values))
