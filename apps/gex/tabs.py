"""The tabs of the GEX page and the blocks on each, in their order."""

from dataclasses import dataclass

from django.urls import reverse

from apps.gex.classic import comparison, day_over_day, profile, std_levels
from apps.gex.past import history, hours, intraday, week
from apps.gex.plans.block import PLANS
from apps.gex.score import card as scorecard
from apps.gex.setups import cards, game_plan, simulation
from apps.market.blocks import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """key: stands in the address; empty for the page itself. blocks: below the panels on the first tab."""

    key: str
    label: str
    blocks: tuple[Block, ...]

    def url(self, symbol: str) -> str:
        """Return the tab's address."""
        return reverse("gex:tab", args=[symbol, self.key]) if self.key else reverse("gex:page", args=[symbol])

    def block_url(self, symbol: str, block: Block) -> str:
        """Return where one block of it is fetched."""
        return reverse("gex:block", args=[symbol, self.key or "levels", block.key])


_EVERY = (
    Tab(
        key="",
        label="Levels",
        blocks=(scorecard.BLOCK, comparison.BLOCK, profile.BLOCK, day_over_day.BLOCK, std_levels.BLOCK),
    ),
    Tab(key="setups", label="Setups", blocks=(cards.BLOCK, game_plan.BLOCK, simulation.BLOCK)),
    Tab(key="plans", label="Plans", blocks=(PLANS,)),
    Tab(key="intraday", label="Intraday", blocks=(intraday.BLOCK,)),
    Tab(key="week", label="Week", blocks=(week.WEEK, week.LIKENESS, hours.BLOCK)),
    Tab(key="history", label="History", blocks=(history.BLOCK,)),
)
TABS = tuple(tab for tab in _EVERY if tab.blocks or not tab.key)
_BY_KEY = {tab.key or "levels": tab for tab in TABS}


def tab_of(key: str) -> Tab:
    """Return a tab by its place in the address. Raises KeyError."""
    return _BY_KEY[key]


def tab_links(symbol: str, active: Tab) -> list[dict[str, object]]:
    """Return what components/tabs.html takes."""
    return [
        {"label": tab.label, "url": tab.url(symbol), "active": tab is active, "shortcut": str(place)}
        for place, tab in enumerate(TABS, start=1)
    ]
