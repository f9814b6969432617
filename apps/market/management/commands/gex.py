"""Print the gamma analysis of a symbol from the configured source, or of a recorded file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from alphagex import clock
from apps.market import configured
from apps.market.chain import Chain, ChainError
from apps.market.exposure.analysis import analyse
from apps.market.exposure.report import as_report
from apps.market.exposure.result import Assumptions, Exposure
from apps.market.sources.protocol import SourceError
from apps.market.sources.recorded import read_chain_file
from apps.market.watching import SymbolError, parse_symbol


class Command(BaseCommand):
    help = "Print net GEX, flip and walls of SYMBOL (configured source) or of a recorded chain FILE."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", metavar="SYMBOL_OR_FILE")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
        parser.add_argument("--rate", type=float, default=settings.RATE, help="interest rate, fraction per year")
        parser.add_argument("--dividend-yield", type=float, default=settings.DIVIDEND_YIELD, help="fraction per year")

    def handle(self, *args: Any, what: str, as_json: bool, rate: float, dividend_yield: float, **options: Any) -> None:
        try:
            observed = _observed(what)
            rates = Assumptions(rate=rate, dividend_yield=dividend_yield)
            exposure = analyse(observed, rates) if isinstance(observed, Chain) else observed
        except (ChainError, SourceError, SymbolError) as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(as_report(exposure), indent=1))
        else:
            _print(exposure)


def _observed(what: str) -> Chain | Exposure:
    path = Path(what)
    if path.exists() or len(path.parts) > 1 or path.suffix in {".json", ".csv", ".gz"}:
        return read_chain_file(path)
    return configured.observe(parse_symbol(what), at=clock.now())


def _print(exposure: Exposure) -> None:
    def billions(value: float | None) -> str:
        return "none" if value is None else f"{value / 1e9:+,.3f} bn"

    def level(value: float | None) -> str:
        return "none" if value is None else f"{value:,.2f}"

    table = Table(
        title=f"{exposure.symbol} {exposure.spot:,.2f}  {exposure.as_of:%a %d %b %Y %H:%M} ET", show_header=False
    )
    table.add_row("Source", f"{exposure.origin.label} ({exposure.origin.kind}) {exposure.origin.detail}")
    table.add_row("Net GEX, $ per 1 %", billions(exposure.net_gex))
    table.add_row("Gross GEX", billions(exposure.gross_gex))
    table.add_row("Calls / puts", f"{billions(exposure.call_gex)} / {billions(exposure.put_gex)}")
    table.add_row("Flip", level(exposure.flip_point) if exposure.flip_point else f"none: {exposure.flip_reason}")
    table.add_row("Call wall", level(exposure.call_wall.strike if exposure.call_wall else None))
    table.add_row("Put wall", level(exposure.put_wall.strike if exposure.put_wall else None))
    share = exposure.zero_dte_share
    table.add_row("0DTE share of gross", "none" if share is None else f"{share:.1%}")
    table.add_row("Contracts used", f"{exposure.contracts_used:,} of {exposure.contracts:,}")
    table.add_row("Left out", ", ".join(f"{reason} {count:,}" for reason, count in exposure.excluded.items()) or "none")
    Console().print(table)
