"""Whatever is opened, marked, closed, rolled, expired and cancelled in whatever order: the money adds up."""

import os
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from apps.ledger.accounts import account_in_use, balance, change_rules, standing
from apps.ledger.closing import RollRefusedError, close_position, roll_position, settle_expired
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Fill, Order, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.orders import cancel_order, try_waiting_orders
from apps.ledger.reconciling import differences
from tests.ledger.market import EXPIRATION, LATER, condor, leg, ticket, usual_market
from tests.moments import OPEN_MARKET

TICKETS = {
    "call": ticket(leg("call", 600)),
    "condor": condor(),
    "vertical": ticket(leg("call", 620), leg("call", 625, -1), strategy="Vertical"),
    "calendar": ticket(leg("call", 600, -1), leg("call", 600, expiration=LATER), strategy="Calendar"),
    "sold put": ticket(leg("put", 580, -1), strategy="Sold put"),
    "unlisted": ticket(leg("call", 700)),
}
EXAMPLES = int(os.environ.get("ALPHAGEX_EXAMPLES", "8"))
CENTS = st.integers(min_value=5, max_value=2_000)


class Trading(RuleBasedStateMachine):
    """A day of one paper account. `expected` is kept from the fills alone, by arithmetic of its own."""

    positions: Bundle[int] = Bundle("positions")
    waiting: Bundle[int] = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = OPEN_MARKET
        self.market = usual_market()
        self.keys = 0

    @initialize(fill_model=st.sampled_from(["mid", "spread"]), commission=st.sampled_from(["0", "0.65"]))
    def begin(self, fill_model: str, commission: str) -> None:
        user = User.objects.create_user(f"trader{User.objects.count()}")
        self.account = account_in_use(user, Account.Kind.PAPER, at=self.at)
        change_rules(self.account, fill_model=fill_model, commission=Decimal(commission), at=self.at, by=user)
        self.market.says(self.at)

    @rule(name=st.sampled_from(sorted(TICKETS)), units=st.integers(1, 5), target=positions)
    def open(self, name: str, units: int) -> int:
        order = self._open(name, units, Terms())
        return order.position_id or 0

    @rule(units=st.integers(1, 3), target=waiting)
    def place_what_waits(self, units: int) -> int:
        return self._open("unlisted", units, Terms(may_wait=True)).pk

    @rule(order=consumes(waiting), twice=st.booleans())
    def cancel(self, order: int, twice: bool) -> None:
        for _ in range(2 if twice else 1):
            cancel_order(Order.objects.get(pk=order), at=self.at)

    @rule(contract=st.sampled_from(sorted(usual_market().quotes)), bid=CENTS, spread=st.integers(0, 40))
    def quotes_move(self, contract: tuple[str, float, object], bid: int, spread: int) -> None:
        self.market.quotes[contract] = (bid / 100, (bid + spread) / 100)  # type: ignore[index]
        self._time_passes()

    @rule()
    def mark(self) -> None:
        mark_open_positions(at=self.at)

    @rule(position=positions, units=st.integers(1, 5), repeat=st.booleans())
    def close(self, position: int, units: int, repeat: bool) -> None:
        found = Position.objects.filter(pk=position).first()
        if found is None:
            return
        quantity = min(units, found.open_quantity) or None
        key = self._key()
        fills = None
        for _ in range(2 if repeat else 1):
            close_position(found, at=self.at, by=None, key=key, quantity=quantity)
            now = Fill.objects.filter(order__position=found).count()
            assert fills in (None, now), "The same close a second time moved something."
            fills = now

    @rule(position=positions, units=st.integers(1, 3), target=positions)
    def roll(self, position: int, units: int) -> int:
        found = Position.objects.filter(pk=position, status="OPEN").first()
        if found is None:
            return 0
        wanted = ticket(leg("call", 600, expiration=LATER), quantity=units)
        try:
            return roll_position(found, wanted, at=self.at, by=None, key=self._key()).position_id or 0
        except RollRefusedError:
            return 0

    @rule(position=positions, spot=st.integers(550, 650))
    def expire(self, position: int, spot: int) -> None:
        found = Position.objects.filter(pk=position).first()
        if found is not None:
            settle_expired(found, EXPIRATION, Decimal(spot), at=self.at)

    @rule()
    def try_what_waits(self) -> None:
        try_waiting_orders(at=self.at)

    @invariant()
    def the_money_adds_up(self) -> None:
        figures = standing(self.account)
        assert figures.cash + figures.value == figures.start + figures.realized + figures.unrealized
        assert figures.cash == balance(self.account) == figures.start + self._paid_and_received()
        assert self._value_of_what_is_held() == figures.value
        assert list(differences()) == []

    def _open(self, name: str, units: int, terms: Terms) -> Order:
        wanted = TICKETS[name]
        chosen = ticket(*wanted.legs, quantity=units, strategy=wanted.strategy)
        return open_position(self.account, chosen, at=self.at, by=None, key=self._key(), terms=terms)

    def _key(self) -> str:
        self.keys += 1
        return f"key {self.keys}"

    def _time_passes(self) -> None:
        self.at += timedelta(seconds=1)
        self.market.says(self.at)

    def _paid_and_received(self) -> Decimal:
        fills = Fill.objects.filter(order__account=self.account).values_list("side", "quantity", "price", "commission")
        flows = (
            (price * quantity * 100 if side == "sell" else -price * quantity * 100) - commission
            for side, quantity, price, commission in fills
        )
        return sum(flows, Decimal(0))

    def _value_of_what_is_held(self) -> Decimal:
        """Return the marks of what fills have left, one contract at a time."""
        held: dict[int, int] = {}
        legs = {}
        for fill in Fill.objects.filter(order__account=self.account).select_related("leg"):
            held[fill.leg_id] = held.get(fill.leg_id, 0) + (fill.quantity if fill.side == "buy" else -fill.quantity)
            legs[fill.leg_id] = fill.leg
        return sum((held[key] * 100 * (leg.mark or leg.entry_price) for key, leg in legs.items()), Decimal(0))


@pytest.mark.django_db
def test_cash_and_value_equal_start_and_result_at_every_step() -> None:
    run_state_machine_as_test(
        Trading,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
