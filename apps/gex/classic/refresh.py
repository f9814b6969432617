"""What the old program held after a refresh, beside the desk's own record of the same snapshot."""

from dataclasses import dataclass
from typing import Any

from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.tracking import engine_dictionaries
from legacy_engines.screens.levels import loaded

AGGREGATE = "aggregate_from_gammaOI"
_NO_WALLS = {"call_wall": 0, "put_wall": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """ours, old: spot_price, flip_point, call_wall, put_wall (points), net_gex (USD per 1 % move), put_call_ratio,
    implied_volatility (fraction). 0 in them means unknown, except in net_gex.

    old: by strike, as the old program loaded it. profile: the strikes behind it, `{}` where the source has none, with
    the reason in `problem`.
    """

    ours: dict[str, Any]
    old: dict[str, Any]
    profile: dict[str, Any]
    problem: str
    snapshot: Snapshot

    @property
    def badge(self) -> Badge:
        return badge_of(self.snapshot)

    @property
    def is_vendors(self) -> bool:
        """Whether the source computed its gamma itself, so that nothing was re-priced here."""
        return not self.snapshot.contracts

    @property
    def is_by_strike(self) -> bool:
        """Whether the old record's levels come from the strikes; otherwise its flip is the reported one."""
        return AGGREGATE in self.profile

    @property
    def has_crossing(self) -> bool:
        """Whether net gamma changes sign between two strikes: where not, the profile puts its flip on spot."""
        return bool(self.profile) and self.profile["flip_point"] != self.profile["spot_price"]


def refresh_of(symbol: str) -> Refresh:
    """Return both records of the newest snapshot. Raises NotReadyError before the first."""
    snapshot = engine_dictionaries.newest_with_detail(symbol)
    net_gamma, profile = engine_dictionaries.net_gamma(symbol), engine_dictionaries.strike_profile(symbol)
    if snapshot is None or net_gamma is None or profile is None:
        raise NotReadyError("No levels yet", "The first ones come by themselves, and this part with them.")
    # The old client's answer had no walls of its own: with ours in it they would pass for walls by strike.
    reported = net_gamma.value | _NO_WALLS
    return Refresh(
        ours=net_gamma.value,
        old=loaded(symbol, profile.value, lambda: reported),
        profile=profile.value,
        problem=profile.problem,
        snapshot=snapshot,
    )
