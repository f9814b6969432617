"""What a fired rule says: the engine's words for the old rules, ours for the others, and always whose numbers."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

from apps.alerts.figures import MarketFigures, Origin
from apps.alerts.models import Alert
from apps.alerts.rule_types import TYPES
from apps.alerts.stated import sentence_of
from apps.market.templatetags.numbers import et, percent, points, signed, signed_usd
from legacy_engines.setups.alert_rules import Alert as EngineAlert

LONGEST_TITLE = 200
_KINDS = {"simulated": "Simulated", "recorded": "Replay"}
_NOT_LIVE = {
    "simulated": "Nothing of it is real.",
    "recorded": "Not the present market.",
    "delayed": "The numbers came late.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is told of a rule that fired. level: of the notification."""

    title: str
    text: str
    level: str = "warning"


def words_of_market(alert: Alert, market: MarketFigures, value: float) -> Words:
    """Return what a rule about a symbol says."""
    said = engine_message(alert, market) if TYPES[alert.alert_type].is_engines else _figures_now(alert, market, value)
    return _words(alert, said, market.origin)


def words_of_pnl(alert: Alert, value: float, origin: Origin, note: str) -> Words:
    """Return what a rule about P&L says. note: what the marks lack."""
    said = " ".join(part for part in (f"P&L is {signed_usd(value)}.", note) if part)
    return _words(alert, said, origin)


def words_of_engine(alert: Alert, title: str, message: str, severity: str, origin: Origin) -> Words:
    """Return what the gamma engine says, in its own words."""
    level = {"CRITICAL": "error", "HIGH": "warning"}.get(severity, "info")
    text = "\n\n".join(part for part in (message, _noted(alert), origin_line(origin)) if part)
    return Words(title=_title(title, origin), text=text, level=level)


def engine_message(alert: Alert, market: MarketFigures) -> str:
    """Return the old rule's message; empty where the engine would not fire. A wall rule passes its own wall only."""
    data = dict(market.engine)
    if alert.alert_type == "wall_break":
        data = {name: value for name, value in data.items() if not name.endswith("_wall") or name == alert.condition}
    engine = EngineAlert(alert.alert_type, alert.symbol, alert.condition, float(alert.threshold))
    return engine.check(data)[1]


def origin_line(origin: Origin) -> str:
    """Return where the numbers come from, and what that makes of them."""
    weak = _NOT_LIVE.get(origin.truth)
    return " ".join(part for part in (f"{origin.label}, as of {et(origin.as_of, 'full')}.", weak) if part)


def url_of(alert: Alert) -> str:
    """Return the page that shows what a rule is about."""
    if alert.position_id is not None or alert.account_id is not None:
        return reverse("positions:page")
    return _page_of("gamma:page" if alert.alert_type in ("gamma_week", "gamma_cliff") else "gex:page", alert.symbol)


@lru_cache(maxsize=512)
def _page_of(view: str, symbol: str) -> str:
    return reverse(view, args=[symbol])


def value_words(alert: Alert, value: float) -> str:
    """Return a figure in the unit of the rule's type: what stands in the list as its present value."""
    match alert.alert_type:
        case "flip_proximity" | "wall_distance" | "iv_spike" | "gamma_cliff":
            return percent(value / 100)
        case "gex_regime" | "net_gex":
            return f"{signed(value)}\u202fbn"
        case "wall_break":
            return f"{points(abs(value))} {'above' if value > 0 else 'below'}" if value else "at it"
        case "position_pnl" | "account_pnl" | "account_day_pnl":
            return signed_usd(value)
        case "gamma_week":
            return "yes" if value else "no"
    return points(value)


def _figures_now(alert: Alert, market: MarketFigures, value: float) -> str:
    spot = f"spot {points(market.engine['spot_price'])}"
    if alert.alert_type == "wall_distance":
        wall = points(market.engine[alert.condition])
        return f"Now {value_words(alert, value)} away, wall {wall}, {spot}."
    return f"Now {spot}." if alert.alert_type == "price" else f"Now {value_words(alert, value)}, {spot}."


def _words(alert: Alert, said: str, origin: Origin) -> Words:
    lines = (said, _noted(alert), origin_line(origin))
    return Words(title=_title(sentence_of(alert), origin), text="\n".join(line for line in lines if line))


def _title(title: str, origin: Origin) -> str:
    kind = _KINDS.get(origin.truth)
    return (f"{kind}: {title}" if kind else title)[:LONGEST_TITLE]


def _noted(alert: Alert) -> str:
    return f"Your note: {alert.note}" if alert.note else ""
