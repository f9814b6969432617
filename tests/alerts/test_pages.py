"""The alerts page: what it shows, what its forms do once, and that it is each user's own."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from apps.alerts.models import Alert, AlertEvent, Channel, Delivery, Notification, NotificationSettings
from apps.alerts.notifying import notify
from apps.alerts.publishing import bell_counts
from apps.alerts.rule_types import TYPES
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from apps.market.watching import watched_symbols
from legacy_engines.setups.alert_rules import ALERT_INPUTS
from tests.alerts.market import judged, rule
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db
FLIP = {"alert_type": "flip_proximity", "condition": "within", "symbol": "spx", "threshold": "1.0", "rearm": "once"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=30), tick=False):
        yield


def shown(client: Client, path: str = "/alerts/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def toast(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return told


def test_a_new_user_sees_what_to_do_and_the_page_stays_cheap(
    trader: User, trader_client: Client, settings: Settings, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    settings.EMAIL_HOST = ""
    with django_assert_max_num_queries(14):
        assert "no mail server" in shown(trader_client, "/alerts/delivery/")
    page = shown(trader_client)
    for words in ("No alert yet", "Nothing fired", "Never: nothing to judge yet.", "0 unread"):
        assert words in page, words
    for symbol in ("SPX", "SPY", "QQQ"):
        for level in range(10):
            rule(trader, threshold=6100 + level, symbol=symbol)
        judged(OPEN_MARKET, symbol, spot=6105)
    with django_assert_max_num_queries(18):
        page = shown(trader_client)
    assert page.count('id="alert-') == 30


def test_a_rule_is_made_once_however_often_the_form_is_sent(trader_client: Client) -> None:
    form = {**FLIP, "key": "k1", "is_sent_out": "on", "note": "Watch <it>"}
    first, second = (trader_client.post("/alerts/new/", form) for _ in range(2))
    assert (toast(first)["title"], toast(second)["title"]) == ("Alert set", "Already set")
    assert toast(first)["text"] == "SPX within 1.0\u202f% of the flip."
    made = Alert.objects.get()
    assert (made.symbol, made.figure, made.comparison, made.key) == ("SPX", "SPX:flip_distance", "<=", "form:k1")
    assert "SPX" in watched_symbols(at=OPEN_MARKET)
    page = trader_client.get("/alerts/").content.decode()
    assert "Watch &lt;it&gt;" in page
    assert "no numbers yet" in page
    judged(flip_point=5700, spot=6000)
    assert "5.0\u202f%" in shown(trader_client)


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(trader_client: Client) -> None:
    wrong = {**FLIP, "symbol": "not a one", "threshold": "7", "note": "kept", "rearm": "after", "pause_minutes": ""}
    answer = trader_client.post("/alerts/new/", wrong)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    for words in ("is not a symbol", "Between 0.1 and 5 %", 'value="kept"', 'value="7"'):
        assert words in page, words
    answer = trader_client.post("/alerts/new/", {**FLIP, "rearm": "after", "pause_minutes": ""})
    assert "Say how long it rests" in answer.content.decode()
    assert not Alert.objects.exists()


def test_the_fields_follow_from_the_type_with_the_old_limits(trader: User, trader_client: Client) -> None:
    for key, old in ALERT_INPUTS.items():
        page = shown(trader_client, f"/alerts/fields/?alert_type={key}&symbol=QQQ&note=mine")
        assert 'value="QQQ"' in page
        assert 'value="mine"' in page
        for choice in old.choices:
            assert f'value="{choice}"' in page
        if old.threshold:
            least, most, first, step = (f"{value:g}" for value in old.threshold)
            for name, value in (("min", least), ("max", most), ("step", step)):
                assert f'{name}="{value}"' in page
            assert f'value="{first}' in page
        assert ("threshold" in page) is bool(old.threshold)
    account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET)
    assert "Paper 1" in shown(trader_client, "/alerts/fields/?alert_type=account_pnl")
    assert "No position is open." in shown(trader_client, "/alerts/fields/?alert_type=position_pnl")
    page = shown(trader_client)
    for one in TYPES.values():
        assert one.label in page


def test_every_preset_takes_one_click_and_a_second_one_says_so(trader_client: Client) -> None:
    names = [
        "flip_proximity-within", "wall_break-call_wall", "wall_break-put_wall", "gex_regime-flip_negative",
        "iv_spike-above", "gamma_week-daily_impact", "gamma_week-gamma_cliff", "gamma_week-weekly_decay",
    ]  # fmt: skip
    page = shown(trader_client)
    for name in names:
        assert f"/alerts/presets/{name}/" in page
        clicks = [trader_client.post(f"/alerts/presets/{name}/", {"symbol": "spy"}) for _ in range(2)]
        assert [toast(one)["title"] for one in clicks] == ["Alert set", "Already set"]
    assert Alert.objects.count() == len(names)
    assert {one.rearm for one in Alert.objects.filter(alert_type="gamma_week")} == {"daily"}
    assert trader_client.post("/alerts/presets/other/", {"symbol": "SPY"}).status_code == 404
    assert toast(trader_client.post(f"/alerts/presets/{names[0]}/", {"symbol": "?"}))["level"] == "warning"


def test_the_figures_history_and_states_after_rules_have_fired(trader: User, trader_client: Client) -> None:
    rule(trader, threshold=6010, note="Trim")
    rule(trader, threshold=7000)
    rule(trader, "iv_spike", "above", 10, rearm="daily")
    judged(spot=6020)
    page = shown(trader_client)
    for words in (
        "SPX at or above 6,010.00", "Fired in 24 h", "2 in 7 days", "11:30:00",
        "Your note: Trim", "Now spot 6,020.00.", "implied volatility 15.0% is above 10.0%", "Rests until Thu 19 Nov",
        "Delete fired", "2 unread", "Test feed, as of Wed 18 Nov 2026 11:30 ET",
    ):  # fmt: skip
        assert words in page, words
    assert "Nothing fired" in shown(trader_client, "/alerts/body/?symbol=QQQ")
    assert "IV spike" not in shown(trader_client, "/alerts/history/?alert_type=price&symbol=SPX&before=x")
    assert toast(trader_client.post("/alerts/clear/"))["text"] == "1 fired rule deleted."
    assert "SPX at or above 6,010.00" in shown(trader_client, "/alerts/history/")


def test_a_long_history_goes_on(trader: User, trader_client: Client) -> None:
    rule(trader, threshold=6010, rearm="after", pause_minutes=1)
    for minute in range(0, 60, 2):
        judged(OPEN_MARKET - timedelta(hours=2) + timedelta(minutes=minute), spot=6020)
    page = shown(trader_client)
    older = AlertEvent.objects.order_by("-pk")[24].pk
    assert page.count('id="event-') == 25
    assert f"before={older}" in page
    assert shown(trader_client, f"/alerts/history/?before={older}").count('id="event-') == 5


def test_a_rule_is_changed_snoozed_switched_off_armed_and_deleted(trader: User, trader_client: Client) -> None:
    made = rule(trader, threshold=6010)
    judged(spot=6020)
    assert 'value="6010"' in shown(trader_client, f"/alerts/{made.pk}/")
    form = {
        "rule-alert_type": "net_gex", "rule-condition": "below", "rule-symbol": "SPX", "rule-threshold": "-1.5",
        "rule-rearm": "recross", "rule-pause_minutes": "30",
    }  # fmt: skip
    assert "In billions" in shown(trader_client, "/alerts/fields/?rule-alert_type=net_gex&rule-symbol=SPX")
    wrong = trader_client.post(f"/alerts/{made.pk}/change/", {**form, "rule-threshold": "x"})
    assert (wrong.status_code, "Enter a number" in wrong.content.decode()) == (422, True)
    assert "It is armed." in toast(trader_client.post(f"/alerts/{made.pk}/change/", form))["text"]
    made.refresh_from_db()
    assert (made.state, made.figure, made.is_sent_out) == ("armed", "SPX:net_gex", False)
    assert made.threshold == Decimal("-1.5")

    assert "Until the next session" in shown(trader_client, f"/alerts/{made.pk}/pause/")
    trader_client.post(f"/alerts/{made.pk}/snooze/", {"how_long": "60"})
    assert "Snoozed until 12:30" in shown(trader_client)
    assert trader_client.post(f"/alerts/{made.pk}/snooze/", {"how_long": "9"}).status_code == 404
    trader_client.post(f"/alerts/{made.pk}/wake/")
    assert "Snoozed" not in shown(trader_client)
    trader_client.post(f"/alerts/{made.pk}/off/")
    assert "1 off" in shown(trader_client)
    trader_client.post(f"/alerts/{made.pk}/arm/")
    made.refresh_from_db()
    assert made.state == "armed"
    trader_client.post(f"/alerts/{made.pk}/delete/")
    assert not Alert.objects.exists()
    assert AlertEvent.objects.get().alert is None
    assert "SPX at or above 6,010.00" in shown(trader_client)


def test_how_one_is_told_is_kept_and_tested_once_a_click(trader_client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    wrong = trader_client.post("/alerts/settings/", {"by_mail": "on", "quiet_from": "22:00"})
    assert wrong.status_code == 422
    for words in ("Say where e-mails go.", 'value="22:00"'):
        assert words in wrong.content.decode()
    form = {"is_on": "on", "sound": "on", "by_mail": "on", "email": "t@example.com"}
    answer = trader_client.post("/alerts/settings/", {**form, "quiet_from": "11:00", "quiet_until": "12:00"})
    assert toast(answer)["text"] == "Quiet now."
    kept = NotificationSettings.objects.get()
    assert (kept.sound, kept.email, f"{kept.quiet_until:%H:%M}") == (True, "t@example.com", "12:00")
    answer = trader_client.post("/alerts/test/", {"key": "a"})
    assert toast(answer)["text"] == "Quiet hours: it leaves Wed 18 Nov 2026 12:00 ET."
    assert trader_client.post("/alerts/test/", {"key": "a"}).status_code == 204
    trader_client.post("/alerts/settings/", form)
    assert Delivery.objects.get().due_at < OPEN_MARKET + timedelta(minutes=1)
    assert toast(trader_client.post("/alerts/test/", {"key": "b"}))["text"] == "On its way to 1 place."
    assert Notification.objects.count() == Delivery.objects.count() == 2
    assert "2 messages waiting to leave." in shown(trader_client, "/alerts/delivery/")


def test_channels_are_added_and_removed(trader: User, trader_client: Client) -> None:
    wrong = trader_client.post("/alerts/channels/", {"name": "Phone", "address": "nothing"})
    assert (wrong.status_code, "no address Apprise understands" in wrong.content.decode()) == (422, True)
    for _ in range(2):
        answer = trader_client.post("/alerts/channels/", {"name": "Phone", "address": "ntfys://my-secret-topic"})
    assert "a channel of this name already" in answer.content.decode()
    page = shown(trader_client, "/alerts/delivery/")
    assert "my-secret-topic" not in page
    assert "ntfy" in page
    trader_client.post(f"/alerts/channels/{Channel.objects.get().pk}/remove/")
    assert not Channel.objects.exists()


def test_notifications_are_read_up_to_what_was_seen(trader: User, stranger: User, trader_client: Client) -> None:
    for name in "abc":
        notify(trader, f"Told {name}", key=name)
    assert "3 unread" in shown(trader_client)
    trader_client.post("/alerts/read/", {"up_to": "2"})
    assert "1 unread" in shown(trader_client)
    trader_client.post("/alerts/read/", {"up_to": "nonsense"})
    assert Notification.objects.filter(read_at__isnull=True).get().title == "Told c"
    assert [(bell.unread, bell.newest) for bell in (bell_counts(trader), bell_counts(stranger))] == [(1, 3), (0, 0)]
    with pytest.raises(ValueError, match="key"):
        notify(trader, "Told without a key")


def test_a_second_user_sees_and_changes_nothing(
    trader: User, stranger: User, stranger_client: Client, client: Client
) -> None:
    made = rule(trader, threshold=6010, note="private note")
    judged(spot=6020)
    channel = Channel.objects.create(
        owner=trader, name="private phone", service="ntfy", sealed_address="x", created_at=OPEN_MARKET
    )
    delivery = Delivery.objects.create(
        notification=Notification.objects.get(), channel=channel, created_at=OPEN_MARKET, due_at=OPEN_MARKET, attempts=3
    )
    before = [list(model.objects.values()) for model in (Alert, AlertEvent, Channel, Delivery, Notification)]
    for path in ("", "body/", "history/", "delivery/"):
        page = shown(stranger_client, f"/alerts/{path}")
        assert "private" not in page
        assert "6,010" not in page
    for path in ("", "pause/"):
        assert stranger_client.get(f"/alerts/{made.pk}/{path}").status_code == 404
    for path in ("change", "delete", "arm", "off", "snooze", "wake"):
        answer = stranger_client.post(f"/alerts/{made.pk}/{path}/", {"how_long": "60"})
        assert answer.status_code == 404, path
    assert stranger_client.post(f"/alerts/channels/{channel.pk}/remove/").status_code == 404
    for path, typed in (("clear", {}), ("read", {"up_to": "99"}), ("try-again", {})):
        stranger_client.post(f"/alerts/{path}/", typed)
    account = account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET)
    form = {"alert_type": "account_pnl", "account": account.pk, "condition": "below", "threshold": "1", "rearm": "once"}
    assert stranger_client.post("/alerts/new/", form).status_code == 422
    assert [list(model.objects.values()) for model in (Alert, AlertEvent, Channel, Delivery, Notification)] == before
    assert delivery.attempts == 3
    assert client.get("/alerts/").status_code == 302
    for path in ("new", "clear", "read", "settings", "test"):
        assert stranger_client.get(f"/alerts/{path}/").status_code == 405


def test_the_admin_edits_rules_shows_no_address_and_refuses_what_does_not_fit(
    trader: User, owner_client: Client
) -> None:
    made = rule(trader, threshold=6010)
    channel = Channel.objects.create(
        owner=trader, name="Phone", service="ntfy", sealed_address="sealed-text", created_at=OPEN_MARKET
    )
    assert "sealed-text" not in shown(owner_client, f"/admin/alerts/channel/{channel.pk}/change/")
    assert "SPX at or above" in shown(owner_client, "/admin/alerts/alert/")
    form = {
        "owner": trader.pk, "alert_type": "net_gex", "condition": "below", "symbol": "SPX", "threshold": "-2",
        "state": "armed", "rearm": "once", "pause_minutes": "30", "note": "", "position": "", "account": "",
    }  # fmt: skip
    path = f"/admin/alerts/alert/{made.pk}/change/"
    assert "Of this type: above, below, crosses." in unescape(
        owner_client.post(path, {**form, "condition": "within"}).content.decode()
    )
    assert owner_client.post(path, form).status_code == 302
    made.refresh_from_db()
    assert (made.figure, made.comparison) == ("SPX:net_gex", "<=")
    for name in ("alertevent", "notification", "delivery", "notificationsettings"):
        assert owner_client.get(f"/admin/alerts/{name}/").status_code == 200
