"""The old program's level figures beside the desk's own, and the state it put dealers in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.gex.classic.refresh import Refresh, refresh_of
from apps.gex.learn import dealer_states
from apps.market.blocks import Block
from apps.market.notices import Badge
from apps.market.templatetags.numbers import percent, points, signed_class, signed_percent, strike, usd_compact
from legacy_engines.config import MM_STATES
from legacy_engines.gex.mm_state import determine_mm_state
from legacy_engines.screens.levels import level_figures

OLD_METHOD = (
    "gamma at the present price only, summed by strike. The flip is where net gamma first changes sign between "
    "neighbouring strikes, counted from the lowest; a wall is the strike with the most gamma of its side, on "
    "whichever side of spot it lies."
)
OUR_METHOD = (
    "every contract is re-priced over a grid of prices. The flip is where their net gamma crosses zero nearest spot; "
    "the call wall is the largest call gamma at or above spot, the put wall the largest put gamma at or below it."
)
VENDORS_METHOD = (
    "net GEX and flip as the source computes them. The walls follow our rule in its strikes: calls at or above spot, "
    "puts at or below it."
)
_NEVER = "Hunting and panicking never occur: the old thresholds are tried in the order of its table."
_NO_FLIP_BY_STRIKE = "Unknown: no flip is reported, and without one the old program did not look between the strikes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """value with its note, or `missing`, a sentence."""

    value: str = ""
    note: str = ""
    tone: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    label: str
    ours: Cell
    old: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerState:
    """ranges: which states can occur, and from what net GEX on."""

    name: str
    behaviour: str
    action: str
    ranges: str
    never: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """methods: what each column is, by its head."""

    heads: tuple[str, str]
    rows: list[Row]
    methods: list[tuple[str, str]]
    state: DealerState
    badge: Badge


def build(symbol: str, at: datetime) -> Comparison:
    """Return both records of the newest snapshot. Raises NotReadyError before the first."""
    refresh = refresh_of(symbol)
    ours = "As reported" if refresh.is_vendors else "Our chain: re-priced"
    old = "Old method: by strike"
    methods = [
        (ours, f"{refresh.snapshot.source_label}, {VENDORS_METHOD}" if refresh.is_vendors else OUR_METHOD),
        (old, OLD_METHOD),
    ]
    return Comparison(
        heads=(ours, old),
        rows=_rows(refresh),
        methods=[(head, text[0].upper() + text[1:]) for head, text in methods],
        state=state_of(refresh.old["net_gex"]),
        badge=refresh.badge,
    )


def state_of(net_gex: float) -> DealerState:
    """Return the old program's state of dealers at a net GEX (USD per 1 % move), with its words."""
    name = determine_mm_state(net_gex)
    found = dealer_states()
    return DealerState(
        name=name.capitalize(),
        behaviour=MM_STATES[name]["behavior"],
        action=MM_STATES[name]["action"],
        ranges="; ".join(f"{one['name']} {one['threshold']}" for one in found).capitalize() + ".",
        never=_NEVER,
    )


def _rows(refresh: Refresh) -> list[Row]:
    ours, old = refresh.ours, refresh.old
    our_figures, old_figures = level_figures(ours), level_figures(old)
    return [
        Row(key="net", label="Net GEX", ours=_net(ours), old=_net(old)),
        Row(key="spot", label="Spot", ours=Cell(value=points(ours["spot_price"])), old=_spot(old)),
        Row(key="flip", label="Flip", ours=_our_flip(refresh, our_figures), old=_old_flip(refresh, old_figures)),
        Row(
            key="call-wall",
            label="Call wall",
            ours=_wall(ours["call_wall"], "None: no call gamma at or above spot.", "gain"),
            old=_wall(old["call_wall"], "None: no call gamma at any strike.", "gain"),
        ),
        Row(
            key="put-wall",
            label="Put wall",
            ours=_wall(ours["put_wall"], "None: no put gamma at or below spot.", "loss"),
            old=_wall(old["put_wall"], "None: no put gamma at any strike.", "loss"),
        ),
        Row(key="range", label="Wall range", ours=_range(ours, our_figures), old=_range(old, old_figures)),
        Row(key="position", label="Price and flip", ours=_position(ours, our_figures), old=_position(old, old_figures)),
        Row(key="put-call", label="Put/call", ours=_put_call(ours), old=_put_call(old)),
        Row(key="iv", label="Implied vol", ours=_volatility(ours), old=_volatility(old)),
    ]


def _net(record: dict[str, Any]) -> Cell:
    net = record["net_gex"]
    note = "negative" if net < 0 else "positive"
    return Cell(value=usd_compact(net), note=note, tone=signed_class(net))


def _spot(record: dict[str, Any]) -> Cell:
    return Cell(value=points(record["spot_price"]))


def _our_flip(refresh: Refresh, figures: dict[str, Any]) -> Cell:
    if not refresh.ours["flip_point"]:
        return Cell(missing=f"None: {refresh.snapshot.flip_reason or 'the source reports none.'}")
    return Cell(value=points(refresh.ours["flip_point"]), note=_from_spot(figures), tone="warn")


def _old_flip(refresh: Refresh, figures: dict[str, Any]) -> Cell:
    flip = refresh.old["flip_point"]
    if not flip:
        return Cell(missing=_NO_FLIP_BY_STRIKE)
    note = _from_spot(figures)
    if not refresh.is_by_strike:
        note = f"{note}; the one on the left, as the old program did without an IV"
    elif not refresh.has_crossing:
        note = "no sign change between strikes: spot stands in"
    return Cell(value=points(flip), note=note, tone="warn")


def _from_spot(figures: dict[str, Any]) -> str:
    return f"{signed_percent(figures['flip_delta'] / 100)} from spot"


def _wall(level: float, missing: str, tone: str) -> Cell:
    return Cell(value=strike(level), tone=tone) if level else Cell(missing=missing)


def _range(record: dict[str, Any], figures: dict[str, Any]) -> Cell:
    if figures["wall_range"] is None:
        return Cell(missing="Unknown: it takes both walls.")
    return Cell(
        value=points(figures["wall_range"]),
        note=f"{strike(record['put_wall'])} to {strike(record['call_wall'])}",
    )


def _position(record: dict[str, Any], figures: dict[str, Any]) -> Cell:
    if not record["flip_point"]:
        return Cell(missing="Unknown without a flip.")
    is_above = figures["position"] == "above"
    is_on_it = record["flip_point"] == record["spot_price"]
    return Cell(
        value="Above" if is_above else "Below",
        tone="gain" if is_above else "warn",
        note="equal counts as below" if is_on_it else "",
    )


def _put_call(record: dict[str, Any]) -> Cell:
    if not record["put_call_ratio"]:
        return Cell(missing="Unknown: the source gives none.")
    return Cell(value=points(record["put_call_ratio"]), note="open interest")


def _volatility(record: dict[str, Any]) -> Cell:
    if not record["implied_volatility"]:
        return Cell(missing="Unknown: the source gives none.")
    return Cell(value=percent(record["implied_volatility"], 1), note="at the money")


BLOCK = Block(
    key="classic", title="By the old method, beside ours", template="gex/classic/comparison.html", build=build
)
