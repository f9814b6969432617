"""yfinance, set up so that it writes nothing, says nothing, retries nothing and shares nothing between sources.

Slow to import (pandas, 0.9 s): only ever imported when something is really asked of Yahoo.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd
import yfinance  # type: ignore[import-untyped]
from curl_cffi import CurlECode
from curl_cffi.requests.exceptions import RequestException, Timeout
from yfinance import cache
from yfinance.data import YfData  # type: ignore[import-untyped]
from yfinance.exceptions import (  # type: ignore[import-untyped]
    YFException,
    YFInvalidPeriodError,
    YFPricesMissingError,
)
from yfinance.scrapers.history import PriceHistory  # type: ignore[import-untyped]

from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.yahoo.session import YahooSession

# It keeps time zones and (pickled) cookies in databases in the home directory; its own dummies keep nothing.
cache._TzCacheManager._tz_cache = cache._TzCacheDummy()
cache._CookieCacheManager._Cookie_cache = cache._CookieCacheDummy()
cache._ISINCacheManager._isin_cache = cache._ISINCacheDummy()
# It logs failures and returns empty tables; we want the failures.
yfinance.config.debug.hide_exceptions = False
logging.getLogger("yfinance").setLevel(logging.CRITICAL + 1)
yfinance.config.network.retries = 0
warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"yfinance\.")  # pandas' advice to its authors

EXCHANGE_ZONE = "America/New_York"  # asked for, it would cost a request for each symbol; answers carry their own
_ASKED = "asked"  # in the place of a date in its list of expirations


class YahooLibrary:
    """What yfinance reads over one session. Each method sends one quote request, a denied one once more."""

    def __init__(self, session: YahooSession) -> None:
        self._session = session
        # yfinance shares one access per process, the session last given included; around its metaclass each source
        # has its own, so that no request is sent through, or paid by, another one.
        self._options_access = type.__call__(YfData, session=session)
        self._chart_access = type.__call__(YfData, session=session)
        # Charts need neither cookie nor crumb: without them an hour of refused crumbs still has prices.
        self._chart_access._get_cookie_and_crumb = lambda timeout=0: (None, "basic")

    def options(self, symbol: str, *, what: str, epoch: int | None = None) -> tuple[Any, tuple[str, ...]]:
        """Return yfinance's chain of one expiration (`calls`, `puts`, `underlying`) and the listed expirations.

        epoch: midnight UTC of the expiration as Unix time; None for the nearest. Raises SourceError, OutOfBudget.
        """
        with self._session.asking(what, renewals=1), _explained(what):
            ticker = yfinance.Ticker(symbol, session=self._session)
            ticker._data = self._options_access
            if epoch is not None:
                # Or else it would first ask for the list, at the price of another request.
                ticker._expirations[_ASKED] = epoch
            chain = ticker.option_chain(_ASKED if epoch is not None else None)
            # After an empty answer it would ask for the list again.
            listed = ticker.options if ticker._expirations else ()
            if self._options_access._crumb:
                # What its cookie database would have told it; else it fetches the cookie again before every request.
                self._options_access._cookie = True
        return chain, tuple(day for day in listed if day != _ASKED)

    def history(self, symbol: str, *, what: str, interval: str, period: str) -> tuple[pd.DataFrame, Mapping[str, Any]]:
        """Return bars with the columns Open, High, Low, Close, Volume, and what Yahoo says about the symbol.

        Raises SourceError, OutOfBudget.
        """
        with self._session.asking(what), _explained(what):
            prices = PriceHistory(self._chart_access, symbol, EXCHANGE_ZONE, session=self._session)
            # As traded (Yahoo has divided by splits before): strikes are compared with what was paid. Closes adjusted
            # for dividends never traded and change with each dividend to come.
            bars = prices.history(period=period, interval=interval, auto_adjust=False, actions=False)
            return bars, prices.get_history_metadata()


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn whatever yfinance and curl raise into one clear line."""
    try:
        yield
    except Timeout as error:
        raise SourceUnavailable(f"Yahoo did not answer in time for {what}. Try again in a few minutes.") from error
    except RequestException as error:
        if error.code == CurlECode.FILESIZE_EXCEEDED:
            raise SourceUnavailable(f"Yahoo's answer for {what} is larger than any quotes are.") from error
        raise SourceUnavailable(
            f"Yahoo could not be reached for {what} ({type(error).__name__}). Check the network connection."
        ) from error
    except YFInvalidPeriodError as error:
        raise UnknownSymbol(f"Yahoo knows no such period for {what}; it has {error.valid_ranges}.") from error
    except YFPricesMissingError as error:
        reason = _one_line(error.yahoo_reason or "no prices at all").rstrip(".")
        raise UnknownSymbol(f"Yahoo has nothing for {what}: {reason}. Check the spelling.") from error
    except (YFException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SourceUnavailable(
            f"Yahoo's answer for {what} cannot be read ({type(error).__name__}: {_one_line(error)})."
        ) from error


def _one_line(said: object) -> str:
    return " ".join(str(said).split())[:200]
