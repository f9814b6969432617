"""A position before it is opened: its legs with their quotes, what it costs, what it can bring and lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import User
from django.http import QueryDict

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.ledger import payoff
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Leg, Order
from apps.ledger.opening import Terms, open_position, side_of
from apps.ledger.pricing import LegQuote, NoFillError, fill_prices, quote_leg
from apps.ledger.tickets import LegTicket, Ticket, TicketError
from apps.market.models import Snapshot
from apps.market.quotes import QuoteBook
from apps.market.watching import SymbolError, note_watched, parse_symbol
from apps.positions.forms import OpenForm
from apps.positions.greeks import Greeks, of_legs
from apps.positions.stated import leg_prices
from apps.positions.structures import STRIKES, STRUCTURES, legs_of, usual_strikes

ZERO = Decimal(0)
_USUAL_DAYS = timedelta(days=5)
_STRIKES_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the position would be. net: USD per share of one unit, paid (positive) or received.

    total: USD paid or received for all units; best, worst: USD, None without limit; problem: why it would not fill now.
    """

    lines: list[tuple[LegTicket, LegQuote]]
    net: Decimal | None = None
    total: Decimal | None = None
    best: Decimal | None = None
    worst: Decimal | None = None
    breakevens: tuple[Decimal, ...] = ()
    commission: Decimal = ZERO
    greeks: Greeks | None = None
    fill_words: str = ""
    problem: str = ""

    @property
    def price(self) -> Decimal:
        return abs(self.net or ZERO)

    @property
    def amount(self) -> Decimal:
        return abs(self.total or ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The dialog. preview: None while the form has faults. strikes: the listed ones near the price."""

    form: OpenForm
    key: str
    strikes: Sequence[Decimal]
    preview: Preview | None
    refusal: str = ""


class _Market:
    """What is known of a symbol's options, for the form's choices."""

    def __init__(self, symbol: str, *, at: datetime) -> None:
        self.at = at
        self.book = QuoteBook(symbol, at=at)
        newest = Snapshot.objects.of(symbol).first()
        self.spot = newest.spot if newest else None
        today = clock.in_new_york(at).date()
        self.expirations = [day for day in self.book.expirations if day >= today]

    def usual_day(self) -> date:
        """Return the nearest expiration some days away."""
        wanted = clock.in_new_york(self.at).date() + _USUAL_DAYS
        return next((day for day in self.expirations if day >= wanted), clock.session_after(wanted).day)


def propose(user: User, given: QueryDict, *, at: datetime, refusal: str = "") -> Proposal:
    """Return the dialog with what was typed, and the usual where nothing was."""
    market = _Market(_symbol(user, given), at=at)
    data = _with_usual(given, user, market)
    form = OpenForm(data, expirations=market.expirations, today=clock.in_new_york(at).date())
    day = _day(str(data["expiration"]))
    near = _near(market.book.strikes(day) if day else [], market.spot)
    preview = _preview(user, form, market) if form.is_valid() else None
    return Proposal(form=form, key=given.get("key") or uuid4().hex, strikes=near, preview=preview, refusal=refusal)


def open_proposed(user: User, given: QueryDict, *, at: datetime) -> Order | Proposal:
    """Open what was typed; the order, or the dialog with what is wrong."""
    market = _Market(_symbol(user, given), at=at)
    form = OpenForm(given, expirations=market.expirations, today=clock.in_new_york(at).date())
    if not form.is_valid():
        return Proposal(form=form, key=given.get("key") or uuid4().hex, strikes=(), preview=None)
    account = account_in_use(user, Account.Kind.OWN, at=at)
    ticket = ticket_of(form)
    note_watched([ticket.symbol], at=at)
    try:
        quotes = _quotes(market, ticket.legs)
        order = open_position(
            account, ticket, at=at, by=user, key=f"form:{given.get('key', '')[:60]}", terms=_terms(form, ticket, quotes)
        )
    except (TicketError, ValueError) as error:
        return propose(user, given, at=at, refusal=str(error))
    if order.status == Order.Status.REJECTED:
        fresh = given.copy()
        fresh["key"] = ""  # the refused order has used the old one
        return propose(user, fresh, at=at, refusal=order.refusal)
    return order


def ticket_of(form: OpenForm) -> Ticket:
    """Return what a valid form asks for."""
    asked = form.cleaned_data
    legs = legs_of(asked["structure"], asked["side"], asked.get("expiration"), form.strikes())
    return Ticket(
        symbol=asked["symbol"],
        strategy=asked["strategy"] or form.shape.strategy(asked["side"]),
        legs=legs,
        quantity=asked["quantity"],
        target=asked["target"],
        stop=asked["stop"],
        notes=asked["notes"],
    )


def _terms(form: OpenForm, ticket: Ticket, quotes: Sequence[LegQuote]) -> Terms:
    asked = form.cleaned_data
    if asked["basis"] == OpenForm.STATED:
        prices = leg_prices(ticket.legs, quotes, asked["price"], is_paid=asked["side"] == "buy")
        return Terms(prices=prices, quotes=quotes)
    return Terms(quotes=quotes, may_wait=bool(asked.get("may_wait")))


def _preview(user: User, form: OpenForm, market: _Market) -> Preview:
    ticket = ticket_of(form)
    account = account_in_use(user, Account.Kind.OWN, at=market.at)
    quotes = _quotes(market, ticket.legs)
    lines = list(zip(ticket.legs, quotes, strict=True))
    try:
        prices = _terms(form, ticket, quotes).prices
        if prices is None:
            sides = [side_of(leg.ratio) for leg in ticket.legs]
            prices = fill_prices(quotes, sides, fill_model=account.fill_model)
    except (NoFillError, ValueError) as error:
        return Preview(lines=lines, problem=str(error))
    unit = max(leg.multiplier for leg in ticket.legs)
    net = sum((leg.ratio * leg.multiplier * price for leg, price in zip(ticket.legs, prices, strict=True)), ZERO)
    ends = payoff.extremes(ticket.legs, prices, units=ticket.quantity)
    contracts = sum(abs(leg.ratio) for leg in ticket.legs if leg.kind != "stock") * ticket.quantity
    is_stated = form.cleaned_data["basis"] == OpenForm.STATED
    return Preview(
        lines=lines,
        net=net / unit,
        total=net * ticket.quantity,
        best=ends.max_profit,
        worst=ends.max_loss,
        breakevens=ends.breakevens,
        commission=account.commission * contracts,
        greeks=_greeks(ticket, quotes, market),
        fill_words="As you state it" if is_stated else str(account.get_fill_model_display()),
    )


def _greeks(ticket: Ticket, quotes: Sequence[LegQuote], market: _Market) -> Greeks:
    legs = [
        Leg(
            kind=leg.kind,
            strike=leg.strike,
            expiration=leg.expiration,
            ratio=leg.ratio,
            open_quantity=abs(leg.ratio) * ticket.quantity,
            iv=quote.iv,
        )
        for leg, quote in zip(ticket.legs, quotes, strict=True)
    ]
    return of_legs(legs, None if market.spot is None else float(market.spot), at=market.at)


def _quotes(market: _Market, legs: Sequence[LegTicket]) -> list[LegQuote]:
    return [quote_leg(market.book, leg, at=market.at) for leg in legs]


def _symbol(user: User, given: Mapping[str, str]) -> str:
    try:
        return parse_symbol(given.get("symbol") or preferences_of(user).symbol)
    except SymbolError:
        return preferences_of(user).symbol  # the form says what is wrong with the one typed


def _with_usual(given: QueryDict, user: User, market: _Market) -> QueryDict:
    """Return what was typed, filled up with the usual where a field is not there or empty but needed."""
    data = _without_leftovers(given)
    usual = {"symbol": preferences_of(user).symbol, "structure": "call", "quantity": "1", "basis": OpenForm.QUOTES}
    for name, value in usual.items():
        data.setdefault(name, value)
    structure = data["structure"] if data["structure"] in STRUCTURES else "call"
    data.setdefault("side", "sell" if structure == "condor" else "buy")
    typed = _day(data.get("expiration", ""))
    if not typed or (market.expirations and typed not in market.expirations):
        data["expiration"] = market.usual_day().isoformat()
    day = _day(str(data["expiration"]))
    for name, strike in usual_strikes(structure, market.book.strikes(day) if day else [], market.spot).items():
        if not data.get(name):
            data[name] = f"{strike.normalize():f}"
    for name in STRIKES[len(STRUCTURES[structure].strikes) :]:
        data.pop(name, None)
    return data


def _without_leftovers(given: QueryDict) -> QueryDict:
    """Return what was typed without what belonged to another structure or symbol than the one chosen now."""
    data = given.copy()
    names: tuple[str, ...] = ()
    if data.get("shape", data.get("structure")) != data.get("structure"):
        names = ("side", *STRIKES)
    if data.get("shape_symbol", data.get("symbol")) != data.get("symbol"):
        names = (*names, "expiration", *STRIKES)
    for name in names:
        data.pop(name, None)
    return data


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _near(listed: Sequence[Decimal], spot: Decimal | None) -> list[Decimal]:
    if spot is None:
        return list(listed[:_STRIKES_SHOWN])
    return sorted(sorted(listed, key=lambda strike: abs(strike - spot))[:_STRIKES_SHOWN])
