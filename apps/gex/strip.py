"""The verdict strip, shorter: the words of the GEX page in one line, on every page about a symbol."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from apps.gex.ruler import Ruler, price_ruler
from apps.gex.words import Pill, headline, pills
from apps.market.exposure.result import Exposure
from apps.market.kept import kept
from apps.market.models import Feed, Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.storage import load_exposure
from apps.market.templatetags.numbers import points, signed, signed_class, signed_percent
from apps.market.templatetags.quotes import change_fraction

_KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What templates/gex/strip.html prints. key: the symbol as part of an element's id."""

    symbol: str
    key: str
    seq: int
    pills: list[Pill]
    headline: str
    spot: str
    change: str
    change_tone: str
    ruler: Ruler
    badge: Badge


def key_of(symbol: str) -> str:
    """Return `symbol` as part of an element's id."""
    return symbol.replace(".", "-")


def verdict_strip(snapshot: Snapshot, exposure: Exposure) -> Strip:
    """Return the strip of a snapshot. It depends on nothing but its arguments."""
    change = change_fraction(snapshot)
    moved = "" if snapshot.change is None else f"{signed(snapshot.change)} {signed_percent(change)}"
    return Strip(
        symbol=snapshot.symbol,
        key=key_of(snapshot.symbol),
        seq=snapshot.seq,
        pills=pills(exposure),
        headline=headline(exposure),
        spot=points(exposure.spot),
        change=moved,
        change_tone=signed_class(change),
        ruler=price_ruler(exposure),
        badge=badge_of(snapshot),
    )


def newest_of(symbol: str) -> tuple[Feed | None, Snapshot | None]:
    """Return the feed and the newest snapshot of `symbol`."""
    feed = Feed.objects.filter(symbol=symbol).first()
    return feed, Snapshot.objects.of(symbol).first() if feed else None


def render_strip(snapshot: Snapshot | None, symbol: str) -> str:
    """Return the strip as HTML, kept for all viewers; before the first snapshot it says that there is nothing yet."""
    if snapshot is None:
        return render_to_string("gex/strip.html", {"strip": None, "symbol": symbol})

    def render() -> str:
        strip = verdict_strip(snapshot, load_exposure(snapshot))
        return render_to_string("gex/strip.html", {"strip": strip, "symbol": symbol})

    return kept(f"strip:{snapshot.pk}", render, seconds=_KEPT_SECONDS)
