"""What a trader reads in the browser equals what the engines computed, to the displayed digit."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.gex.scale import scale_for
from apps.market.chain import Chain
from apps.market.models import Snapshot
from apps.market.sources.simulated import SimulatedSource
from apps.market.storage import load_exposure
from apps.market.tracking import week_gamma
from tests.desk import Desk
from tests.e2e.arriving import arrive
from tests.e2e.conftest import desktop_only

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), desktop_only]
LEAST = 30  # values compared on each page


def billions(usd: float, digits: int) -> str:
    """Return a signed figure in billions as a table prints it."""
    text = f"{abs(usd) / 1e9:,.{digits}f}"
    sign = "" if not any(digit in text for digit in "123456789") else "−" if usd < 0 else "+"
    return sign + text


def texts(page: Page, selector: str) -> list[str]:
    return [re.sub(r"\s+", " ", text).strip() for text in page.locator(selector).all_text_contents()]


def amounts(page: Page, selector: str) -> list[str]:
    """Return texts without the mark of a lower bound, which a week has when a day of it was not seen in time."""
    return [text.removeprefix("≥ ") for text in texts(page, selector)]


def test_the_gex_page(desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain) -> None:
    arrive(spx_chain, spot=spx_chain.spot)
    exposure = load_exposure(Snapshot.objects.select_related("detail").get())
    page = log_in("/gex/SPX/")
    expect(page.locator("#figure-net")).to_be_visible()
    assert exposure.flip_point
    assert exposure.call_wall
    assert exposure.put_wall
    assert exposure.implied_move
    assert texts(page, "#figure-net") == [billions(exposure.net_gex, 2)]
    assert texts(page, "#figure-gross") == [f"{exposure.gross_gex / 1e9:,.2f}"]
    assert texts(page, "#figure-flip") == [f"{exposure.flip_point:,.2f}"]
    assert texts(page, "#figure-call") == [f"{exposure.call_wall.strike:,.0f}"]
    assert texts(page, "#figure-put") == [f"{exposure.put_wall.strike:,.0f}"]
    assert texts(page, "#figure-move") == [f"±{exposure.implied_move:,.1f}"]
    compared = 6

    by_strike = exposure.by_strike
    net = dict(
        zip(
            [f"{strike:,.0f}" for strike in by_strike.strike],
            (by_strike.call_gex + by_strike.put_gex).tolist(),
            strict=True,
        )
    )
    rows = page.locator("#gex-ladder tbody tr")
    for row in range(rows.count()):
        strike = rows.nth(row).locator("th").evaluate("cell => cell.firstChild.textContent.trim()")
        shown = rows.nth(row).locator("td").last.text_content() or ""
        digits = len(shown.strip().partition(".")[2])
        assert shown.strip() == billions(net[strike], digits), strike
        compared += 1

    listed = page.locator("#gex-by-expiration .gex-expirations tbody tr")
    for place in range(6):  # the nearest come first
        expected = exposure.by_expiration[place]
        shown = listed.nth(place).locator("td").nth(2).text_content() or ""
        assert shown.strip() == billions(expected.net_gex, len(shown.strip().partition(".")[2]))
        share = f"{(expected.call_gex - expected.put_gex) / exposure.gross_gex * 100:.1f}"
        assert (listed.nth(place).locator("td").nth(3).text_content() or "").startswith(share)
        compared += 2
    assert compared >= LEAST


def test_the_gamma_page(desk: Desk, log_in: Callable[[str], Page]) -> None:
    chain = SimulatedSource(seed=42).fetch_chain("SPX", at=clock.now())
    arrive(chain, spot=chain.spot)
    page = log_in("/gamma/SPX/")
    expect(page.locator("#block-daily")).to_be_visible()
    engine = week_gamma.intelligence("SPX", clock.now()).intelligence
    if not engine.get("success"):  # from Friday's close on, on a desk that did not see the morning
        expect(page.locator("#block-daily")).to_contain_text("No gamma of this week yet")
        return
    day, week, wild = engine["daily_impact"], engine["weekly_evolution"], engine["volatility_potential"]
    scale = scale_for([day["today_total_gamma"]])
    shown = texts(page, "#block-daily .gamma-figures dd")
    assert shown == [
        scale.size(day["today_total_gamma"]),
        scale.size(day["tomorrow_total_gamma"]),
        scale.signed(-day["expiring_today"]),
    ]
    scale = scale_for([week["monday_baseline"]])
    figures = amounts(page, "#block-weekly .gamma-figures dd")
    assert figures[:2] == [scale.size(week["monday_baseline"]), scale.size(week["friday_end"])]
    assert figures[2].startswith(f"{week['total_decay_pct']:.0f}")
    compared = 6
    for place, one in enumerate(week["daily_breakdown"]):
        cells = amounts(page, f"#block-weekly tbody tr:nth-child({place + 1}) td.num")
        assert cells == [scale.size(one["cumulative_gamma"]), f"{one['pct_of_week']:.0f} %"]
        compared += 2
    for place, one in enumerate(wild["by_day"]):
        cells = texts(page, f"#block-volatility tbody tr:nth-child({place + 1}) td")
        assert cells[1:] == [f"{one['vol_pct']:.0f} %", one["risk_level"]]
        compared += 2
    strategies = [*day["strategies"], *week["strategies"].values(), *wild["strategies"]]
    assert texts(page, ".play h3") == [one["name"] for one in strategies]
    assert texts(page, ".play .facts dd") == [
        str(text)
        for one in strategies
        for key, text in one.items()
        if key not in ("name", "description", "rationale", "priority") and text != "N/A"
    ]
    assert compared + len(strategies) * 5 >= LEAST
