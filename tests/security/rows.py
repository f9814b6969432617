"""One row of each kind a trader owns, marked so that it is recognised wherever it is shown."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client

from apps.alerts.models import Channel
from apps.alerts.notifying import notify
from apps.alerts.rules import Wanted, make_rule
from apps.alerts.sealing import seal
from apps.api.models import ApiToken
from apps.autotrader.models import AutonomousDecision
from apps.copilot.models import Chat, Turn
from apps.copilot.proposals import as_json
from apps.ideas.idea import Idea
from apps.ideas.models import TradeIdea
from apps.journal.by_hand import Trade, write_down
from apps.journal.pictures import add_picture
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Order
from apps.paper.models import FoundTrade
from apps.scanner.models import ScanResult, ScanRun, Watchlist
from apps.security.models import Passkey
from apps.security.sessions import sessions_of
from tests.journal.images import png, upload
from tests.journal.trading import closed, opened
from tests.moments import OPEN_MARKET

MARK = "only-the-trader-may-read-this"
RULE = Wanted(alert_type="price", condition="above", symbol="SPX", threshold=Decimal(9_000), note=MARK)
IDEA = Idea(symbol="SPY", strategy=MARK, origin="Copilot", as_of=OPEN_MARKET, spot=600.0)
TRADE = Trade(
    symbol="SPY",
    strategy=MARK,
    direction="LONG",
    opened_at=OPEN_MARKET,
    closed_at=OPEN_MARKET,
    quantity=1,
    multiplier=100,
    entry_price=Decimal(1),
    exit_price=Decimal(2),
)
INPUTS = {"setting": {"is_running": False}, "at": OPEN_MARKET.isoformat()}
NOTHING = ("entry", "target", "stop", "max_risk", "size", "expiration")
TERMS: dict[str, Any] = {**dict.fromkeys(NOTHING), "legs": [], "details": {}}


def rows_of(trader: User) -> dict[str, str]:
    """Make the rows; return what stands for each in an address."""
    own = account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET)
    paper = account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET)
    entry = closed(opened(own, strategy=MARK), at=OPEN_MARKET + timedelta(hours=1))
    chat = filled(Chat, owner=trader, title=MARK)
    scan = filled(ScanRun, owner=trader)
    notify(trader, MARK, key="x")
    Client().force_login(trader)
    made: dict[str, models.Model] = {
        "entry": entry,
        "hand_entry": write_down(trader, TRADE, key="x", notes=MARK),
        "picture": add_picture(entry, upload(png(), f"{MARK}.png")),
        "position": opened(own, strategy=MARK),
        "paper_position": opened(paper, strategy=MARK),
        "order": filled(Order, account=own, status=Order.Status.WORKING, purpose=Order.Purpose.OPEN, done_at=None),
        "found": filled(FoundTrade, owner=trader, account=paper, problem=MARK),
        "idea": filled(TradeIdea, user=trader, symbol="SPY", strategy=MARK, terms=TERMS),
        "decision": filled(
            AutonomousDecision, owner=trader, kind="skip", outcome="no trade", reason=MARK, inputs=INPUTS
        ),
        "chat": chat,
        "turn": filled(Turn, chat=chat, user_message=MARK, ideas=[as_json(IDEA)]),
        "alert": make_rule(trader, RULE, key="x", at=OPEN_MARKET)[0],
        "channel": filled(Channel, owner=trader, name=MARK, sealed_address=seal("ntfys://topic")),
        "passkey": filled(Passkey, user=trader, name=MARK),
        "api_token": filled(ApiToken, user=trader, name=MARK),
        "watchlist": filled(Watchlist, owner=trader, name=MARK),
        "scan": scan,
        "scan_result": filled(ScanResult, run=scan, symbol="SPX"),
    }
    return {name: str(row.pk) for name, row in made.items()} | {
        "session": sessions_of(trader, current=None)[0].handle,
        "first": "0",
    }


def filled(model: type[models.Model], **given: Any) -> Any:
    """Make a row with something plain in every column that wants something."""
    for field in model._meta.concrete_fields:
        wants = not (field.null or field.has_default() or field.primary_key or field.blank)
        if wants and field.name not in given:
            given[field.name] = _plain(field)
    return model._default_manager.create(**given)


def _plain(field: models.Field[Any, Any]) -> Any:
    if field.choices:
        return next(iter(field.flatchoices))[0]
    values: dict[str, Any] = {
        "DateTimeField": OPEN_MARKET,
        "DateField": date(2026, 11, 18),
        "DecimalField": Decimal(1),
        "FloatField": 1.0,
        "JSONField": {},
        "BooleanField": False,
        "BinaryField": b"1",
    }
    return values.get(
        field.get_internal_type(),
        "x" if "Char" in field.get_internal_type() or "Text" in field.get_internal_type() else 1,
    )


def standing() -> dict[tuple[str, str], str]:
    """Return every row of our tables as text, the market's apart, by table and key."""
    found = {}
    for model in apps.get_models():
        meta = model._meta
        if not model.__module__.startswith("apps.") or meta.app_label == "market" or not meta.managed:
            continue
        key, table = meta.pk.column, meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{key}"::text, t::text FROM "{table}" t')  # noqa: S608 (names of our own models)
            found.update({(table, number): text for number, text in cursor.fetchall()})
    return found


def owned_by(user: User) -> set[tuple[str, str]]:
    """Return table and key of every row that names the user as its owner."""
    found = set()
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if field.name in ("owner", "user")]
        if model.__module__.startswith("apps.") and names:
            keys = model._default_manager.filter(**{names[0]: user.pk}).values_list("pk", flat=True)
            found |= {(model._meta.db_table, str(key)) for key in keys}
    return found
