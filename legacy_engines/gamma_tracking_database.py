"""The old module name of the gamma tracking database."""

from legacy_engines.gamma.tracking import GammaTrackingDB
from legacy_engines.gamma.tracking_view import weekly_tracking_view

__all__ = ["GammaTrackingDB", "weekly_tracking_view"]
