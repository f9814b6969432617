"""The recorded cases of the old scanner through what the application does with answers, lists and tables."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.scanner import judging, table, watchlists
from apps.scanner.estimating import LOCAL_SECONDS, Pace, estimate
from apps.scanner.forms import SettingsForm
from apps.scanner.judging import Again, Attempt, Judged
from apps.scanner.models import ScanResult, ScanRun, Watchlist
from legacy_engines.setups.scan_view import QUICK_SYMBOLS
from tests.moments import OPEN_MARKET
from tests.parity.cases import OWN_VECTORS, Case, documents
from tests.parity.compare import differences, plain
from tests.parity.worlds import clock_of


def cases(name: str) -> list[Case]:
    (found,) = (one.cases for one in documents(OWN_VECTORS) if one.callable == f"multi_symbol_scanner.{name}")
    assert found
    return found


class OldClient:
    """The recorded answers of each symbol in turn; the last one repeats."""

    def __init__(self, answers: dict[str, list[dict[str, Any]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, symbol: str) -> Attempt:
        given = self.answers[symbol]
        said = given[min(self.asked.count(symbol), len(given) - 1)]
        self.asked.append(symbol)
        return Attempt(raised=said["raise"]) if "raise" in said else Attempt(answer=said["json"])


def test_scans_give_the_recorded_rows_attempts_and_pauses() -> None:
    compared = 0
    for case in cases("scan_symbols"):
        at, client = clock_of(case).now(), OldClient(case.state["api"])
        known: dict[str, tuple[Any, Any]] = {}
        for (seconds, symbols, force), recorded in zip(case.state["scans"], case.expected, strict=True):
            at += timedelta(seconds=seconds)
            asked, sleeps, warnings, rows = len(client.asked), [], 0, []
            for symbol in dict.fromkeys(symbols):  # a list holds a symbol once
                row = None
                if symbol in known and not force:
                    data, fetched_at = known[symbol]
                    assert judging.is_known(fetched_at, minutes=5, at=at) == (at - fetched_at < timedelta(minutes=5))
                    row = judging.cached(symbol, data, fetched_at=fetched_at, minutes=5, at=at)
                if row is None:
                    attempts = [client.ask(symbol)]
                    while isinstance(found := judging.judged(symbol, attempts, at=at), Again):
                        sleeps.append(found.seconds)
                        attempts.append(client.ask(symbol))
                    row = found
                    if not row.is_failed:
                        known[symbol] = attempts[-1].answer, at
                assert isinstance(row, Judged)
                warnings += bool(row.warning)
                rows.append(plain(row.row))
            expected = [dict(zip(recorded["table"]["columns"], one, strict=True)) for one in recorded["table"]["rows"]]
            if len(set(symbols)) < len(symbols):  # the second one was marked as cached, and the first with it
                expected, rows = [], []
            assert differences(rows, expected, relative=1e-12, floor=1e-12) == [], case.id
            assert client.asked[asked:] == recorded["api_calls"], case.id
            assert (sleeps, warnings) == (recorded["sleeps"], recorded["warnings"]), case.id
            compared += 1
    assert compared > 35


def test_tables_are_ranked_cut_and_carded_as_recorded_with_each_row_in_its_own_colour() -> None:
    compared = 0
    for case in cases("display_scanner_dashboard"):
        given = [dict(zip(case.args[0]["columns"], one, strict=True)) for one in case.args[0]["rows"]]
        if case.expected is None or any(not isinstance(one.get("confidence"), int | float) for one in given):
            continue  # the engine always gives a number
        if any("symbol" not in one or one["confidence"] != one["confidence"] for one in given):
            continue
        run = ScanRun(state=ScanRun.State.DONE)
        results = [
            ScanResult(
                pk=place,
                symbol=one["symbol"],
                place=place,
                state="failed" if one.get("cache_status") == "Error" else "ranked",
                setup_type=one.get("setup_type", "N/A"),
                confidence=one["confidence"],
                cache_status=one.get("cache_status", ""),
            )
            for place, one in enumerate(given, start=1)
        ]
        rows = table.rows_of(
            run, results, Pace(service="simulated", seconds=LOCAL_SECONDS, per_request=0.0), at=OPEN_MARKET
        )
        recorded = case.expected["rows"] or []
        places = {one[0]: at for at, one in enumerate(recorded)}
        ranked = [row for row in rows if row.rank]
        assert [places[row.result.symbol] for row in ranked] == sorted(places[row.result.symbol] for row in ranked)
        for row in ranked:
            assert f"{row.confidence}%" == recorded[places[row.result.symbol]][5], case.id
            sure = row.result.confidence or 0
            assert row.tint == ("gain" if sure >= 70 else "warn" if sure >= 60 else "loss"), case.id
        assert {row.tint for row in rows if not row.rank} <= {"loss"}
        with_setup = {row.result.symbol for row in ranked if row.reference}
        grades = [card.grade for card in table.cards_of(rows)]
        theirs = [card for card in case.expected["cards"] if card["badge_and_symbol"].split()[1] in with_setup]
        assert grades[: len(theirs)] == [card["grade"] for card in theirs], case.id
        compared += 1
    assert compared >= 12


@pytest.mark.django_db
def test_a_list_does_what_the_recorded_one_did_but_for_its_limit_and_blanks(trader: User) -> None:
    messages = {"added": ["success"], "duplicate": ["warning"], "full": ["error", "warning"], "nothing": []}
    compared = 0
    for case in cases("display_watchlist_manager"):
        stored = case.state.get("watchlist")
        symbols = list(watchlists.SHARED["default"][1]) if stored is None else list(stored)
        typed = case.state.get("text") or ""
        if len(symbols) >= watchlists.OLD_LIMIT or "" in symbols or typed.strip() != typed:
            continue  # decided otherwise: fifty symbols, blanks dropped
        mine = Watchlist.objects.create(owner=trader, name=case.id[:40], symbols=symbols, created_at=OPEN_MARKET)
        told: list[str] = []
        for button in case.state.get("clicked") or []:
            if button.endswith("Add"):
                outcome, _ = watchlists.add(mine, typed)
                told += messages[outcome]
            elif button.startswith("remove_"):
                assert watchlists.remove(mine, button.removeprefix("remove_"))
            else:
                watchlists.add(mine, button.removeprefix("quick_"))
        mine.refresh_from_db()
        assert mine.symbols == case.expected["stored"], case.id
        assert told == case.expected["messages"], case.id
        compared += 1
    assert compared > 10
    assert QUICK_SYMBOLS == ("AAPL", "MSFT", "NVDA", "AMD", "AMZN", "META", "GOOGL", "NFLX")


@pytest.mark.parametrize(("room", "light"), [(6, "green"), (5, "yellow"), (1, "yellow"), (0, "red")])
def test_the_light_says_how_much_room_is_left(room: int, light: str) -> None:
    full = [f"S{number}" for number in range(watchlists.LIMIT - room)]
    assert watchlists.light_of(Watchlist(symbols=full)) == light


@pytest.mark.django_db
def test_settings_have_the_recorded_bounds_and_budget(trader: User) -> None:
    for case in cases("display_scanner_controls"):
        inputs = case.state["inputs"]
        typed: dict[str, Any] = {
            "cache_minutes": inputs.get("Cache Duration (minutes)", 5),
            "auto_refresh": "on" if inputs.get("Auto-refresh") else "",
            "refresh_interval": inputs.get("Refresh interval (minutes)", 10),
        }
        form = SettingsForm(trader, typed)
        assert form.is_valid(), case.id
        kept, recorded = form.wanted(), case.expected["returned"]
        assert kept.cache_minutes == recorded["cache_duration"]
        assert kept.auto_refresh == recorded["auto_refresh"]
        assert (kept.refresh_interval if kept.auto_refresh else None) == recorded["refresh_interval"]
        cost = estimate(
            case.state.get("watchlist") or [], cache_minutes=kept.cache_minutes, force=False, at=OPEN_MARKET
        )
        assert [str(cost.count), str(cost.requests)] == case.expected["info_figures"][2:]
        fields: Any = form.fields
        for (_, bounds), name in zip(case.expected["sliders"], ("cache_minutes", "refresh_interval"), strict=False):
            field = fields[name]
            assert (field.min_value, field.max_value) == (bounds["min_value"], bounds["max_value"])
