"""The old module name of the expiration dates."""

from legacy_engines.options.expirations import (
    add_expiration_to_setup,
    expiration_panel,
    format_expiration_display,
    get_all_fridays_in_month,
    get_expiration_color,
    get_expiration_for_dte,
    get_next_friday,
    get_next_monthly_expiration,
    get_third_friday_of_month,
    get_time_until_expiration,
    is_market_hours,
    is_weekly_expiration,
)

__all__ = [
    "add_expiration_to_setup",
    "expiration_panel",
    "format_expiration_display",
    "get_all_fridays_in_month",
    "get_expiration_color",
    "get_expiration_for_dte",
    "get_next_friday",
    "get_next_monthly_expiration",
    "get_third_friday_of_month",
    "get_time_until_expiration",
    "is_market_hours",
    "is_weekly_expiration",
]
