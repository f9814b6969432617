"""The ledger: accounts, orders, fills, positions with their legs, cash, and who changed what.

Fills and cash entries are only ever added (a trigger in the database refuses anything else); positions and legs are
what follows from them, and `manage.py reconcile` compares.
"""

from apps.ledger.models.accounts import Account, CashEntry
from apps.ledger.models.changes import Change
from apps.ledger.models.orders import Fill, Order
from apps.ledger.models.positions import Leg, Position

__all__ = ["Account", "CashEntry", "Change", "Fill", "Leg", "Order", "Position"]
