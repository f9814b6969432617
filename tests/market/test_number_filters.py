"""Numbers and times read the same way on every page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import TemplateSyntaxError

from apps.market.templatetags import numbers

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "$1,234.50"),
        (-1234.5, "−$1,234.50"),
        (Decimal("-0.015"), "−$0.02"),
        (0, "$0.00"),
        (-0.001, "$0.00"),
        (None, "unknown"),
        (float("nan"), "unknown"),
        (Decimal("NaN"), "unknown"),
    ],
)
def test_dollars_put_the_true_minus_before_the_dollar(value: numbers.Number, text: str) -> None:
    assert numbers.usd(value) == text


def test_a_gain_in_dollars_carries_its_plus() -> None:
    assert numbers.signed_usd(Decimal("842.5")) == "+$842.50"
    assert numbers.signed_usd(-842.5, 0) == "−$842"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (16.1e9, f"+16.10{NARROW}bn"),
        (-850e6, f"−850.00{NARROW}mn"),
        (999_999_999.9, f"+1.00{NARROW}bn"),
        (1.5e12, f"+1.50{NARROW}tn"),
        (-2500, f"−2.50{NARROW}k"),
        (0.2, "0"),
        (0, "0"),
        (None, "unknown"),
        (float("inf"), "unknown"),
    ],
)
def test_large_sums_are_shown_in_the_largest_unit_that_leaves_one(value: numbers.Number, text: str) -> None:
    assert numbers.usd_compact(value) == text


def test_a_size_has_no_plus() -> None:
    assert numbers.usd_size(376.78e9) == f"376.78{NARROW}bn"


def test_a_column_in_billions_keeps_its_sign_and_drops_a_signed_zero() -> None:
    assert numbers.bn(16.1e9) == "+16.10"
    assert numbers.bn(-35.26e9, 1) == "−35.3"
    assert numbers.bn(-1000.0) == "0.00"


def test_the_unit_is_set_apart_and_the_number_escaped() -> None:
    assert numbers.small_unit(f"+16.10{NARROW}bn") == f'+16.10<span class="unit">{NARROW}bn</span>'
    assert numbers.small_unit("<b>") == "&lt;b&gt;"


@pytest.mark.parametrize(("value", "text"), [(4500.0, "4,500"), (502.5, "502.5"), (0.125, "0.125"), (None, "unknown")])
def test_a_strike_shows_only_the_digits_it_needs(value: numbers.Number, text: str) -> None:
    assert numbers.strike(value) == text


def test_levels_changes_and_shares() -> None:
    assert numbers.points(4494.3) == "4,494.30"
    assert numbers.signed(-10.8) == "−10.80"
    assert numbers.percent(0.043) == f"4.3{NARROW}%"
    assert numbers.signed_percent(0.0084) == f"+0.84{NARROW}%"
    assert numbers.count(12345) == "12,345"
    assert numbers.percent(None) == numbers.points(None) == numbers.bn(None) == "unknown"


@pytest.mark.parametrize(
    ("value", "name"), [(3, "gain"), (-0.1, "loss"), (0, "flat"), (None, "flat"), (float("nan"), "flat")]
)
def test_the_colour_follows_the_sign(value: numbers.Number, name: str) -> None:
    assert numbers.signed_class(value) == name


def test_times_are_new_york_times_on_both_sides_of_the_clock_change() -> None:
    summer = datetime(2023, 9, 14, 20, 31, 8, tzinfo=UTC)
    winter = datetime(2023, 12, 14, 20, 31, 8, tzinfo=UTC)
    assert numbers.et(summer) == "16:31"
    assert numbers.et(winter) == "15:31"
    assert numbers.et(summer, "seconds") == "16:31:08"
    assert numbers.et(summer, "day") == "Thu 14 Sep"
    assert numbers.et(summer, "full") == "Thu 14 Sep 2023 16:31 ET"
    assert numbers.et(None) == "unknown"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        numbers.et(datetime(2023, 9, 14, 16, 31))


def test_an_unknown_form_of_time_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="fortnight"):
        numbers.et(datetime(2023, 9, 14, tzinfo=UTC), "fortnight")


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 s"), (2, "2 s"), (59, "59 s"), (60, "1 min"), (3 * 3600, "3 h"), (5 * 86400, "5 d")]
)
def test_an_age_is_told_in_the_largest_whole_unit(seconds: int, text: str) -> None:
    now = datetime(2023, 9, 14, 20, 0, tzinfo=UTC)
    assert numbers.age(now - timedelta(seconds=seconds), now) == text.replace(" ", NARROW)


def test_machines_read_times_in_utc() -> None:
    assert numbers.iso(datetime(2023, 9, 14, 20, 31, tzinfo=UTC)) == "2023-09-14T20:31:00.000Z"
    assert numbers.iso(None) == ""


def test_a_time_out_of_a_message_reads_like_any_other() -> None:
    assert numbers.et("2023-09-14T20:31:08.000Z", "seconds") == "16:31:08"
    assert numbers.iso("2023-09-14T16:31:00-04:00") == "2023-09-14T20:31:00.000Z"
    assert numbers.age("2023-09-14T20:31:00Z", "2023-09-14T20:33:00Z") == f"2{NARROW}min"
