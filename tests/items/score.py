"""The level scorecard is new: no numbered item of the old program stands behind it."""

ITEMS: dict[str, str] = {}
