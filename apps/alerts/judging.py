"""Which rules fire: all rules of all figures in two statements, each rule for exactly one of the workers that ask."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from alphagex import clock

# A rule that is looked at twice at once is decided by its row: the second UPDATE waits for the first and judges anew.
_FIRE = """
WITH figures AS MATERIALIZED (
    SELECT * FROM unnest(%(names)s::text[], %(values)s::float8[]) AS one (figure, value)
)
UPDATE alerts SET
    met = {is_met},
    fired_at = %(at)s,
    fired_count = fired_count + 1,
    state = CASE WHEN rearm = 'once' THEN 'fired' ELSE state END,
    rearm_at = CASE rearm
        WHEN 'after' THEN %(at)s::timestamptz + make_interval(mins => pause_minutes)
        WHEN 'daily' THEN %(next_day)s::timestamptz
    END
FROM figures
WHERE alerts.figure = figures.figure AND state = 'armed'
  AND (snoozed_until IS NULL OR snoozed_until <= %(at)s)
  AND (rearm_at IS NULL OR rearm_at <= %(at)s)
  AND NOT EXISTS (SELECT FROM notification_settings s WHERE s.user_id = alerts.owner_id AND NOT s.is_on)
  AND CASE fires_on
        WHEN 'state' THEN {is_met} AND (rearm <> 'recross' OR met IS NOT TRUE)
        WHEN 'change' THEN {is_met} AND met IS FALSE
        ELSE met <> {is_met}
      END
RETURNING alerts.id, figures.value
"""
# A snoozed rule about a state forgets that it became true meanwhile: if it still is afterwards, it fires then.
_REMEMBER = """
WITH figures AS MATERIALIZED (
    SELECT * FROM unnest(%(names)s::text[], %(values)s::float8[]) AS one (figure, value)
)
UPDATE alerts SET met = {is_met}
FROM figures
WHERE alerts.figure = figures.figure AND state = 'armed'
  AND met IS DISTINCT FROM {is_met}
  AND NOT (fires_on = 'state' AND {is_met})
"""
_IS_MET = """(CASE comparison
        WHEN '<=' THEN figures.value <= threshold::float8
        WHEN '<' THEN figures.value < threshold::float8
        WHEN '>=' THEN figures.value >= threshold::float8
        ELSE figures.value > threshold::float8
    END)"""
_FORGET = "UPDATE alerts SET met = NULL WHERE symbol = %s AND state = 'armed' AND met IS NOT NULL"


def fire(figures: Mapping[str, float], *, at: datetime) -> dict[int, float]:
    """Fire the armed rules whose condition holds; return each one's id and the figure's value. In a transaction."""
    if not figures:
        return {}
    given: dict[str, Any] = {
        "names": list(figures),
        "values": list(figures.values()),
        "at": at,
        "next_day": clock.session_after(clock.in_new_york(at).date()).opens.replace(hour=0, minute=0),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIRE.format(is_met=_IS_MET), given)
        fired = dict(cursor.fetchall())
        cursor.execute(_REMEMBER.format(is_met=_IS_MET), given)
    return fired


def forget_sides(symbol: str) -> None:
    """Let the rules of a symbol start anew: the numbers before came from another market."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [symbol])
