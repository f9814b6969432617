"""The status boxes beside the system's: market time, trading day and VIX."""

from dataclasses import dataclass
from datetime import datetime

from alphagex import clock
from apps.market import facts
from apps.market.data_cache import Fact
from apps.market.macro import VIX, volatility_regime
from apps.market.notices import BADGE_KINDS, Badge
from apps.market.status import market_note
from apps.market.templatetags.numbers import et, points

# What a weekday is good for, as traders of weekly options see it (legacy pages, C-2).
_DAY_QUALITY = {0: "best", 1: "best", 2: "good"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTime:
    """time: HH:MM:SS in New York when the page was made; the script keeps it running. note: the next change."""

    time: str
    tone: str
    label: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingDay:
    """weekday, date ("18 Nov"), quality (best, good, caution) for directional trades, session in words."""

    weekday: str
    date: str
    quality: str
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Volatility:
    """The VIX: value in points, or `missing`, a sentence. regime and meaning: what the macro engine makes of it.

    failed: "failed 11:42" where the last attempt to renew it did; is_coming: it was asked for just now.
    """

    value: str = ""
    missing: str = ""
    regime: str = ""
    meaning: str = ""
    badge: Badge | None = None
    failed: str = ""
    is_coming: bool = False


def market_time(at: datetime) -> MarketTime:
    """Return the market's clock and whether it is open."""
    note = market_note(at)
    tone = "gain" if note["is_open"] else "loss"
    return MarketTime(time=et(at, "seconds"), tone=tone, label=note["label"], note=f"{note['note']} ET")


def trading_day(at: datetime) -> TradingDay:
    """Return the weekday in New York and what kind of session it has."""
    at = clock.in_new_york(at)
    return TradingDay(
        weekday=f"{at:%A}",
        date=f"{at:%-d %b}",
        quality=_DAY_QUALITY.get(at.weekday(), "caution"),
        session=_session_words(at),
    )


def _session_words(at: datetime) -> str:
    session = clock.session_on(at.date())
    if session is None:
        return f"No session: {'weekend' if at.weekday() >= 5 else 'exchange holiday'}"
    kind = "Half day" if session.is_half_day else "Session"
    return f"{kind} until {session.closes:%H:%M}"


def volatility(at: datetime) -> Volatility:
    """Return the newest known VIX with its regime. Asks for it where a refresh is due; never waits."""
    fact = facts.newest(VIX, at=at)
    closes = fact.value["close"] if fact.is_known else []
    if not closes:
        return _unknown(fact)
    regime = volatility_regime(float(closes[-1]), at=at)
    return Volatility(
        value=points(float(closes[-1])),
        regime=str(regime["vol_regime"]).capitalize(),
        meaning=str(regime["vol_signal"]),
        badge=_badge(fact),
        failed=f"failed {et(fact.problem_at)}" if fact.problem else "",
        is_coming=fact.may_be_asked(at),
    )


def _unknown(fact: Fact) -> Volatility:
    if fact.is_known:
        return Volatility(missing=f"{fact.label} has no VIX for this session yet.", badge=_badge(fact))
    if fact.problem:
        return Volatility(missing=fact.problem)
    return Volatility(missing="Asked for; it comes in a moment.", is_coming=True)


def _badge(fact: Fact) -> Badge | None:
    if fact.as_of is None:
        return None
    label = fact.label.partition(",")[0]
    origin = f"{fact.label}, VIX, as of {et(fact.as_of, 'full')}."
    badge: Badge = {
        "kind": BADGE_KINDS[fact.truth],  # type: ignore[index]
        "text": f"{label} {et(fact.as_of, 'seconds')}",
        "label": label,
        "as_of": fact.as_of,
        "stale_after": fact.stale_after,
        "origin": f"{origin} {fact.problem}".strip(),
    }
    return badge
