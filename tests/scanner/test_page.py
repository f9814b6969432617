"""The scanner page: what it shows, what its forms do, and that all of it is each user's own."""

import csv
import io
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.ideas.models import TradeIdea
from apps.scanner import scanning
from apps.scanner.models import ScanResult, ScanRun, Watchlist
from tests.scanner.desk import ScannerDesk
from tests.scanner.reading import shown, toast

pytestmark = pytest.mark.django_db
ROWS = [
    # symbol, setup, confidence, net GEX in bn, status
    ("SPY", "IRON CONDOR", 80.0, 7.65, "Fresh"),
    ("QQQ", "LONG CALL", 62.9, -1.2, "Cached (2m ago)"),
    ("IWM", "LONG CALL", 55.0, 0.71, "Fresh"),
    ("TSLA", "NEGATIVE GEX SQUEEZE", 75.0, -2.04, "Fresh"),
]


def order(page: str) -> list[str]:
    """Return the symbols of the table in their order."""
    rows = page.split('class="scanner-row')[1:]
    return [row.split('<th scope="row"><a href="/gex/')[1].split("/")[0] for row in rows]


@pytest.fixture
def done(scanner: ScannerDesk, trader: User, main: Watchlist) -> ScanRun:
    """A scan with four ranked symbols, one that failed and one without a flip."""
    run, _ = scanning.start(trader, main, key="done", at=scanner.now)
    run.results.all().delete()
    common = {
        "run": run,
        "truth": "simulated",
        "source_label": "Simulated",
        "as_of": scanner.now,
        "judged_at": scanner.now,
    }
    ScanResult.objects.bulk_create(
        [
            ScanResult(
                **common, symbol=symbol, place=place, state="ranked", spot=100 + place, net_gex=net, flip_point=99.0,
                distance_to_flip=-1.25, setup_type=setup, confidence=sure, dte=7, action=f"BUY {symbol}",
                cache_status=status,
            )
            for place, (symbol, setup, sure, net, status) in enumerate(ROWS)
        ]
    )  # fmt: skip
    ScanResult.objects.create(
        **common, symbol="XOM", place=4, state="unranked", spot=114, net_gex=0.1, problem="No flip."
    )
    ScanResult.objects.create(
        run=run, symbol="DIA", place=5, state="failed", setup_type="Timeout", cache_status="Error",
        problem="Cboe did not answer for DIA within 15 s.", judged_at=scanner.now,
        attempts=[{"at": scanner.now.isoformat(), "raised": "timeout: Cboe did not answer for DIA within 15 s."}],
    )  # fmt: skip
    run.state, run.total, run.finished, run.failed, run.ended_at = "done", 6, 6, 1, scanner.now
    run.save()
    return run


