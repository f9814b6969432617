"""What leaves the page: once, later when a server is down, never in quiet hours, and never with a secret in sight."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client, TestCase
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from alphagex import clock
from apps.alerts import channels, outbox, tasks
from apps.alerts.models import Channel, Delivery, Notification, NotificationSettings
from apps.alerts.notifying import AT_ONCE, Note, notify, notify_all
from apps.alerts.quiet import quiet_until
from apps.alerts.sealing import SealBrokenError, unseal
from apps.market.redis_client import short_questions
from tests.alerts.conftest import MailServer
from tests.alerts.market import judged, rule
from tests.moments import OPEN_MARKET, WEEKEND

pytestmark = pytest.mark.django_db


@pytest.fixture
def time_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(OPEN_MARKET, tick=False) as traveller:
        yield traveller


@pytest.fixture
def by_mail(trader: User) -> NotificationSettings:
    return NotificationSettings.objects.create(user=trader, by_mail=True, email="trader@example.com")


def test_a_mail_server_that_is_down_delays_and_loses_nothing(
    trader: User, by_mail: NotificationSettings, mail_server: MailServer, time_stands: time_machine.Traveller
) -> None:
    rule(trader, threshold=6010, note="Trim the condor")
    with TestCase.captureOnCommitCallbacks(execute=True):
        judged(spot=6020)
    tasks.deliver()
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert "not reached" in waiting.problem
    mail_server.start()
    tasks.deliver()  # too early: the pause after a failure is not over
    assert mail_server.mails == []
    time_stands.move_to(waiting.due_at)
    tasks.tick()
    tasks.tick()
    (mail,) = mail_server.mails
    assert isinstance(mail, EmailMessage)
    assert (mail["Subject"], mail["To"]) == ("SPX at or above 6,010.00", "trader@example.com")
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Trim the condor" in text
    assert "Test feed, as of Wed 18 Nov 2026 11:30 ET" in text
    assert "<h2" in html
    assert Delivery.objects.get().state == "sent"


def test_each_failure_waits_longer_and_after_two_days_it_is_given_up_until_asked_again(
    trader: User, by_mail: NotificationSettings, mail_server: MailServer, time_stands: time_machine.Traveller
) -> None:
    assert notify(trader, "Halted", key="halt") is not None
    assert notify(trader, "Halted", key="halt") is None
    pauses = []
    while (delivery := Delivery.objects.get()).state == "waiting":
        time_stands.move_to(delivery.due_at)
        tasks.deliver()
        pauses.append((Delivery.objects.get().due_at - delivery.due_at).total_seconds())
    assert pauses[:4] == [20, 40, 80, 160]
    assert max(pauses) == 900
    assert clock.now() - OPEN_MARKET > timedelta(days=2)
    mail_server.start()
    outbox.try_again(trader.pk, at=clock.now())
    tasks.deliver()
    assert len(mail_server.mails) == 1


def test_a_refused_address_is_not_tried_again_and_does_not_hold_up_others(
    trader: User, stranger: User, by_mail: NotificationSettings, mail_server: MailServer
) -> None:
    mail_server.start()
    mail_server.refused.add("trader@example.com")
    NotificationSettings.objects.create(user=stranger, by_mail=True, email="stranger@example.com")
    for user in (trader, stranger):
        notify(user, "Halted", key="halt")
    tasks.deliver()
    assert {one.notification.user.username: one.state for one in Delivery.objects.all()} == {
        "trader": "given_up",
        "stranger": "sent",
    }


def test_a_worker_that_died_is_followed_by_another(
    trader: User, by_mail: NotificationSettings, mail_server: MailServer, time_stands: time_machine.Traveller
) -> None:
    mail_server.start()
    notify(trader, "Halted", key="halt")
    assert outbox.take(at=clock.now()) is not None  # and never settles it
    tasks.deliver()
    assert mail_server.mails == []
    time_stands.shift(outbox.TAKEN_FOR)
    tasks.deliver()
    assert len(mail_server.mails) == 1


def test_the_pages_of_many_users_are_told_by_a_task(trader: User) -> None:
    crowd = [trader, *(User.objects.create_user(f"user {number}") for number in range(AT_ONCE))]
    with TestCase.captureOnCommitCallbacks(execute=True):
        told = notify_all({one.pk: [Note(key="halt", title="Halted")] for one in crowd}, at=OPEN_MARKET)
    assert len(told) == len(crowd)
    (task,) = short_questions().lrange("celery", 0, -1)
    assert "alerts.publish" in task


@pytest.mark.parametrize(
    ("quiet", "at", "ends"),
    [
        ({"quiet_from": time(22), "quiet_until": time(7)}, (18, 23, 0), (19, 7, 0)),
        ({"quiet_from": time(22), "quiet_until": time(7)}, (18, 6, 59), (18, 7, 0)),
        ({"quiet_from": time(22), "quiet_until": time(7)}, (18, 7, 0), None),
        ({"quiet_from": time(12), "quiet_until": time(13)}, (18, 12, 30), (18, 13, 0)),
        ({"quiet_weekends": True}, (21, 10, 0), (23, 0, 0)),
        ({"quiet_weekends": True, "quiet_from": time(22), "quiet_until": time(7)}, (20, 23, 0), (23, 7, 0)),
        ({}, (21, 3, 0), None),
    ],
)
def test_quiet_hours_are_new_yorks_and_spans_that_touch_are_one(
    quiet: dict[str, time], at: tuple[int, int, int], ends: tuple[int, int, int] | None
) -> None:
    def moment(day: int, hour: int, minute: int) -> datetime:
        return OPEN_MARKET.replace(day=day, hour=hour, minute=minute)

    wanted = NotificationSettings(**quiet)
    assert quiet_until(wanted, moment(*at)) == (moment(*ends) if ends else None)


def test_quiet_hours_hold_back_what_leaves_until_they_end(
    trader: User, by_mail: NotificationSettings, mail_server: MailServer, time_stands: time_machine.Traveller
) -> None:
    mail_server.start()
    NotificationSettings.objects.update(quiet_weekends=True)
    time_stands.move_to(WEEKEND)
    notify(trader, "Halted", key="halt")
    tasks.deliver()
    assert mail_server.mails == []
    assert Notification.objects.get().title == "Halted"
    time_stands.move_to(WEEKEND.replace(day=23, hour=0))
    tasks.deliver()
    assert len(mail_server.mails) == 1


def test_a_channel_gets_the_message_and_its_address_stays_secret(
    trader: User,
    trader_client: Client,
    httpserver: HTTPServer,
    caplog: pytest.LogCaptureFixture,
    settings: Settings,
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.LOCAL_CHANNELS = True
    secret = "s3cret-token"
    httpserver.expect_oneshot_request(f"/{secret}", method="POST").respond_with_data("ok")
    httpserver.expect_request(f"/{secret}", method="POST").respond_with_data("busy", status=500)
    address = f"json://127.0.0.1:{httpserver.port}/{secret}"
    answer = trader_client.post("/alerts/channels/", {"name": "Phone", "address": address})
    assert answer.status_code == 200
    channel = Channel.objects.get()
    assert (channel.service, secret in channel.sealed_address) == ("JSON", False)
    notify(trader, "Halted", "The data stopped.", key="halt", level="error")
    notify(trader, "Resumed", "It is back.", key="back")
    tasks.deliver()
    sent = [json.loads(request.get_data()) for request, _ in httpserver.log]
    assert sent[0]["title"] == "Halted"
    assert sent[0]["message"] == "The data stopped."
    assert sent[0]["type"] == "failure"
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["sent", "waiting"]
    page = trader_client.get("/alerts/delivery/").content.decode()
    assert "did not take it" in page
    own = [record.getMessage() for record in caplog.records if not record.name.startswith(("urllib3", "werkzeug"))]
    assert secret not in page + answer.content.decode() + " ".join(own) + repr(Delivery.objects.values())
    settings.SECRET_KEY = "another"
    with pytest.raises(SealBrokenError, match="SECRET_KEY"):
        unseal(channel.sealed_address)
    Delivery.objects.update(due_at=OPEN_MARKET)
    tasks.deliver()
    assert Delivery.objects.filter(state="given_up", problem__contains="SECRET_KEY").count() == 1


def test_addresses_that_are_none_are_refused_without_repeating_them(trader: User) -> None:
    for address in ("nonsense", "foo://secret", "syslog://", "gnome://"):
        with pytest.raises(channels.ChannelError) as refused:
            channels.add_channel(trader, name="Phone", address=address, at=OPEN_MARKET)
        assert "secret" not in str(refused.value)
    assert not Channel.objects.exists()


def test_what_was_told_long_ago_is_forgotten_unless_it_still_waits_to_be_sent(
    trader: User, time_stands: time_machine.Traveller
) -> None:
    for name in ("old", "old-unsent", "new"):
        time_stands.move_to(OPEN_MARKET if name == "new" else OPEN_MARKET - timedelta(days=91))
        notify(trader, name, key=name, is_sent_out=False)
    time_stands.move_to(OPEN_MARKET)
    unsent = Notification.objects.get(key="old-unsent")
    Delivery.objects.create(notification=unsent, created_at=unsent.created_at, due_at=OPEN_MARKET)
    tasks.forget()
    assert set(Notification.objects.values_list("key", flat=True)) == {"old-unsent", "new"}
    tasks.forget()
    assert Notification.objects.count() == 2
