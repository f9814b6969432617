"""A desk in use: what the pages of one's own are measured with. Made once, it stays in the database of the bench."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from apps.ledger.models import Account

OPEN, CLOSED, RULES, ANSWERS = 30, 200, 60, 30
SYMBOL = "SPX"


def stored_desk(owner: "User", *, at: datetime) -> str:
    """Store positions, trades, rules and conversations of `owner` unless they are there; return what there is."""
    from apps.ledger.accounts import account_in_use
    from apps.ledger.models import Account, Position

    quotes = _strikes(at)
    for kind in (Account.Kind.OWN, Account.Kind.PAPER):
        account = account_in_use(owner, kind, at=at - timedelta(days=90))
        held = Position.objects.filter(account=account, status=Position.Status.OPEN).count()
        for number in range(held, OPEN if kind == Account.Kind.OWN else OPEN // 3):
            _opened(account, quotes, number, at=at)
    _closed_trades(account_in_use(owner, Account.Kind.OWN, at=at), quotes, at=at)
    _rules(owner, at=at)
    _conversations(owner, at=at)
    return f"{OPEN} positions, {CLOSED} trades, {RULES} rules, {ANSWERS} answers"


def _strikes(at: datetime) -> list[Decimal]:
    """Keep a chain of now and return strikes around its price, of the expiration the positions have."""
    import numpy as np

    from apps.market.quotes import keep_quotes
    from apps.market.sources.simulated import SimulatedSource

    chain = SimulatedSource(seed=42).fetch_chain(SYMBOL, at=at)
    keep_quotes(chain, at=at)
    listed = np.unique(chain.strike[chain.expiration == _expiration(chain)])
    near = sorted(listed, key=lambda strike: abs(strike - chain.spot))[: OPEN + 4]
    return [Decimal(str(strike)) for strike in sorted(near)]


def _expiration(chain: object) -> object:
    import numpy as np

    days = np.unique(chain.expiration)  # type: ignore[attr-defined]
    return days[min(8, len(days) - 1)]


def _opened(account: "Account", strikes: list[Decimal], number: int, *, at: datetime) -> object:
    from apps.ledger.opening import Terms, open_position
    from apps.ledger.tickets import LegTicket, Ticket
    from apps.market.quotes import QuoteBook

    days = QuoteBook(SYMBOL, at=at).expirations
    day = days[min(8, len(days) - 1)]
    low = strikes[number % (len(strikes) - 4)]
    legs = [LegTicket(kind="call", ratio=1, strike=low, expiration=day)]
    if number % 3 == 0:
        legs.append(LegTicket(kind="call", ratio=-1, strike=strikes[strikes.index(low) + 2], expiration=day))
    prices = [Decimal(40), Decimal(30)][: len(legs)]
    strategy = "Bull Call Spread" if len(legs) > 1 else "Long Call"
    ticket = Ticket(symbol=SYMBOL, strategy=strategy, legs=tuple(legs), quantity=1)
    order = open_position(
        account, ticket, at=at, by=account.owner, key=f"bench{at:%s}-{number}", terms=Terms(prices=prices)
    )
    if order.position is None:
        raise SystemExit(f"A position of the benchmark was refused: {order.refusal}")
    return order.position


def _closed_trades(account: "Account", strikes: list[Decimal], *, at: datetime) -> None:
    from apps.journal.models import JournalEntry
    from apps.ledger.closing import close_position
    from apps.ledger.opening import Terms

    there = JournalEntry.objects.filter(owner=account.owner).count()
    for number in range(there, CLOSED):
        when = at - timedelta(hours=6 * (CLOSED - number))
        position = _opened(account, strikes, 1_000_001 + 3 * number, at=when)
        prices = [Decimal(30 + number * 7 % 22)]
        close_position(position, at=when, by=account.owner, key=f"bench-close-{number}", terms=Terms(prices=prices))  # type: ignore[arg-type]


def _rules(owner: "User", *, at: datetime) -> None:
    from apps.alerts.rules import Wanted, make_rule

    for number in range(RULES):
        wanted = Wanted(alert_type="price", condition="above", symbol=SYMBOL, threshold=Decimal(9_000 + number))
        make_rule(owner, wanted, key=f"bench{number}", at=at)


def _conversations(owner: "User", *, at: datetime) -> None:
    from apps.copilot.models import Chat, Turn

    if Turn.objects.filter(chat__owner=owner).exists():
        return
    chat = Chat.objects.create(owner=owner, title="The week so far", created_at=at, changed_at=at)
    Turn.objects.bulk_create(
        Turn(
            chat=chat,
            key=f"bench{number}",
            timestamp=at,
            symbol=SYMBOL,
            mode=Turn.Mode.ANALYZE,
            user_message="Where is the flip, and what follows?",
            ai_response="The flip lies below. " * 30,
            answer_html=["<p>" + "The flip lies below. " * 30 + "</p>"],
            status=Turn.Status.DONE,
            author=Turn.Author.RULES,
            finished_at=at,
        )
        for number in range(ANSWERS)
    )
