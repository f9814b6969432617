"""Sizes over the API, by one's own account and record."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.journal.models import JournalEntry
from apps.ledger.models import Account
from tests.api.own import Program, program, stranger
from tests.ledger.market import Market
from tests.positions.conftest import at, market, own
from tests.positions.trading import held

__all__ = ["at", "market", "own"]
TRADE = {"premium": "2.50", "confidence": 65, "risk_reward": 2, "account_size": 50_000, "risk_percent": 2}
_AMOUNTS = st.decimals(0, 100_000_000, places=2)


def test_a_trade_is_sized_by_confidence_or_by_its_stop(at: datetime, trader: User) -> None:
    mine = program(trader)
    status, size = mine.send("POST", "sizing/calculate", TRADE)
    assert status == 200
    assert size["loss_per_contract"] == 250
    assert size["at_risk"] == size["contracts"] * 250
    assert size["why"]
    status, by_stop = mine.send("POST", "sizing/calculate", {"by": "stop", "entry": 5, "stop": "2.5"})
    assert status == 200
    assert by_stop["at_risk"] == by_stop["contracts"] * 250
    status, problem = mine.send("POST", "sizing/calculate", TRADE | {"structure": "credit", "width": "2.50"})
    assert (status, problem["errors"]["width"]) == (
        422,
        ["The credit is as large as the width: nothing could be lost. Check both."],
    )
    assert mine.send("POST", "sizing/calculate", TRADE | {"risk_percent": 50})[1]["errors"]["risk_percent"]
    assert mine.send("POST", "sizing/calculate", {"by": "stop", "entry": 5, "stop": 5})[0] == 422


def test_kelly_and_the_record_say_what_to_risk(at: datetime, trader: User) -> None:
    mine = program(trader)
    status, found = mine.send(
        "POST", "sizing/kelly", {"win_rate": 65, "average_win": 1000, "average_loss": 400, "trades": 100}
    )
    assert (status, found["has_edge"], found["half"], found["quarter"]) == (
        200, True, found["full"] / 2, found["full"] / 4,
    )  # fmt: skip
    assert found["likely_low"] < found["full"] < found["likely_high"]
    assert mine.send("POST", "sizing/kelly", {"win_rate": 101, "average_win": 1, "average_loss": 1})[0] == 422

    for number in range(25):
        JournalEntry.objects.create(
            owner=trader, symbol="SPY", strategy="Long Call", direction="LONG", opened_at=at - timedelta(days=1),
            closed_at=at, quantity=1, entry_price=Decimal(1), pnl=Decimal(200 if number % 5 else -100),
        )  # fmt: skip
    advice = mine.get("sizing/recommendations")["items"]
    assert [(one["strategy"], one["trades"]) for one in advice] == [("Long Call", 25)]
    assert advice[0]["detail"]
    assert mine.get("sizing/recommendations", account="paper")["items"] == []
    assert stranger().get("sizing/recommendations")["items"] == []


def test_the_portfolio_is_the_traders_own(at: datetime, market: Market, own: Account, trader: User) -> None:
    position = held(own)
    found = program(trader).get("sizing/portfolio")
    assert [(one["number"], float(one["at_risk"])) for one in found["items"]] == [(position.pk, 2020.0)]
    assert float(found["at_risk"]) == 2020
    assert stranger().get("sizing/portfolio")["items"] == []


def test_whatever_is_asked_the_calculators_answer_or_say_what_is_wrong(at: datetime, trader: User) -> None:
    mine = program(trader)

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(
        st.fixed_dictionaries(
            {
                "by": st.sampled_from(["confidence", "stop"]),
                "structure": st.sampled_from(["debit", "credit", "stated"]),
            },
            optional=dict.fromkeys(
                ("premium", "width", "max_loss", "confidence", "risk_reward", "entry", "stop"), _AMOUNTS
            ),
        ),
        st.fixed_dictionaries(dict.fromkeys(("win_rate", "average_win", "average_loss"), _AMOUNTS)),
    )
    def answers(trade: dict[str, object], record: dict[str, object]) -> None:
        assert _status(mine, "sizing/calculate", trade) in (200, 422, 429)
        assert _status(mine, "sizing/kelly", record) in (200, 422, 429)

    answers()


def _status(mine: Program, path: str, body: dict[str, object]) -> int:
    return mine.send("POST", path, body)[0]
