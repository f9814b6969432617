"""Lists and settings: added, imported, made, renamed, deleted, kept."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.scanner.importing import read
from apps.scanner.models import ScannerSettings, Watchlist
from apps.scanner.watchlists import LIMIT
from tests.scanner.desk import ScannerDesk
from tests.scanner.reading import shown, toast

pytestmark = pytest.mark.django_db


def test_a_symbol_is_added_once_and_what_is_wrong_is_said(main: Watchlist, trader_client: Client) -> None:
    add = f"/scanner/lists/{main.pk}/add/"
    answer = trader_client.post(add, {"symbol": " coin "})
    assert toast(answer)["text"] == "COIN is on Main."
    again = trader_client.post(add, {"symbol": "COIN"})
    assert (again.status_code, "COIN is on the list already." in again.content.decode()) == (422, True)
    wrong = trader_client.post(add, {"symbol": "bad!"})
    text = unescape(wrong.content.decode())
    assert (wrong.status_code, "is not a symbol" in text, 'value="bad!"' in text) == (422, True, True)
    assert trader_client.post(add, {"symbol": ""}).status_code == 200
    assert trader_client.post(add, {"symbol": "COIN", "quick": "1"}).status_code == 200
    main.refresh_from_db()
    assert main.symbols == ["SPY", "QQQ", "IWM", "DIA", "TSLA", "COIN"]
    main.symbols = [f"S{number}" for number in range(LIMIT)]
    main.save()
    full = trader_client.post(add, {"symbol": "AAPL"})
    assert full.status_code == 422
    assert "50 symbols are the most" in full.content.decode()
    page = shown(trader_client)
    assert "The old program stopped at 20" in page
    assert "50/50</span> full" in page
    removed = trader_client.post(f"/scanner/lists/{main.pk}/remove/S7/")
    assert toast(removed)["title"] == "Removed"
    assert "S7" not in Watchlist.objects.get(pk=main.pk).symbols


def test_lists_are_made_copied_renamed_and_deleted(main: Watchlist, trader: User, trader_client: Client) -> None:
    made = trader_client.post("/scanner/lists/make/", {"name": "Tech", "start": "large"})
    tech = Watchlist.objects.get(owner=trader, name="Tech")
    assert made["HX-Redirect"] == f"/scanner/?list={tech.pk}"
    assert (len(tech.symbols), tech.symbols[0]) == (8, "AAPL")
    taken = trader_client.post("/scanner/lists/make/", {"name": "tech", "start": "empty"})
    assert (taken.status_code, "already" in taken.content.decode()) == (422, True)
    trader_client.post("/scanner/lists/make/", {"name": "Copy", "start": str(main.pk)})
    assert Watchlist.objects.get(name="Copy").symbols == main.symbols
    assert "Make list" in trader_client.get("/scanner/lists/new/").content.decode()
    assert "Delete list" in trader_client.get(f"/scanner/lists/{tech.pk}/edit/").content.decode()
    assert trader_client.post(f"/scanner/lists/{tech.pk}/rename/", {"name": ""}).status_code == 422
    trader_client.post(f"/scanner/lists/{tech.pk}/rename/", {"name": "Big tech"})
    assert 'aria-current="page">Big tech' in shown(trader_client, f"?list={tech.pk}")
    trader_client.post(f"/scanner/lists/{tech.pk}/delete/")
    assert not Watchlist.objects.filter(pk=tech.pk).exists()


def test_symbols_are_imported_and_bad_lines_are_named(main: Watchlist, trader_client: Client) -> None:
    bring = f"/scanner/lists/{main.pk}/import/"
    text = "spy, coin\n# comment\n\nnot a symbol!\nBRK.B"
    answer = trader_client.post(bring, {"text": text})
    said = unescape(answer.content.decode())
    assert toast(answer)["text"] == "4 new, 1 there already."
    assert "Line 4: 'symbol!' is no symbol." in said
    table = SimpleUploadedFile("p.csv", b'Name;Symbol;Price\n"Exxon; Inc";XOM;114\nGold;???;1\nOil;\n')
    answer = trader_client.post(bring, {"file": table})
    said = unescape(answer.content.decode())
    assert "Line 3: '???' is no symbol." in said
    assert "Line 4: no symbol in its column." in said
    assert Watchlist.objects.get(pk=main.pk).symbols[-1] == "XOM"
    for given in ({"text": "12345 !!"}, {}, {"file": SimpleUploadedFile("x.csv", b"\xff\xfe\x00")}):
        assert trader_client.post(bring, given).status_code == 422
    big = SimpleUploadedFile("x.csv", b"SPY\n" * 20_000)
    assert "larger than 64 KB" in trader_client.post(bring, {"file": big}).content.decode()
    many = trader_client.post(bring, {"text": " ".join(f"Z{number}" for number in range(60))})
    assert "No room for" in many.content.decode()
    sent = b"".join(trader_client.get(f"/scanner/lists/{main.pk}/symbols.csv")).decode()
    assert read(sent).symbols == Watchlist.objects.get(pk=main.pk).symbols
    assert len(read(sent).symbols) == LIMIT


def test_settings_are_kept_and_bounded(
    scanner: ScannerDesk, main: Watchlist, trader: User, trader_client: Client
) -> None:
    typed = {"cache_minutes": "15", "auto_refresh": "on", "refresh_interval": "30", "watchlist": str(main.pk)}
    answer = trader_client.post("/scanner/settings/", typed)
    assert toast(answer)["title"] == "Settings saved"
    kept = ScannerSettings.objects.get(user=trader)
    assert (kept.cache_minutes, kept.refresh_interval, kept.watchlist, kept.next_scan_at) == (15, 30, main, scanner.now)
    assert "next scan by itself Wed 18 Nov 11:30" in unescape(answer.content.decode())
    wrong = trader_client.post("/scanner/settings/", typed | {"cache_minutes": "16"})
    assert (wrong.status_code, 'value="16"' in wrong.content.decode()) == (422, True)
