"""The stand-in as a whole: one HTTP server, one market, the faults in force and the log of what was asked."""

import errno
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec

from alphagex import clock
from apps.market.chain import ChainError
from apps.market.fake_upstream import faults as faulty
from apps.market.fake_upstream.faults import DEFAULT_VALUES, Fault, FaultBook, check_fault
from apps.market.fake_upstream.fred import FRED_KEY
from apps.market.fake_upstream.handler import Server
from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.routing import (
    CBOE_PATH,
    TRADING_VOLATILITY_PATH,
    YAHOO_PATH,
    another_symbol,
    understand,
)
from apps.market.fake_upstream.trading_volatility_v1 import USER_NAME
from apps.market.fake_upstream.trading_volatility_v2 import TOKEN, TOKEN_WITHOUT_PLAN
from apps.market.fake_upstream.wire import HTML, Reply, as_json, as_text
from apps.market.sources.protocol import SourceError

__all__ = ["FRED_KEY", "TOKEN", "TOKEN_WITHOUT_PLAN", "USER_NAME", "FakeUpstream", "PortInUse", "Requested"]

KEPT_REQUESTS = 100_000


class PortInUse(Exception):
    """Somebody listens there already. The message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """One request that came in. moment: of the real clock. path: without the query, which may hold an account."""

    moment: datetime
    upstream: str
    path: str
    symbol: str


class _PostedFault(msgspec.Struct, forbid_unknown_fields=True):
    upstream: str
    name: str
    symbol: str = ""
    times: int | None = None
    value: float | None = None


class FakeUpstream:
    """Trading Volatility, Cboe, Yahoo and FRED on one port, over the simulated market of `seed`.

    A context manager: it listens inside the block. port: 0 for any free one. at: the market's clock, aware moments;
    answers are of whole seconds. Entering raises PortInUse.
    """

    def __init__(
        self, seed: int = 42, port: int = 0, host: str = "127.0.0.1", at: Callable[[], datetime] = clock.now
    ) -> None:
        self.label = f"simulated; seed={seed}"
        self._market = Market(seed)
        self._address = (host, port)
        self._at = at
        self._faults = FaultBook()
        self._requested: deque[Requested] = deque(maxlen=KEPT_REQUESTS)
        self._stopping = threading.Event()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        host, port = self._address
        try:
            self._server = Server(self._address, self)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUse(
                f"Port {port} of {host} is in use. Stop what listens there, or choose another port."
            ) from error
        self._stopping.clear()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake upstream")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is None or self._thread is None:
            return
        self._stopping.set()  # answers held back by latency go now
        self._server.shutdown()
        self._server.cut_connections()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("The fake upstream does not listen yet. Enter its block first.")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def cboe_url(self) -> str:
        """What ALPHAGEX_CBOE_URL is set to."""
        return self.url + CBOE_PATH

    @property
    def tradingvolatility_url(self) -> str:
        """What ALPHAGEX_TRADING_VOLATILITY_URL is set to; the second interface is below it, in /v2."""
        return self.url + TRADING_VOLATILITY_PATH

    @property
    def yahoo_url(self) -> str:
        """What ALPHAGEX_YAHOO_URL is set to: it stands for all hosts of Yahoo."""
        return self.url + YAHOO_PATH

    @property
    def fred_url(self) -> str:
        """What ALPHAGEX_FRED_URL is set to."""
        return self.url

    @property
    def requests(self) -> list[Requested]:
        """What the services were asked, oldest first; cookies and crumbs too, they have no symbol."""
        return list(self._requested)

    def set_fault(
        self, upstream: str, name: str, *, symbol: str = "", times: int | None = None, value: float | None = None
    ) -> None:
        """Let a service fail from now on: for one symbol or all, for the next `times` requests or until cleared.

        value: seconds (latency, 429), hours (stale, clock_skew); None for the usual. Raises ValueError.
        """
        service = check_fault(upstream, name)
        if times is not None and times < 1:
            raise ValueError(f"times must be at least 1, was {times}.")
        usual = DEFAULT_VALUES[name]
        self._faults.add(
            Fault(
                service=service,
                name=name,
                symbol=symbol.strip().upper().lstrip("^_"),
                times=times,
                value=usual if value is None else value,
                since=self._moment(),
            )
        )

    def clear_faults(self) -> None:
        """Let all services answer well again."""
        self._faults.clear()

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """Return the answer to one HTTP request, None to cut the connection."""
        if target.startswith("/control/"):
            return self._control(method, target.split("?", 1)[0], body)
        found = understand(target, headers)
        if found is None:
            return as_text("No service has this address.\n", status=404)
        asked, answer = found
        self._requested.append(
            Requested(moment=clock.now(), upstream=asked.service, path=target.split("?", 1)[0], symbol=asked.symbol)
        )
        faults = self._faults.hitting(asked)
        if slow := faults.get("latency"):
            self._stopping.wait(slow.value)
        if "disconnect" in faults:
            return None
        if refused := faulty.refusal(asked, faults):
            return refused
        if "wrong_symbol" in faults:
            asked = replace(asked, symbol=another_symbol(asked.symbol, asked.service))
        asked = replace(asked, is_ahead="clock_skew" in faults)
        try:
            reply = answer(asked, self._market, faulty.shifted(self._moment(), faults))
        except (SourceError, ChainError) as error:
            return as_text(f"<h1>{error}</h1>", status=500, content_type=HTML)
        return faulty.spoiled(reply, faults)

    def _moment(self) -> datetime:
        return clock.in_new_york(self._at()).replace(microsecond=0)

    def _control(self, method: str, path: str, body: bytes) -> Reply:
        match method, path:
            case "GET", "/control/requests":
                return as_json({"requests": [asdict(one) for one in self.requests]})
            case "GET", "/control/faults":
                return self._faults_in_force()
            case "DELETE", "/control/faults":
                self.clear_faults()
                return self._faults_in_force()
            case "POST", "/control/faults":
                try:
                    posted = msgspec.json.decode(body, type=_PostedFault)
                    self.set_fault(
                        posted.upstream, posted.name, symbol=posted.symbol, times=posted.times, value=posted.value
                    )
                except ValueError as error:  # msgspec's errors are ValueErrors too
                    return as_json({"error": str(error)}, status=400)
                return self._faults_in_force()
        return as_json({"error": f"{method} {path} does not exist."}, status=404)

    def _faults_in_force(self) -> Reply:
        shown = [
            {"upstream": one.service, "name": one.name, "symbol": one.symbol, "times": one.times, "value": one.value}
            for one in self._faults.in_force()
        ]
        return as_json({"faults": shown})