def test_a_new_user_has_the_old_list_and_sees_what_to_do(
    scanner: ScannerDesk, trader_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page = shown(trader_client)
    for words in (
        "Nothing scanned yet",
        "5/50",
        "Quick add",
        "5</b> symbols",
        "Requests at most",
        "1.2 min",
        "Force refresh",
    ):
        assert words in page, words
    for symbol in ("SPY", "QQQ", "IWM", "DIA", "TSLA"):
        assert f"Remove {symbol}" in page
    assert "less than" in page  # a simulated market answers at once
    with django_assert_max_num_queries(16):
        shown(trader_client)


def test_a_click_scans_once_and_the_page_follows_until_it_is_cancelled(
    scanner: ScannerDesk, main: Watchlist, trader_client: Client
) -> None:
    scan = f"/scanner/lists/{main.pk}/scan/"
    first = trader_client.post(scan, {"key": "one", "force": "on"})
    assert toast(first)["title"] == "Scanning Main"
    assert toast(trader_client.post(scan, {"key": "one"}))["title"] == "Already started"
    assert toast(trader_client.post(scan, {"key": "two"}))["level"] == "warning"
    run = ScanRun.objects.get()
    assert run.force
    page = shown(trader_client)
    assert "every 4s" in page
    assert "Waits for its turn" in page
    assert "Cancel scan" in page
    scanner.step(run)
    assert "here in a moment" in shown(trader_client, **{"HX-Request": "true"})
    scanner.fetch(but=["SPY", "DIA"])
    scanner.step(run)
    page = shown(trader_client)
    assert "3</b> of" in page
    assert order(page)[-2:] == ["SPY", "DIA"]
    assert toast(trader_client.post(f"/scanner/scans/{run.pk}/cancel/"))["title"] == "Scan cancelled"
    page = shown(trader_client)
    assert "Not scanned: the scan was cancelled." in page
    assert "every 4s" not in page
    earlier = shown(trader_client, f"?run={run.pk}")
    assert "Newest scan" in earlier
    assert 'name="leave"' in earlier
    left = trader_client.post(scan, {"key": "three", "leave": "1"})
    assert left["HX-Redirect"] == f"/scanner/?list={main.pk}"


def test_a_scan_that_broke_off_says_so_and_offers_another(
    scanner: ScannerDesk, main: Watchlist, trader_client: Client
) -> None:
    trader_client.post(f"/scanner/lists/{main.pk}/scan/", {"key": "one"})
    scanner.pass_time(121)
    page = shown(trader_client)
    assert "The scan broke off: its worker went away." in page
    assert "Scan again" in page
    assert toast(trader_client.post(f"/scanner/lists/{main.pk}/scan/", {"key": "two"}))["title"] == "Scanning Main"


def test_the_table_is_ranked_tinted_and_carded(done: ScanRun, trader_client: Client) -> None:
    page = shown(trader_client)
    assert order(page) == ["SPY", "TSLA", "QQQ", "IWM", "XOM", "DIA"]
    tints = [row.split('"')[0].strip() for row in page.split('class="scanner-row')[1:]]
    assert tints == ["gain", "gain", "warn", "loss", "", "loss"]
    for words in (
        "$100.00",
        "+7.65\u202fbn",
        "−1.2\u202f%",
        "62</b>",
        "BUY TSLA",
        "Cached 2m ago",
        "Timeout",
        "No flip.",
        "70 % and more",
    ):
        assert words in page, words
    assert "Cboe did not answer for DIA within 15 s." in page
    cards = page.split('class="card scanner-card')[1:4]
    assert [card.split("/gex/")[1].split("/")[0] for card in cards] == ["SPY", "TSLA", "QQQ"]
    assert ["Grade A" in cards[0], "Grade B" in cards[1], "Grade C" in cards[2]] == [True] * 3
    assert "/ideas/game-plan/SPY/iron-condor/" in cards[0]
    assert 'data-kind="simulated"' in page


def test_order_and_filters_stand_in_the_address(done: ScanRun, trader_client: Client) -> None:
    assert order(shown(trader_client, "?sort=-net_gex"))[:4] == ["SPY", "IWM", "XOM", "QQQ"]
    by_price = shown(trader_client, "?sort=price")
    assert order(by_price) == ["SPY", "QQQ", "IWM", "TSLA", "XOM", "DIA"]
    assert 'aria-sort="ascending"><a class="scanner-sort" href="/scanner/?sort=-price"' in by_price
    assert order(shown(trader_client, "?sort=-symbol"))[0] == "XOM"
    assert order(shown(trader_client, "?setup=LONG+CALL")) == ["QQQ", "IWM"]
    assert order(shown(trader_client, "?least=70")) == ["SPY", "TSLA"]
    assert order(shown(trader_client, "?status=failed")) == ["DIA"]
    assert order(shown(trader_client, "?status=cached&sort=-rank")) == ["QQQ"]
    narrow = shown(trader_client, "?least=80&setup=LONG+CALL")
    assert "No symbol fits" in narrow
    assert "Clear filters" in narrow
    assert order(shown(trader_client, "?sort=mood&least=1&status=x&list=99999999&run=abc"))[0] == "SPY"
    sent = b"".join(trader_client.get("/scanner/results.csv?least=60")).decode()
    rows = list(csv.DictReader(io.StringIO(sent)))
    assert [row["symbol"] for row in rows] == ["SPY", "TSLA", "QQQ"]
    assert (rows[2]["confidence_percent"], rows[2]["net_gex_usd_bn"], rows[2]["kind"]) == ("62", "-1.2", "simulated")


def test_a_row_opens_to_its_facts_and_its_idea_can_be_taken(
    scanner: ScannerDesk, main: Watchlist, trader: User, trader_client: Client, done: ScanRun
) -> None:
    failed = done.results.get(symbol="DIA")
    failed.attempts.append({"at": scanner.now.isoformat(), "error": "Cboe answered 500."})
    failed.save()
    dialog = trader_client.get(f"/scanner/results/{failed.pk}/").content.decode()
    assert dialog.index("What the source said") < dialog.index("</span> Cboe did not answer") < dialog.index("500.")
    assert "/ideas/" not in dialog
    live = scanner.start(trader, ["TSLA"], name="Live")
    scanner.run_to_its_end(live)
    row = live.results.get()
    dialog = trader_client.get(f"/scanner/results/{row.pk}/").content.decode()
    assert row.action in unescape(dialog)
    address = dialog.split('hx-post="')[1].split('"')[0]
    assert address.startswith("/ideas/game-plan/TSLA/")
    taken = trader_client.post(address.rsplit("/", 2)[0] + "/log/")
    assert taken.status_code == 204
    assert TradeIdea.objects.get(user=trader).action == row.action


def test_nobody_sees_or_changes_what_is_anothers(
    done: ScanRun, main: Watchlist, owner: User, owner_client: Client, scanner: ScannerDesk
) -> None:
    result = done.results.first()
    assert result is not None
    page = shown(owner_client, f"?run={done.pk}&list={main.pk}")
    assert "Nothing scanned yet" in page
    assert f"/scanner/lists/{main.pk}/" not in page
    for path in (
        f"results/{result.pk}/",
        f"lists/{main.pk}/",
        f"lists/{main.pk}/edit/",
        f"lists/{main.pk}/symbols.csv",
    ):
        assert owner_client.get(f"/scanner/{path}").status_code == 404, path
    of_list = ("rename/", "delete/", "scan/", "add/", "remove/SPY/", "import/")
    for path in (f"scans/{done.pk}/cancel/", *(f"lists/{main.pk}/{what}" for what in of_list)):
        assert owner_client.post(f"/scanner/{path}", {"symbol": "X", "name": "x"}).status_code == 404, path
    foreign = {"cache_minutes": "5", "refresh_interval": "10", "watchlist": str(main.pk)}
    assert owner_client.post("/scanner/settings/", foreign).status_code == 422
    assert "DIA" not in b"".join(owner_client.get(f"/scanner/results.csv?run={done.pk}")).decode()
    assert Client().get("/scanner/").status_code == 302
    main.refresh_from_db()
    assert (main.name, main.symbols) == ("Main", ["SPY", "QQQ", "IWM", "DIA", "TSLA"])
    for name in ("watchlist", "scannersettings", "scanrun", "scanresult"):
        assert owner_client.get(f"/admin/scanner/{name}/?q=DIA").status_code == 200


def test_a_full_page_stays_cheap(
    scanner: ScannerDesk,
    trader: User,
    trader_client: Client,
    done: ScanRun,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    run = done
    ScanResult.objects.bulk_create(
        ScanResult(
            run=run, symbol=f"S{number}", place=10 + number, state="ranked", spot=10, net_gex=1.0, distance_to_flip=1.0,
            setup_type="LONG CALL", confidence=50 + number, action="BUY", cache_status="Fresh", truth="simulated",
            as_of=scanner.now - timedelta(days=2), source_label="Simulated",
        )
        for number in range(44)
    )  # fmt: skip
    shown(trader_client)
    with django_assert_max_num_queries(16):
        assert len(order(shown(trader_client))) == 50
