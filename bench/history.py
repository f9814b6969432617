"""A million snapshots stored: how long the newest, a day and a year of one symbol take, and 100 symbols from the cache.

Time on the clock, since most of it passes in PostgreSQL and Redis. Baselines: the same rows found without an index,
and Redis merely sending the same bytes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from bench.report import BenchRow

SYMBOLS = ("SPX", "SPY", "QQQ", "IWM", "NDX")
SESSIONS = 257  # of 780 snapshots each, one every 30 s: 1,002,300 rows
YEARS_OF_DAYS = 5
QUESTIONS = 100
SCHEMA = "history_bench"


def rows() -> list[BenchRow]:
    """Return the times of the series and of the cache."""
    with _scratch_tables():
        stored = _store_a_million()
        found = _series_rows(stored)
    return [*found, *_cache_rows()]


@contextmanager
def _scratch_tables() -> Iterator[None]:
    """Put empty copies of the tables, indexes and all, in front of the real ones for this connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        for table in ("market_snapshot", "market_day"):
            cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(f"SET search_path = {SCHEMA}, public")
        try:
            yield
        finally:
            cursor.execute(f"SET search_path = public; DROP SCHEMA {SCHEMA} CASCADE")


def _store_a_million() -> int:
    """Store the snapshots in the order they would have come: all symbols together, day after day."""
    from django.db import connection

    from alphagex import clock
    from apps.market.history.sessions import finished_sessions

    sessions = finished_sessions(SESSIONS, at=clock.now())
    days = finished_sessions(252 * YEARS_OF_DAYS, at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO market_snapshot (symbol, seq, as_of, received_at, stale_after, source, kind, source_label,
                source_detail, delay_seconds, spot, contracts, contracts_used, net_gex, gross_gex, call_gex, put_gex,
                flip_point, flips, flip_reason, flip_quality, call_wall, put_wall, zero_dte_share, net_dex, net_vex,
                net_chex, volume_gex, implied_move, implied_volatility, put_call_ratio)
            SELECT symbol, (day - 1) * 780 + n + 1, opens + n * interval '30 s', opens + n * interval '30 s',
                opens + n * interval '30 s', 'simulated', 'simulated', 'Simulated', 'seed 42', 0,
                650 + 10 * sin(n / 99.0), 20000, 14000, 1e9 * cos(n / 50.0), 3e9, 2e9, -1e9, 640.5, '{640.5,655.25}',
                '', 'clear', 660, 640, 0.2, 1e9, 1e8, 1e7, 1e9, 6.5, 0.16, 1.6
            FROM unnest(%(opens)s::timestamptz[]) WITH ORDINALITY AS session (opens, day), generate_series(0, 779) n,
                unnest(%(symbols)s::text[]) symbol
            ORDER BY day, n, symbol
            """,
            {"opens": [session.opens for session in sessions], "symbols": list(SYMBOLS)},
        )
        stored = int(cursor.rowcount)
        cursor.execute(
            """
            INSERT INTO market_day (symbol, day, source, truth, label, open, high, low, close, net_gex, gross_gex,
                flip_point, call_wall, put_wall, implied_volatility, put_call_ratio, snapshots, is_final, updated_at)
            SELECT 'S' || n, day, 'simulated', 'simulated', 'Simulated', 650, 655, 645, 651, 1e9, 3e9, 640, 660, 640,
                0.16, 1.6, 780, true, now()
            FROM generate_series(1, 95) n, unnest(%(days)s::date[]) day
            UNION ALL
            SELECT symbol, day, 'simulated', 'simulated', 'Simulated', 650, 655, 645, 651, 1e9, 3e9, 640, 660, 640,
                0.16, 1.6, 780, true, now()
            FROM unnest(%(symbols)s::text[]) symbol, unnest(%(days)s::date[]) day
            """,
            {"days": [session.day for session in days], "symbols": list(SYMBOLS)},
        )
        cursor.execute("ANALYZE market_snapshot; ANALYZE market_day")
    return stored


def _series_rows(stored: int) -> list[BenchRow]:
    from alphagex import clock
    from apps.market.history import series
    from apps.market.history.sessions import finished_sessions

    *_, middle, last = finished_sessions(120, at=clock.now())[:60]

    def newest() -> None:
        assert series.newest("SPX")

    def day() -> None:
        assert len(series.day("SPX", middle.day)) == 780

    def year() -> None:
        assert len(series.year("SPX", until=last.day)) > 240

    goals: tuple[tuple[str, Callable[[], None], float], ...] = (
        ("newest of a symbol", newest, 5),
        ("day of a symbol, 780 snapshots", day, 20),
        ("year of a symbol, by session", year, 100),
    )
    taken = _wall_ms(*(job for _, job, _ in goals))
    with _no_indexes():
        scanned = _wall_ms(*(job for _, job, _ in goals), rounds=3, warm_up=1)
    return [
        BenchRow(f"{name}, {stored:,} stored", ms, "ms", "without an index", ms / scan, f"<= {goal:g} ms", ms <= goal)
        for (name, _, goal), ms, scan in zip(goals, taken, scanned, strict=True)
    ]


@contextmanager
def _no_indexes() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        for value in ("off", "on"):
            for way in ("indexscan", "indexonlyscan", "bitmapscan"):
                cursor.execute(f"SET enable_{way} = {value}")
            if value == "off":
                yield


def _cache_rows() -> list[BenchRow]:
    """Return how long 100 symbols' facts take that are valid in Redis, and that nothing was asked meanwhile."""
    from alphagex import clock
    from apps.market import facts
    from apps.market.chain import Origin
    from apps.market.models import MarketData
    from apps.market.redis_client import short_questions
    from apps.market.sources.protocol import Answer, Kind, Question

    at = clock.now()
    symbols = [f"B{n}" for n in range(QUESTIONS)]
    questions = [Question(kind=Kind.GAMMA_DAYS, symbol=symbol, detail="30") for symbol in symbols]
    source = facts.newest(questions[0], at=at).source
    origin = Origin(source=source, kind="simulated", label="Made for the benchmark")
    row = {"collection_date": "2026-11-17_1600", "price": "650.25", "gex_flip_price": "640.5", "rating": "2"}
    for question in questions:
        answer = Answer(question=question, value=[row] * 22, as_of=at, origin=origin)
        facts.put(answer, source_name=source, at=at)
    client = short_questions()
    keys = [f"alphagex:data:{source}:{question.kind}:{question.symbol}:30" for question in questions]
    assert all(client.mget(keys)), "the facts are in Redis"

    def from_the_cache() -> None:
        for question in questions:
            assert facts.newest(question, at=at).is_valid(at)

    def from_redis() -> None:
        for key in keys:
            assert client.get(key)

    whole, floor = _wall_ms(from_the_cache, from_redis)
    MarketData.objects.filter(symbol__in=symbols, detail="30").delete()
    client.delete(*keys)
    name = f"{QUESTIONS} symbols refreshed from the cache"
    return [BenchRow(name, whole, "ms", f"{QUESTIONS} bare GETs", whole / floor, "<= 2 x", whole <= 2 * floor)]


def _wall_ms(*jobs: Callable[[], object], rounds: int = 31, warm_up: int = 3) -> list[float]:
    """Return the median milliseconds of each job, on the clock; the jobs take turns."""
    taken: list[list[float]] = [[] for _ in jobs]
    for turn in range(warm_up + rounds):
        for job, samples in zip(jobs, taken, strict=True):
            begun = time.perf_counter()
            job()
            if turn >= warm_up:
                samples.append((time.perf_counter() - begun) * 1000)
    return [median(samples) for samples in taken]
