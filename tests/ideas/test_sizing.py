"""The dialog of the size: the engine's figures for the user's account, why, and on which assumptions."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.accounts.models import UserPreferences
from apps.ideas import sources
from apps.ideas.idea import Idea
from apps.ideas.sizing import sizing_of
from legacy_engines.risk.sizing import size_setup
from tests.gex.setups.test_cards import text_of
from tests.moments import OPEN_MARKET


def idea(**changes: object) -> Idea:
    usual = {
        "symbol": "SPY",
        "strategy": "LONG CALL",
        "origin": "A test",
        "as_of": OPEN_MARKET,
        "spot": 500.0,
        "confidence": 60.0,
        "details": {"option_premium": 3.2, "risk_reward": 3.0},
    }
    return Idea(**usual | changes)  # type: ignore[arg-type]


@pytest.fixture
def dialog(trader_client: Client, trader: User, monkeypatch: pytest.MonkeyPatch) -> str:
    """The dialog for an account of $80,000 and 1.5 % at risk."""
    UserPreferences.objects.update_or_create(
        user=trader, defaults={"account_size": Decimal(80_000), "risk_percent": Decimal("1.5")}
    )
    monkeypatch.setitem(sources._FINDERS, "test", lambda symbol, reference, at: idea())
    return trader_client.post("/ideas/test/SPY/any/size/").content.decode()


def test_the_dialog_shows_the_engines_size_and_why(dialog: str) -> None:
    shown = text_of(dialog)
    # 80,000 times 1.5 % times 60 % is 720; a contract costs 320.
    assert "2 contracts" in shown
    assert "Capital needed $640" in shown
    assert "At risk $640" in shown
    assert "0.80 %" in shown
    setup = {"option_premium": 3.2, "risk_reward": 3.0, "confidence": 60.0}
    why = size_setup(setup, 80_000.0, 1.5)["explanation"]
    assert len(why) >= 3
    for line in why:
        assert line in shown


def test_the_bars_are_loss_break_even_first_target_and_full_profit(dialog: str) -> None:
    shown = text_of(dialog)
    for label, value in (
        ("Max Loss", "\u2212$640"),
        ("Break Even", "$0"),
        ("Target 1", "$960"),
        ("Max Profit", "$1,920"),
    ):
        assert f"{label} {value}" in shown
    assert dialog.count('class="bar-put"') == 1


def test_the_dialog_is_one_that_can_be_closed_and_leads_to_the_account(dialog: str) -> None:
    assert dialog.lstrip().startswith("<dialog")
    assert 'aria-labelledby="sizing-title"' in dialog
    assert "data-dialog-close" in dialog
    assert 'href="/settings/"' in dialog or "/accounts/settings/" in dialog


def test_a_premium_nobody_named_is_said_to_be_assumed() -> None:
    sizing = sizing_of(idea(details={}), account_size=80_000, risk_percent=1.5)
    assert sizing.contracts == 2  # 720 by 250
    assert any("$2.50 a share is assumed" in note for note in sizing.notes)


def test_a_condors_risk_is_that_of_a_contract_not_of_a_share() -> None:
    condor = idea(strategy="IRON CONDOR", max_risk="$970.00 a contract", details={"risk_reward": 0.03})
    sizing = sizing_of(condor, account_size=100_000, risk_percent=2)
    assert (sizing.contracts, sizing.max_risk) == (1, "$970")
    assert any("per contract, 100 shares" in note for note in sizing.notes)


def test_an_account_of_nothing_takes_no_contract() -> None:
    sizing = sizing_of(idea(), account_size=0, risk_percent=2)
    assert (sizing.contracts, sizing.capital, sizing.account_risk) == (0, "$0", "0.00\u202f%")
