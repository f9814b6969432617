"""Emptying the outbox: each delivery by one worker, failures later again, a place that is down only once a run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused

import structlog
from django.core.mail.backends.base import BaseEmailBackend

from apps.alerts import channels, mailing, outbox
from apps.alerts.models import Delivery, NotificationSettings
from apps.alerts.quiet import quiet_until
from apps.alerts.sealing import SealBrokenError

log = structlog.get_logger(__name__)
MOST_A_RUN = 200
_FOR_GOOD = 500  # SMTP: codes from here on are final, below them the server asks to come back


@dataclass(slots=True)
class Run:
    """What a run did. down: places that failed in it; the rest for them waits for the next run."""

    sent: int = 0
    failed: int = 0
    down: set[int | None] = field(default_factory=set)


def deliver_due(*, now: Callable[[], datetime]) -> Run:
    """Send what is due. now: the clock, asked anew for each delivery, since each may take seconds."""
    run = Run()
    mail = mailing.connection()
    try:
        for _ in range(MOST_A_RUN):
            delivery = outbox.take(at=now(), without=run.down)
            if delivery is None:
                break
            _deliver(delivery, mail, run, now=now)
    finally:
        _close(mail)
    if run.sent or run.failed:
        log.info("outbox_emptied", sent=run.sent, failed=run.failed)
    return run


def _deliver(delivery: Delivery, mail: BaseEmailBackend, run: Run, *, now: Callable[[], datetime]) -> None:
    at = now()
    wanted = NotificationSettings.objects.get(user=delivery.notification.user_id)
    if (until := quiet_until(wanted, at)) is not None:
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.WAITING, due_at=until, taken_until=None, attempts=delivery.attempts - 1
        )
        return
    try:
        _send(delivery, wanted, mail)
    except SealBrokenError as error:
        run.failed += 1
        outbox.settle_failed(delivery, str(error), at=now(), is_final=True)
    except SMTPRecipientsRefused as error:
        run.failed += 1
        is_final = all(code >= _FOR_GOOD for code, _ in error.recipients.values())
        outbox.settle_failed(delivery, "The mail server refuses the address.", at=now(), is_final=is_final)
    except (channels.NotAcceptedError, SMTPException, OSError) as error:
        run.failed += 1
        run.down.add(delivery.channel_id)
        _close(mail)  # a broken connection is not used again
        outbox.settle_failed(delivery, _reason(error), at=now())
    else:
        run.sent += 1
        outbox.settle_sent(delivery, at=now())


def _send(delivery: Delivery, wanted: NotificationSettings, mail: BaseEmailBackend) -> None:
    told = delivery.notification
    if delivery.channel is not None:
        channels.send(delivery.channel, title=told.title, text=told.text, level=told.level)
        return
    mailing.mail_of(delivery, to=wanted.email, through=mail).send()


def _reason(error: Exception) -> str:
    """Return why it failed, without anything a server's answer may repeat of credentials."""
    match error:
        case channels.NotAcceptedError():
            return str(error)
        case TimeoutError():
            return "The mail server does not answer."
        case SMTPException():
            code = getattr(error, "smtp_code", None)
            return f"The mail server refused{f' with {code}' if code else ''}: {type(error).__name__}."
    return f"The mail server is not reached: {type(error).__name__}."


def _close(mail: BaseEmailBackend) -> None:
    try:
        mail.close()
    except (SMTPException, OSError) as error:
        log.info("mail_connection_lost", error=type(error).__name__)
