"""What the earlier program was recorded to answer stands on the page, figure for figure."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string

from apps.gex.plans.block import build
from apps.market.models import Snapshot
from tests.gex.plans.reading import bare, text_of
from tests.parity.cases import Case, documents, vectors_directory

CASES_EACH = 6
FIGURE = re.compile(r"\d")


def recorded(period: str) -> list[Case]:
    """Return some recorded plans whose levels are all there."""
    name = f"generate_{period}_plan"
    found = next(one for one in documents(vectors_directory()) if one.name.endswith(f".{name}"))
    usable = [case for case in found.cases if isinstance(case.expected, dict) and has_levels(case)]
    return usable[:: max(1, len(usable) // CASES_EACH)][:CASES_EACH]


def has_levels(case: Case) -> bool:
    """Return whether a snapshot could hold the case's levels: all four prices above zero and below a million."""
    if len(case.args) != 2 or not isinstance(case.args[1], dict) or case.raises:
        return False
    prices: list[Any] = [case.args[1].get(key) for key in ("spot_price", "flip_point", "call_wall", "put_wall")]
    net_gex = case.args[1].get("net_gex")
    return isinstance(net_gex, int | float) and all(isinstance(one, int | float) and 0 < one < 1e6 for one in prices)


def figures(value: Any) -> list[str]:
    """Return the recorded texts that hold figures; a reduced text lists them."""
    if isinstance(value, dict) and set(value) == {"label", "figures"}:
        return [str(one) for one in value["figures"]]
    if isinstance(value, dict):
        return [one for item in value.values() for one in figures(item)]
    if isinstance(value, list):
        return [one for item in value for one in figures(item)]
    return [value] if isinstance(value, str) and FIGURE.search(value) else []


CASES = [
    pytest.param(period, case, id=case.id) for period in ("daily", "weekly", "monthly") for case in recorded(period)
]


@pytest.mark.parametrize(("period", "case"), CASES)
def test_the_recorded_figures_stand_on_the_page(snapshot: Snapshot, period: str, case: Case) -> None:
    symbol, data = case.args
    Snapshot.objects.filter(pk=snapshot.pk).update(
        symbol=symbol,
        spot=Decimal(repr(data["spot_price"])),
        net_gex=data["net_gex"],
        flip_point=data["flip_point"],
        call_wall=data["call_wall"],
        put_wall=data["put_wall"],
    )
    panels = build(symbol, datetime.fromisoformat(case.env["clock"])).panels
    panel = next(one for one in panels if one.key == period)
    shown = bare(text_of(render_to_string(panel.template, {"plan": panel.plan, "symbol": symbol})))
    trades = {"daily": ("exact_trades",), "weekly": ("days",), "monthly": ("weeks", "key_dates", "opex_date")}[period]
    expected = [one for key in trades for one in figures(case.expected[key])]
    assert len(expected) > 10
    assert [one for one in expected if bare(one) not in shown] == []
