"""Which old table goes to whom.

A table the desk gets a home for later (alerts, say, which the old program kept in its pages and not in its database)
becomes one more line of TAKERS; until then its rows are kept in quarantine.
"""

from collections.abc import Callable, Iterable, Mapping

from alphagex import clock
from apps.autotrader.models import AutonomousConfig
from apps.legacy_import.columns import iso_day
from apps.legacy_import.models import GexHistory, Performance
from apps.legacy_import.moments import UTC
from apps.legacy_import.sources import Table
from apps.legacy_import.takers import settings, texts, trades
from apps.legacy_import.takers.plain import PlainTaker, RecordTaker
from apps.legacy_import.takers.protocol import Import, Taker
from apps.market.models import GammaCorrelation, GammaDailySummary, GammaHistory, SpyCorrelation
from apps.paper.models import PaperConfig, PaperConfigV2, PaperPerformance, PaperPosition, PaperPositionV2

# In the order in which they are taken: a log names positions.
TAKERS: Mapping[str, Callable[[Import], Taker]] = {
    "autonomous_config": lambda run: settings.SettingTaker(AutonomousConfig, run),
    "paper_config": lambda run: settings.SettingTaker(PaperConfig, run),
    "paper_config_v2": lambda run: settings.SettingTaker(PaperConfigV2, run),
    "scheduler_state": settings.SchedulerTaker,
    "gex_history": lambda run: PlainTaker(GexHistory, ours={"owner": run.owner}, zone=UTC),
    "performance": lambda run: PlainTaker(Performance, ours={"owner": run.owner}, zone=UTC),
    "recommendations": texts.IdeaTaker,
    "conversations": texts.ConversationTaker,
    "gamma_history": lambda run: RecordTaker(GammaHistory, run, key="timestamp", zone=run.zone),
    "gamma_daily_summary": lambda run: RecordTaker(GammaDailySummary, run, key="date", zone=run.zone),
    "spy_correlation": lambda run: RecordTaker(SpyCorrelation, run, key="date", zone=run.zone),
    "gamma_correlation": lambda run: RecordTaker(GammaCorrelation, run, key="timestamp", zone=clock.NEW_YORK),
    "positions": trades.OwnTaker,
    "autonomous_positions": trades.autonomous,
    "paper_positions": lambda run: trades.paper(run, PaperPosition),
    "paper_positions_v2": lambda run: trades.paper(run, PaperPositionV2),
    "paper_performance": lambda run: PlainTaker(
        PaperPerformance, ours={"owner": run.owner, "account": None}, zone=run.zone, special={"date": iso_day}
    ),
    "autonomous_trade_log": texts.LogTaker,
    "autonomous_logs": texts.LogTaker,
}


def taker_of(table: str, run: Import) -> Taker | None:
    """Return who takes a table's rows, None for a table nobody knows."""
    make = TAKERS.get(table.lower())
    return make(run) if make else None


def order_of(tables: Iterable[Table]) -> list[Table]:
    """Return tables in the order in which they are taken, those nobody knows last."""
    known = list(TAKERS)
    return sorted(
        tables, key=lambda table: known.index(table.name.lower()) if table.name.lower() in TAKERS else len(known)
    )
