"""Who is asked whether to close a position: the model where there is a key, the exit rules of the engine otherwise."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.autotrader.claude_adviser import Claude
from legacy_engines.trading.autonomous import ExitAdviser, ModelAdviser, leave_to_rules

NEXT_CHECK = "The model is asked at the hourly checks only"


def exit_adviser(*, is_check: bool) -> ExitAdviser:
    """Return the adviser of a run. is_check: one of the hourly checks, at which a model may be asked."""
    key = settings.CLAUDE_API_KEY
    if not key:
        return leave_to_rules
    return ModelAdviser(Claude.from_settings(key)) if is_check else until_the_next_check


def until_the_next_check(
    position: Mapping[str, Any], pnl_percent: float, price: float, spot: float, gex: Mapping[str, Any], dte: int
) -> dict[str, Any]:
    """Hold between the checks: only hard stop and expiry close then, and no request is spent."""
    return {"should_close": False, "reason": NEXT_CHECK}
