"""One symbol in one row: every text the template prints, from a stored snapshot."""

from dataclasses import dataclass

from apps.gex.ruler import Ruler, price_ruler
from apps.gex.strip import key_of
from apps.gex.words import Pill, is_near_flip, is_thin, net_share, pills
from apps.market.exposure.result import Exposure
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.templatetags.numbers import bn, percent, points, signed_class, signed_percent, strike
from apps.market.templatetags.quotes import change_fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the overview. day and flip are empty where unknown; `flip_missing` then says why there is no flip."""

    symbol: str
    key: str
    seq: int
    spot: str
    day: str
    day_tone: str
    net: str
    net_tone: str
    thin: str
    flip: str
    to_flip: str
    flip_missing: str
    put_wall: str
    call_wall: str
    ruler: Ruler
    regime: Pill
    badge: Badge


def overview_row(snapshot: Snapshot, exposure: Exposure) -> Row:
    """Return the row of a snapshot. It depends on nothing but its arguments."""
    change = change_fraction(snapshot)
    flip = exposure.flip_point
    return Row(
        symbol=snapshot.symbol,
        key=key_of(snapshot.symbol),
        seq=snapshot.seq,
        spot=points(exposure.spot),
        day="" if change is None else signed_percent(change),
        day_tone=signed_class(change),
        net=bn(exposure.net_gex),
        net_tone=signed_class(exposure.net_gex),
        thin=f"thin, {percent(net_share(exposure), 0)} of gross" if is_thin(exposure) else "",
        flip="" if flip is None else points(flip),
        to_flip="" if flip is None else signed_percent(flip / exposure.spot - 1),
        flip_missing="" if flip is not None else exposure.flip_reason or "The reason was not recorded.",
        put_wall=strike(exposure.put_wall.strike) if exposure.put_wall else "",
        call_wall=strike(exposure.call_wall.strike) if exposure.call_wall else "",
        ruler=price_ruler(exposure),
        regime=_regime(exposure),
        badge=badge_of(snapshot),
    )


def _regime(exposure: Exposure) -> Pill:
    """Return the one word that counts: on the flip, the sign of net gamma is one move from changing."""
    found = pills(exposure)
    return found[1] if is_near_flip(exposure) else found[0]
