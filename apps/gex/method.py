"""How it was computed: model, formula, assumptions, coverage and cross-checks, as rows of the page's last panel."""

from dataclasses import dataclass

from apps.market.exposure.result import MODEL, MODEL_VERSION, Exposure
from apps.market.models import Snapshot
from apps.market.notices import origin_line
from apps.market.templatetags.numbers import count, percent, points, usd_compact, usd_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """note: what the value means or where it stops being true."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """is_vendors: the gamma is as its source computed it, without contracts."""

    model: str
    is_vendors: bool
    origin: str
    assumptions: list[Fact]
    coverage: list[Fact]
    checks: list[Fact]
    warnings: tuple[str, ...]


def method_of(snapshot: Snapshot, exposure: Exposure) -> Method:
    """Return everything a sceptic asks about the numbers."""
    given = exposure.assumptions
    return Method(
        model=model_name(snapshot, version=given.model_version),
        is_vendors=exposure.is_by_strike_only,
        origin=origin_line(snapshot),
        assumptions=[] if exposure.is_by_strike_only else _assumptions(exposure),
        coverage=_coverage(exposure),
        checks=_checks(exposure),
        warnings=exposure.warnings,
    )


def model_name(snapshot: Snapshot | None, *, version: int = MODEL_VERSION) -> str:
    """Return whose gamma it is: our model with its version, or the source, which computed it without contracts."""
    if snapshot is not None and not snapshot.contracts:
        return f"{snapshot.source_label}'s own"
    return f"{MODEL} · v{version}"


def exposures(exposure: Exposure) -> list[Fact]:
    """Return the other exposures of the same book, in the dealers' view."""
    rows = [
        ("Delta (DEX)", exposure.net_dex, "$ of stock dealers are long by delta"),
        ("Vanna (VEX)", exposure.net_vex, "$ delta per volatility point"),
        ("Charm (CHEX)", exposure.net_chex, "$ delta per calendar day"),
        ("Net by volume", exposure.volume_gex, "$ per 1 %, weighted by the session's volume"),
    ]
    missing = "not given" if exposure.is_by_strike_only else "not traded"
    return [
        # No volume weighs nothing: before the first trade of a session that is not a balanced book.
        Fact(label=label, value=missing if value is None or not value else usd_compact(value), note=note)
        for label, value, note in rows
    ]


def _assumptions(exposure: Exposure) -> list[Fact]:
    given = exposure.assumptions
    reach = f"{percent(given.grid_low, 0)} to {percent(given.grid_high, 0)} of spot"
    return [
        Fact(label="Rate, dividend yield", value=f"{percent(given.rate, 2)}, {percent(given.dividend_yield, 2)}"),
        Fact(label="Multiplier", value=f"{given.multiplier:g}", note="shares per contract"),
        Fact(label="Year", value=f"{given.day_count:g} days", note="calendar seconds to settlement"),
        Fact(label="Shortest time", value=f"{given.floor_minutes:g} min", note="gamma is boundless as time goes to 0"),
        Fact(label="Re-priced at", value=f"{given.grid_points} spots", note=f"{reach}; each contract keeps its IV"),
        Fact(label="Settlement", value="by root", note="SPX, NDX, RUT at the open 09:30, all others at the close"),
    ]


def _coverage(exposure: Exposure) -> list[Fact]:
    ratio = exposure.put_call_ratio
    put_call = Fact(label="Put/call open interest", value="unknown" if ratio is None else points(ratio))
    if exposure.is_by_strike_only:
        return [Fact(label="Strikes", value=count(len(exposure.by_strike.strike)), note="as delivered"), put_call]
    used, listed = exposure.contracts_used, exposure.contracts
    share = percent(used / listed, 0) if listed else "none"
    interest = exposure.open_interest_date
    return [
        Fact(label="Contracts used", value=f"{count(used)} of {count(listed)}", note=share),
        *(Fact(label=f"Left out: {reason}", value=count(number)) for reason, number in exposure.excluded.items()),
        Fact(
            label="Open interest of",
            value=f"{interest:%a %-d %b %Y}" if interest else "date unknown",
            note="counted once a day, after the close",
        ),
        put_call,
    ]


def _checks(exposure: Exposure) -> list[Fact]:
    sides = [
        Fact(label="Calls", value=usd_size(exposure.call_gex)),
        Fact(label="Puts", value=usd_compact(exposure.put_gex)),
    ]
    if exposure.is_by_strike_only:
        total = exposure.call_gex + exposure.put_gex
        return [
            Fact(label="Net as reported", value=usd_compact(exposure.net_gex), note="adjusted for skew by the source"),
            Fact(label="Net of its strikes", value=usd_compact(total), note="the sum of what it delivers"),
            *sides,
        ]
    feed = exposure.net_gex_feed_gamma
    return [
        Fact(label="Net from our gamma", value=usd_compact(exposure.net_gex), note="from each contract's IV"),
        Fact(
            label="Net from the feed's gamma",
            value="the feed gives none" if feed is None else usd_compact(feed),
            note="rounded to few digits by the feed; a cross-check only",
        ),
        *sides,
    ]
