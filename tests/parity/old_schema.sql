-- The tables of the old program, as the recorded cases know them.

CREATE TABLE autonomous_config (
    key TEXT PRIMARY KEY, value TEXT NOT NULL
);

CREATE TABLE autonomous_positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT NOT NULL, strategy TEXT NOT NULL, action TEXT NOT NULL,
    entry_date TEXT NOT NULL, entry_time TEXT NOT NULL, strike REAL NOT NULL, option_type TEXT NOT NULL,
    expiration_date TEXT NOT NULL, contracts INTEGER NOT NULL, entry_price REAL NOT NULL, entry_bid REAL,
    entry_ask REAL, entry_spot_price REAL, current_price REAL, current_spot_price REAL, unrealized_pnl REAL,
    status TEXT DEFAULT 'OPEN', closed_date TEXT, closed_time TEXT, exit_price REAL, realized_pnl REAL,
    exit_reason TEXT, confidence INTEGER, gex_regime TEXT, entry_net_gex REAL, entry_flip_point REAL,
    trade_reasoning TEXT, contract_symbol TEXT
);

CREATE TABLE autonomous_trade_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, time TEXT NOT NULL, action TEXT NOT NULL,
    details TEXT, position_id INTEGER, success INTEGER DEFAULT 1
);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP, user_message TEXT,
    ai_response TEXT, context_data TEXT, confidence_score REAL
);

CREATE TABLE gamma_daily_summary (
    id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT NOT NULL, date TEXT NOT NULL, open_gex REAL, close_gex REAL,
    high_gex REAL, low_gex REAL, gex_change REAL, gex_change_pct REAL, open_flip REAL, close_flip REAL,
    flip_change REAL, flip_change_pct REAL, open_price REAL, close_price REAL, price_change_pct REAL, avg_iv REAL,
    snapshots_count INTEGER, UNIQUE(symbol, date)
);

CREATE TABLE gamma_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT NOT NULL, timestamp TEXT NOT NULL, date TEXT NOT NULL,
    time_of_day TEXT, spot_price REAL NOT NULL, net_gex REAL NOT NULL, flip_point REAL NOT NULL, call_wall REAL,
    put_wall REAL, implied_volatility REAL, put_call_ratio REAL, distance_to_flip_pct REAL, regime TEXT,
    UNIQUE(symbol, timestamp)
);

CREATE TABLE gex_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP, symbol TEXT, net_gex REAL,
    flip_point REAL, call_wall REAL, put_wall REAL, spot_price REAL, mm_state TEXT, regime TEXT, data_source TEXT
);

CREATE TABLE paper_config (
    key TEXT PRIMARY KEY, value TEXT NOT NULL
);

CREATE TABLE paper_config_v2 (
    key TEXT PRIMARY KEY, value TEXT NOT NULL
);

CREATE TABLE paper_performance (
    id INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, total_capital REAL NOT NULL, open_positions INTEGER,
    closed_positions INTEGER, win_rate REAL, total_pnl REAL, day_pnl REAL, best_trade REAL, worst_trade REAL,
    avg_win REAL, avg_loss REAL, notes TEXT
);

CREATE TABLE paper_positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT NOT NULL, strategy TEXT NOT NULL, action TEXT NOT NULL,
    entry_price REAL NOT NULL, quantity INTEGER NOT NULL, strike REAL, option_type TEXT, expiration_date TEXT,
    dte INTEGER, entry_spot_price REAL, entry_premium REAL, current_value REAL, unrealized_pnl REAL,
    status TEXT DEFAULT 'OPEN', opened_at TEXT NOT NULL, closed_at TEXT, exit_price REAL, realized_pnl REAL,
    exit_reason TEXT, confidence_score INTEGER, entry_net_gex REAL, entry_flip_point REAL, notes TEXT
);

CREATE TABLE paper_positions_v2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT NOT NULL, strategy TEXT NOT NULL, action TEXT NOT NULL,
    entry_price REAL NOT NULL, quantity INTEGER NOT NULL, strike REAL, short_strike REAL, option_type TEXT,
    expiration_date TEXT, dte INTEGER, entry_spot_price REAL, current_spot_price REAL, entry_premium_bid REAL,
    entry_premium_ask REAL, entry_premium_mid REAL, current_value REAL, unrealized_pnl REAL,
    status TEXT DEFAULT 'OPEN', opened_at TEXT NOT NULL, closed_at TEXT, exit_price REAL, realized_pnl REAL,
    exit_reason TEXT, confidence_score INTEGER, entry_net_gex REAL, entry_flip_point REAL, trade_reasoning TEXT,
    contract_symbol TEXT, entry_iv REAL, notes TEXT
);

CREATE TABLE performance (
    id INTEGER PRIMARY KEY AUTOINCREMENT, date DATE, total_trades INTEGER, winning_trades INTEGER,
    losing_trades INTEGER, total_pnl REAL, win_rate REAL, avg_winner REAL, avg_loser REAL, sharpe_ratio REAL,
    max_drawdown REAL
);

CREATE TABLE positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, opened_at DATETIME DEFAULT CURRENT_TIMESTAMP, symbol TEXT,
    strategy TEXT, direction TEXT, entry_price REAL, current_price REAL, exit_price REAL, target REAL, stop REAL,
    size REAL, quantity INTEGER, status TEXT DEFAULT 'ACTIVE', closed_at DATETIME, pnl REAL, entry_net_gex REAL,
    entry_flip_point REAL, entry_spot_price REAL, entry_regime TEXT, notes TEXT
);

CREATE TABLE recommendations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP, symbol TEXT,
    strategy TEXT, confidence REAL, entry_price REAL, target_price REAL, stop_price REAL, option_strike REAL,
    option_type TEXT, dte INTEGER, reasoning TEXT, mm_behavior TEXT, outcome TEXT, pnl REAL
);

CREATE TABLE scheduler_state (
    id INTEGER PRIMARY KEY CHECK (id = 1), is_running INTEGER DEFAULT 0, last_started TEXT, last_stopped TEXT,
    last_trade_check TEXT, last_position_check TEXT, execution_count INTEGER DEFAULT 0,
    should_auto_restart INTEGER DEFAULT 1, restart_reason TEXT, updated_at TEXT DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE spy_correlation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, symbol TEXT NOT NULL, spy_gex_change_pct REAL,
    symbol_gex_change_pct REAL, spy_price_change_pct REAL, symbol_price_change_pct REAL, correlation_score REAL,
    UNIQUE(symbol, date)
);

CREATE TABLE gamma_correlation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, symbol TEXT NOT NULL, day_of_week TEXT,
    gamma_decay_pct REAL, weekly_decay_pct REAL, risk_level TEXT, vix REAL, today_total_gamma REAL,
    tomorrow_total_gamma REAL, expiring_gamma REAL, next_day_open REAL, next_day_close REAL, next_day_high REAL,
    next_day_low REAL, actual_price_move_pct REAL, actual_intraday_range_pct REAL, actual_realized_vol REAL,
    strategy_taken TEXT, pnl REAL, pnl_pct REAL, filled BOOLEAN DEFAULT 0, notes TEXT, UNIQUE(symbol, timestamp)
);
