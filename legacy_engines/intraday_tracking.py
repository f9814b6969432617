"""The old module name of the intraday tracking."""

from legacy_engines.gamma.intraday import IntradayTracker, should_capture_snapshot
from legacy_engines.gamma.intraday_charts import create_intraday_charts
from legacy_engines.gamma.intraday_view import (
    get_intraday_summary,
    intraday_dashboard,
    intraday_insights,
    snapshot_widget,
)

__all__ = [
    "IntradayTracker",
    "create_intraday_charts",
    "get_intraday_summary",
    "intraday_dashboard",
    "intraday_insights",
    "should_capture_snapshot",
    "snapshot_widget",
]
