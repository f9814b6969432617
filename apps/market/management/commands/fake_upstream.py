"""Serve the simulated market in the words of Trading Volatility, Cboe, Yahoo and FRED, with faults on demand."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.market.fake_upstream.faults import NAMES, parse_fault
from apps.market.fake_upstream.server import FRED_KEY, USER_NAME, FakeUpstream, PortInUse
from apps.market.fake_upstream.wire import SERVICES


class Command(BaseCommand):
    help = "Stand in for the market's services on this machine, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=9100, help="port to listen at (9100)")
        parser.add_argument("--seed", type=int, default=settings.SIMULATED_SEED, help="of the simulated market")
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            dest="faults",
            metavar="SERVICE:NAME[=VALUE][@SYMBOL][*TIMES]",
            help=f"let a service ({', '.join(SERVICES)}) fail: {', '.join(NAMES)}; may be given several times",
        )

    def handle(self, *args: Any, host: str, port: int, seed: int, faults: list[str], **options: Any) -> None:
        stop = threading.Event()
        upstream = FakeUpstream(seed=seed, port=port, host=host)
        try:
            for fault in faults:
                upstream.set_fault(**parse_fault(fault))
            with upstream:
                for ending in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(ending, _setting(stop))
                self._say(upstream, seed, faults)
                stop.wait()
        except (PortInUse, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Stopped after {len(upstream.requests):,} requests.")

    def _say(self, upstream: FakeUpstream, seed: int, faults: list[str]) -> None:
        lines = [
            f"The simulated market (seed {seed}) answers at {upstream.url}. Start a desk against it with the lines",
            "below; the data source may be cboe or yahoo as well.",
            "",
            "ALPHAGEX_DATA_SOURCE=tradingvolatility",
            f"TRADING_VOLATILITY_API_KEY={USER_NAME}",
            f"ALPHAGEX_TRADING_VOLATILITY_URL={upstream.tradingvolatility_url}",
            f"ALPHAGEX_CBOE_URL={upstream.cboe_url}",
            f"ALPHAGEX_YAHOO_URL={upstream.yahoo_url}",
            f"FRED_API_KEY={FRED_KEY}",
            f"ALPHAGEX_FRED_URL={upstream.fred_url}",
            "",
            f"Faults: {', '.join(faults) or 'none'}. Change them at {upstream.url}/control/faults; "
            f"what was asked is at {upstream.url}/control/requests. Ctrl-C stops it.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _setting(stop: threading.Event) -> Any:
    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    return end
