"""Small chains in the formats we read, written here; tests bend them."""

import json
from typing import Any

OPTIONS = ["SPXW230914C04500000", "SPXW230914P04500000", "SPX230915C04500000", "SPX230915P04500000"]


def option(name: str, **fields: Any) -> dict[str, Any]:
    """Return one option of a delayed-quotes answer."""
    usual = {"bid": 1.0, "ask": 1.2, "iv": 0.2, "open_interest": 10.0, "volume": 5.0, "delta": 0.5, "gamma": 0.01}
    return {"option": name, **usual, "last_trade_time": None, **fields}


def cboe_answer(
    *, options: list[dict[str, Any]] | None = None, timestamp: str = "2023-09-14 20:31:00", **fields: Any
) -> dict[str, Any]:
    """Return a delayed-quotes answer; `fields` go into its data."""
    listed = [option(name) for name in OPTIONS] if options is None else options
    data = {"options": listed, "symbol": "^SPX", "current_price": 4505.1, "prev_day_close": 4467.44, **fields}
    return {"timestamp": timestamp, "data": data, "symbol": f"_{data['symbol'].lstrip('^')}"}


def cboe_bytes(**fields: Any) -> bytes:
    return json.dumps(cboe_answer(**fields)).encode()


HEADER = (
    "Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,"
    "Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
)
ROW = (
    "Thu Sep 14 2023,SPXW230914C04500000,5,1,5.1,5.3,120,0.1432,0.5,0.012,3000,4500.00,"
    "SPXW230914P04500000,4,-1,4.1,4.4,90,0.1501,-0.5,0.011,2000"
)


def quote_table(*rows: str, date: str = "September 14, 2023 at 4:31 PM EDT", last: str = "Last: 4505.10") -> str:
    """Return a quote table with the rows given, else with one."""
    heading = ["", f'S&P 500 Index,"{last}",Change:  37.66', f'"Date: {date}",Bid: 1,Ask: 2,Size: 1*1,"Volume: 1,234"']
    return "\n".join([*heading, HEADER, *(rows or (ROW,))]) + "\n"
