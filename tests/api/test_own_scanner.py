"""The scanner over the API: lists and scans of their owner, and nobody else's."""

from django.contrib.auth.models import User

from apps.scanner.models import ScanRun, Watchlist
from tests.api.own import program, reader, stranger
from tests.scanner.conftest import scanner
from tests.scanner.desk import ScannerDesk

__all__ = ["scanner"]


def test_a_scan_is_started_once_followed_and_read(scanner: ScannerDesk, trader: User) -> None:
    mine = program(trader)
    status, made = mine.send("POST", "scanner/watchlist", {"name": "Two", "symbols": ["spx", "SPY", "spx"]})
    assert (status, made["symbols"], made["new"], made["known"]) == (201, ["SPX", "SPY"], ["SPX", "SPY"], ["SPX"])

    with scanner.committing():
        status, scan = mine.send("POST", "scanner/scan", {"watchlist": made["number"]}, key="one")
    assert (status, scan["state"], scan["total"], scan["finished"]) == (202, "running", 2, 0)
    assert mine.send("POST", "scanner/scan", {"watchlist": made["number"]}, key="one")[1]["number"] == scan["number"]
    status, problem = mine.send("POST", "scanner/scan", {"watchlist": made["number"]}, key="two")
    assert status == 409
    assert problem["detail"].startswith("A scan is running already (Two, 0 of 2).")

    waiting = mine.get(scan["url"].removeprefix("/api/"))
    assert {one["state"] for one in waiting["results"]} == {"waiting"}
    assert all(one["detail"] and one["source"] is None for one in waiting["results"])
    scanner.run_to_its_end(ScanRun.objects.get(pk=scan["number"]))
    found = mine.get(f"scanner/scans/{scan['number']}")
    assert (found["state"], found["finished"]) == ("done", 2)
    assert [one["rank"] for one in found["results"] if one["rank"]]
    assert {one["source"]["truth"] for one in found["results"] if one["source"]} == {"simulated"}
    assert len(mine.get(f"scanner/scans/{scan['number']}", format="csv").splitlines()) == 3
    assert mine.get("scanner/scans")["items"][0]["number"] == scan["number"]
    assert mine.send("DELETE", f"scanner/scans/{scan['number']}")[0] == 409


def test_lists_take_symbols_and_say_what_they_did_not_take(scanner: ScannerDesk, trader: User) -> None:
    mine = program(trader)
    first = mine.get("scanner/watchlist")[0]
    status, changed = mine.send("POST", "scanner/watchlist", {"symbols": ["ORCL", first["symbols"][0]]})
    assert (status, changed["number"], changed["new"]) == (200, first["number"], ["ORCL"])
    assert "ORCL" in mine.get("scanner/symbols")["symbols"]
    assert mine.get("scanner/symbols")["shared"][0]["key"] == "default"
    for wrong in ({}, {"symbols": ["no symbol"]}, {"name": "X", "watchlist": first["number"]}, {"symbols": ["A"] * 51}):
        assert mine.send("POST", "scanner/watchlist", wrong)[0] == 422
    assert mine.send("POST", "scanner/watchlist", {"name": first["name"]})[0] == 409
    empty = mine.send("POST", "scanner/watchlist", {"name": "Empty"})[1]
    assert mine.send("POST", "scanner/scan", {"watchlist": empty["number"]})[0] == 409


def test_a_running_scan_is_cancelled_by_its_owner(scanner: ScannerDesk, trader: User) -> None:
    mine = program(trader)
    run = scanner.start(trader, ["SPX", "SPY"])
    status, scan = mine.send("DELETE", f"scanner/scans/{run.pk}")
    assert (status, scan["state"]) == (200, "cancelled")


def test_nobody_else_and_no_reader_touches_lists_or_scans(scanner: ScannerDesk, trader: User) -> None:
    run = scanner.start(trader, ["SPX"])
    mine, other, watchlist = reader(trader), stranger(), Watchlist.objects.get(owner=trader)
    assert other.get("scanner/scans")["total"] == 0
    for method in ("GET", "DELETE"):
        assert other.send(method, f"scanner/scans/{run.pk}")[0] == 404
    assert other.send("POST", "scanner/scan", {"watchlist": watchlist.pk})[0] == 404
    assert other.send("POST", "scanner/watchlist", {"watchlist": watchlist.pk, "symbols": ["QQQ"]})[0] == 404
    asked = {"watchlist": watchlist.pk, "symbols": ["QQQ"]}
    assert mine.send("POST", "scanner/scan", {"watchlist": watchlist.pk})[0] == 403
    assert mine.send("POST", "scanner/watchlist", asked)[0] == 403
    assert mine.send("DELETE", f"scanner/scans/{run.pk}")[0] == 403
    watchlist.refresh_from_db()
    run.refresh_from_db()
    assert (watchlist.symbols, run.state) == (["SPX"], "running")
