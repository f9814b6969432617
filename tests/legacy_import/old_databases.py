"""Old databases made for a test: the tables of the old program in their shapes, with rows the test names."""

import io
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import call_command

ID = "id INTEGER PRIMARY KEY AUTOINCREMENT"
FIRST_POSITIONS = (
    f"{ID}, opened_at DATETIME DEFAULT CURRENT_TIMESTAMP, symbol TEXT, strategy TEXT, direction TEXT, "
    "entry_price REAL, current_price REAL, target REAL, stop REAL, size REAL, "
    "status TEXT DEFAULT 'ACTIVE', closed_at DATETIME, pnl REAL"
)
ENTRY = "entry_net_gex REAL, entry_flip_point REAL, entry_spot_price REAL, entry_regime TEXT"
POSITIONS = {
    "first": FIRST_POSITIONS,
    "position agent": f"{FIRST_POSITIONS}, {ENTRY}",
    "migrated in place": f"{FIRST_POSITIONS}, quantity INTEGER, exit_price REAL, {ENTRY}, notes TEXT",
    "current": (
        f"{ID}, opened_at DATETIME DEFAULT CURRENT_TIMESTAMP, symbol TEXT, strategy TEXT, direction TEXT, "
        "entry_price REAL, current_price REAL, exit_price REAL, target REAL, stop REAL, size REAL, quantity INTEGER, "
        f"status TEXT DEFAULT 'ACTIVE', closed_at DATETIME, pnl REAL, {ENTRY}, notes TEXT"
    ),
}
GEX_HISTORY = (
    f"{ID}, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP, symbol TEXT, net_gex REAL, flip_point REAL, call_wall REAL, "
    "put_wall REAL, spot_price REAL, mm_state TEXT, regime TEXT, data_source TEXT"
)
AUTONOMOUS_POSITIONS = (
    f"{ID}, symbol TEXT NOT NULL, strategy TEXT NOT NULL, action TEXT NOT NULL, entry_date TEXT NOT NULL, "
    "entry_time TEXT NOT NULL, strike REAL NOT NULL, option_type TEXT NOT NULL, expiration_date TEXT NOT NULL, "
    "contracts INTEGER NOT NULL, entry_price REAL NOT NULL, unrealized_pnl REAL, status TEXT DEFAULT 'OPEN', "
    "closed_date TEXT, closed_time TEXT, exit_price REAL, realized_pnl REAL, exit_reason TEXT, confidence INTEGER"
)
LOG = (
    f"{ID}, date TEXT NOT NULL, time TEXT NOT NULL, action TEXT NOT NULL, details TEXT, position_id INTEGER, "
    "success INTEGER DEFAULT 1"
)
PAPER_POSITIONS = (
    f"{ID}, symbol TEXT NOT NULL, strategy TEXT NOT NULL, action TEXT NOT NULL, entry_price REAL NOT NULL, "
    "quantity INTEGER NOT NULL, strike REAL, option_type TEXT, expiration_date TEXT, entry_premium REAL, "
    "status TEXT DEFAULT 'OPEN', opened_at TEXT NOT NULL, closed_at TEXT, exit_price REAL, realized_pnl REAL"
)
GAMMA_CORRELATION = (
    f"{ID}, timestamp TEXT NOT NULL, symbol TEXT NOT NULL, gamma_decay_pct REAL, vix REAL, filled BOOLEAN DEFAULT 0, "
    "UNIQUE(symbol, timestamp)"
)
CONFIG = "key TEXT PRIMARY KEY, value TEXT NOT NULL"
SCHEDULER = (
    "id INTEGER PRIMARY KEY CHECK (id = 1), is_running INTEGER DEFAULT 0, last_trade_check TEXT, "
    "execution_count INTEGER DEFAULT 0, should_auto_restart INTEGER DEFAULT 1, updated_at TEXT"
)

OWN_TRADE = {
    "opened_at": "2025-09-08 14:30:00",
    "symbol": "SPY",
    "strategy": "IRON_CONDOR",
    "direction": "LONG",
    "entry_price": 500.0,
    "size": 1000.0,
    "status": "CLOSED",
    "closed_at": "2025-09-10 15:00:00",
    "pnl": 123.45,
}
AUTO_TRADE = {
    "symbol": "SPY",
    "strategy": "Range-Bound Bullish",
    "action": "BUY_CALL",
    "entry_date": "2025-09-08",
    "entry_time": "10:05:00",
    "strike": 650.0,
    "option_type": "call",
    "expiration_date": "2025-09-12",
    "contracts": 3,
    "entry_price": 4.2,
    "status": "CLOSED",
    "closed_date": "2025-09-09",
    "closed_time": "14:00:00",
    "exit_price": 5.1,
    "realized_pnl": 270.0,
}
PAPER_TRADE = {
    "symbol": "QQQ",
    "strategy": "PREMIUM_SELLING",
    "action": "BUY 580 CALL",
    "entry_price": 3.5,
    "quantity": 2,
    "strike": 580.0,
    "option_type": "call",
    "expiration_date": "2025-09-19",
    "entry_premium": 3.5,
    "status": "CLOSED",
    "opened_at": "2025-09-08 11:00:00",
    "closed_at": "2025-09-09 11:00:00",
    "exit_price": 3.0,
    "realized_pnl": -100.0,
}


def create(path: Path, **tables: tuple[str, Sequence[dict[str, Any]]]) -> Path:
    """Make a database. tables: by name the columns as SQL, and the rows."""
    with sqlite3.connect(path) as connection:
        for name, (columns, rows) in tables.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            add(connection, name, rows)
    connection.close()
    return path


def add(connection: sqlite3.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, each with the columns it names."""
    for row in rows:
        places = ", ".join("?" for _ in row)
        order = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"  # noqa: S608 - names of this module
        connection.execute(order, list(row.values()))


def spoil(connection: sqlite3.Connection, table: str, column: str) -> None:
    """Put text that is no UTF-8 where there is an empty one."""
    connection.execute(f"UPDATE {table} SET {column} = CAST(x'C328FF' AS TEXT) WHERE {column} = ''")  # noqa: S608


def run(*paths: Path, owner: str = "trader", **options: Any) -> dict[str, Any]:
    """Import and return the report."""
    report = paths[0].with_suffix(".report.json")
    call_command(
        "import_legacy",
        *(str(path) for path in paths),
        owner=owner,
        report=report,
        stdout=io.StringIO(),
        stderr=io.StringIO(),
        **options,
    )
    found: dict[str, Any] = json.loads(report.read_text())
    return found
