"""Plans written by the engine directly, and pages read as a person would: words and figures without dress."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from apps.market.models import Snapshot
from legacy_engines.plans import TradingPlanGenerator

PERIODS = ("daily", "weekly", "monthly")


class Standing:
    """A clock that stands; the engine must not wait."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("plans do not wait")


class Silent:
    """Macro and statistics sources that know nothing."""

    def get_economic_data(self) -> dict[str, Any]:
        return {}

    def get_regime(self, economic_data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def get_personal_stats(self) -> dict[str, Any]:
        return {}


def engine(at: datetime) -> TradingPlanGenerator:
    """Return the generator as a test uses it, beside the application's own."""
    return TradingPlanGenerator(macro=Silent(), statistics=Silent(), clock=Standing(at))


def market_data(snapshot: Snapshot) -> dict[str, float]:
    """Return what a plan reads, straight from the row; an unknown level is 0."""
    return {
        "spot_price": float(snapshot.spot),
        "net_gex": snapshot.net_gex,
        "flip_point": snapshot.flip_point or 0,
        "call_wall": snapshot.call_wall or 0,
        "put_wall": snapshot.put_wall or 0,
    }


def plan_of(period: str, snapshot: Snapshot, at: datetime) -> dict[str, Any]:
    """Return the engine's plan."""
    plan: dict[str, Any] = getattr(engine(at), f"generate_{period}_plan")(snapshot.symbol, market_data(snapshot))
    return plan


def markdown_of(period: str, plan: dict[str, Any], at: datetime) -> str:
    """Return the engine's text of a plan."""
    text: str = getattr(engine(at), f"format_{period}_plan_markdown")(plan)
    return text


def panel(page: str, period: str) -> str:
    """Return the HTML of one plan on the page."""
    start = page.index(f'id="plan-{period}" role="tabpanel"')
    following = page.find('role="tabpanel"', start + 40)
    return page[start : following if following > 0 else page.index("plan-foot", start)]


def text_of(fragment: str) -> str:
    """Return what a fragment says, spaces collapsed."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


def bare(text: str) -> str:
    """Return words and figures alone, so that dashes, signs of currency, separators and pictographs do not count."""
    text = text.replace("\u2212", "-").replace("$-", "-$").lower()
    return " ".join(re.sub(r"[^\w.%+/'()-]+|(?<=\s)-(?=\s)|(?<=\d),(?=\d)", " ", f" {text} ").split())


def leaves(value: Any) -> Iterator[str]:
    """Yield every text of a plan."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value
