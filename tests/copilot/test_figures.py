"""Figures of an answer against those it was given: read, matched, marked. Pure text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from apps.copilot.figures.checking import Known, Tally, tally
from apps.copilot.figures.facts import Fact, facts_in
from apps.copilot.figures.reading import YEARLESS, figures_in
from apps.copilot.prose import rendered

BILLION = 1e9


def read(text: str) -> list[tuple[str, str, float]]:
    return [(one.text, one.kind, float(f"{one.value:.9g}")) for one in figures_in(text) if one.kind != "date"]


READ: list[tuple[str, list[tuple[str, str, float]]]] = [
    ("SPX closed at 4,505.10.", [("4,505.10", "number", 4505.1)]),
    ("the $4,500 strike", [("$4,500 strike", "usd", 4500)]),
    ("+40.40 bn against \u221235.26 bn", [("+40.40 bn", "number", 40.4e9), ("\u221235.26 bn", "number", -35.26e9)]),
    ("$16.1B, $-1.50B, -$450", [("$16.1B", "usd", 16.1e9), ("$-1.50B", "usd", -1.5e9), ("-$450", "usd", -450)]),
    ("850 million and 10k", [("850 million", "number", 850e6), ("10k", "number", 10_000)]),
    ("4.3 %, 48.5%", [("4.3 %", "percent", 4.3), ("48.5%", "percent", 48.5)]),
    ("5 per cent, 6 percent", [("5 per cent", "percent", 5), ("6 percent", "percent", 6)]),
    ("10-15%", [("10", "percent", 10), ("15%", "percent", 15)]),
    ("5 % to 10 %", [("5 %", "percent", 5), ("10 %", "percent", 10)]),
    ("$4.20\u20134.60", [("$4.20", "usd", 4.2), ("4.60", "usd", 4.6)]),
    ("$1-2B", [("$1", "usd", 1e9), ("2B", "usd", 2e9)]),
    ("4,490\u20134,510", [("4,490", "number", 4490), ("4,510", "number", 4510)]),
    ("4640/4650 C, 4370/4360 P", [("4640", "number", 4640), ("4650", "number", 4650), ("4370", "number", 4370),
                                  ("4360", "number", 4360)]),
    ("the 4640C", [("4640C", "number", 4640)]),
    ("0.45 delta, .30 delta", [("0.45 delta", "number", 0.45), (".30 delta", "number", 0.3)]),
    ("7 DTE, 3 contracts, 2x", [("7 DTE", "number", 7), ("3 contracts", "number", 3), ("2x", "number", 2)]),
    ("12 of 40", [("12", "number", 12), ("40", "number", 40)]),
    ("\u00b11.2%", [("\u00b11.2%", "percent", 1.2)]),
    ("(-2.5%)", [("-2.5%", "percent", -2.5)]),
    ("wall 4525.", [("4525", "number", 4525)]),
    # No figures: names, times, ordinals, words.
    ("S&P 500, Russell 2000, VIX9D, Q3, H1", []),
    ("09:30 ET, 3 PM, 15:45:10", []),
    ("2 or 3 alternatives, step 4, 1st, 22nd, 0DTE, 1/3 of it", []),
    ("in 2026, since 1999", []),
    ("A 3:1 reward", []),
]  # fmt: skip


def test_figures_are_read_with_sign_unit_and_scale() -> None:
    for text, wanted in READ:
        assert read(text) == wanted, text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("13 Oct", date(YEARLESS, 10, 13)),
        ("Oct 13th, 2026", date(2026, 10, 13)),
        ("20 November 2026", date(2026, 11, 20)),
        ("11/20/26", date(2026, 11, 20)),
        ("11/20 expiry", date(YEARLESS, 11, 20)),
        ("may 5 contracts", None),
        ("31 Feb", None),
    ],
)
def test_dates_are_dates_and_no_numbers(text: str, day: date | None) -> None:
    found = [one for one in figures_in(text) if one.kind == "date"]
    assert [one.day for one in found] == ([day] if day else [])


GIVEN = """{
  "symbol": "SPX",
  "spot_price": 4505.1,
  "net_gex": 16100000000.0,
  "put_gex": -35260000000.0,
  "flip_point": 4494.3,
  "distance_to_flip": -0.24,
  "impliedVolatility": 0.1234,
  "win_rate": 60.0,
  "contracts": 4,
  "expiry": "2026-11-20",
  "pnl": -450.0
}
- Mon: 62% won, average $-120.50
Gamma today: $16.10B"""

STATES = {
    # Rounding, in the digits as written.
    "4,505.10": True, "4505.1": True, "4,505": True, "4,505.12": False, "4,506": False, "4,494": True,
    "4,494.31": False,
    "$16.1B": True, "16.10 bn": True, "$16B": True, "16.2B": False, "17 bn": False, "20B": False,
    "35 bn": True, "$16,100 million": True,
    # Signs: words may carry them, a written one must be right.
    "35.26 bn": True, "\u221235.26 bn": True, "-$35.26B": True, "+35.26 bn": False, "+16.1B": True, "-16.1B": False,
    "$450": True, "-$450": True, "$-450": True, "+$450": False, "-$120.50": True, "$121": True,
    # Percentages.
    "0.24 %": True, "\u22120.24%": True, "+0.24%": False, "12.3%": True, "0.1234": True, "12.5%": False, "60 %": True,
    "62%": True, "70 %": False, "4 %": False,
    # Another unit is another thing.
    "$60": False, "60B": False, "4 contracts": True, "5 contracts": False, "60 times": True, "4,505 days": False,
    # Dates.
    "20 Nov": True, "Nov 20, 2026": True, "2026-11-20": True, "Nov 21": False, "20 Nov 2025": False,
    # Derived, though right: nobody computed it for us.
    "10.80 points": False, "4.3 %": False,
}  # fmt: skip


def test_figures_match_what_was_given_rounded_and_nothing_else() -> None:
    known = Known(facts_in(GIVEN, source="market"))
    for text, is_known in STATES.items():
        (found,) = known.check(f"It is {text} now.")
        assert (found.state == "verified") is is_known, text
        assert found.state in ("verified", "unverified")


def test_a_distance_counts_once_the_desk_has_computed_it() -> None:
    facts = facts_in(GIVEN, source="market")
    computed = facts_in('"spot_to_flip_points": -10.8', source="computed", origin="computed")
    assert [one.state for one in Known(facts).check("10.80 points below")] == ["unverified"]
    (found,) = Known([*facts, *computed]).check("10.80 points below")
    assert (found.state, found.fact and found.fact.name) == ("computed", "Spot to flip points")


def test_what_the_trader_brought_in_is_neither_verified_nor_wrong() -> None:
    known = Known([*facts_in(GIVEN, source="m"), *facts_in("Buy at 4.20?", source="your question", origin="asked")])
    checked = known.check("You pay 4.20 at 4,505.10, risk 99.99.")
    assert [one.state for one in checked] == ["asked", "verified", "unverified"]
    counted = tally(checked)
    assert counted == Tally(verified=1, asked=1, unverified=1)
    assert (counted.claimed, counted.share) == (2, 0.5)
    assert tally([]).share is None
    assert tally([one.as_json() for one in checked]) == counted


def test_a_stored_figure_wins_over_the_same_number_in_the_question() -> None:
    facts = [*facts_in("4,505.10?", source="your question", origin="asked"), *facts_in(GIVEN, source="market")]
    assert Known(facts).check("4,505.10")[0].state == "verified"


def test_a_figure_at_the_end_of_a_growing_text_is_still_being_checked() -> None:
    known = Known(facts_in(GIVEN, source="market"))
    assert [one.state for one in known.check("Spot 4,505.10, flip 4,49", is_open=True)] == ["verified", "checking"]
    assert [one.state for one in known.check("Spot 4,505.10, flip 4,494. So", is_open=True)][1] == "verified"
    assert [one.state for one in known.check("Spot 4,505.10, flip 4,494.", is_open=True)][1] == "checking", "4,494.3?"


def test_markdown_is_marked_in_tables_lists_emphasis_and_code_and_nothing_else_gets_through() -> None:
    text = (
        "# Pin at 4,505.10\n\n- **60 %** won\n- flip `4494.3`\n\n| Leg | Price |\n|---|---|\n| call | 77.70 |\n\n"
        "```\nSELL 4640\n```\n\n<img src=x onerror=alert(1)> [a](javascript:alert(2)) ![b](http://x/y)\n\n3. third"
    )
    prose = rendered(text, Known(facts_in(GIVEN, source="market")))
    html = "".join(prose.blocks)
    assert {one.figure.text: one.state for one in prose.figures} == {
        "4,505.10": "verified", "60 %": "verified", "4494.3": "verified", "77.70": "unverified", "4640": "unverified",
    }  # fmt: skip
    assert '<h3>Pin at <span class="fig fig-verified"' in html
    assert '<code><span class="fig fig-verified"' in html
    assert "<table>" in html
    assert "(unverified)" in html
    assert '<ol start="3">' in html
    for evil in ("<img", "<a", "href=", "<script"):
        assert evil not in html
    assert len(prose.blocks) == 6


@limits(max_examples=30)
@given(st.text("01249.,$%+-\u2212\u2013 BbKkCPxm\n*_#|`[](){}<>!/&\"'=:", max_size=200))
def test_any_text_is_rendered_safely_and_in_whole(text: str) -> None:
    prose = rendered(text, Known([Fact(name="x", source="y", value=1.0)]), is_open=True)
    html = "".join(prose.blocks)
    assert "<script" not in html
    assert "<a " not in html
    for one in figures_in(text):
        assert text[one.start : one.end].strip() == one.text.strip()


@limits(max_examples=30)
@given(st.floats(min_value=10, max_value=1e6, allow_nan=False), st.integers(0, 2))
def test_every_number_matches_itself_as_we_would_print_it(value: float, digits: int) -> None:
    known = Known([Fact(name="it", source="here", value=value)])
    text = f"${value:,.{digits}f}"
    assert [one.state for one in known.check(text)] == ["verified"]
