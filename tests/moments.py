"""Moments that tests speak of by name."""

from datetime import datetime

from alphagex.clock import NEW_YORK

OPEN_MARKET = datetime(2026, 11, 18, 11, 30, tzinfo=NEW_YORK)  # a Wednesday
WEEKEND = datetime(2026, 11, 22, 12, 0, tzinfo=NEW_YORK)
HALF_DAY_AFTERNOON = datetime(2026, 11, 27, 14, 0, tzinfo=NEW_YORK)  # the day after Thanksgiving closes at 13:00
