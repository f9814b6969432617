"""The alerts page and its parts."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.services import preferences_of
from apps.alerts.forms import ChannelForm, HistoryForm, NotificationForm, RuleForm
from apps.alerts.models import Alert
from apps.alerts.notifying import settings_of
from apps.alerts.page import body_of, history_of, outside_of, tabs
from apps.alerts.publishing import bell_of
from apps.alerts.rules import SNOOZES
from apps.alerts.stated import sentence_of


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show the rules, what they fired, and the form of a new one."""
    symbol = preferences_of(request.user).symbol
    context = {
        "body": body_of(request.user, at=clock.now(), number=page_number(request), **asked_history(request)),
        "form": new_form(request, symbol),
        "symbol": symbol,
        "bell": bell_of(request.user),
        "tabs": tabs("rules"),
    }
    return render(request, "alerts/page.html", context)


@require_GET
@never_cache
def delivery(request: SignedInRequest) -> HttpResponse:
    """Show how one is told, and what one was told lately."""
    context = {
        "bell": bell_of(request.user),
        "settings_form": NotificationForm(instance=settings_of(request.user)),
        "channel_form": ChannelForm(),
        "outside": outside_of(request.user),
        "tabs": tabs("delivery"),
    }
    return render(request, "alerts/delivery.html", context)


@require_GET
@never_cache
def body(request: SignedInRequest) -> HttpResponse:
    """Return what renews itself: figures, rules and history."""
    shown = body_of(request.user, at=clock.now(), number=page_number(request), **asked_history(request))
    return render(request, "alerts/_body.html", {"body": shown})


@require_GET
@never_cache
def history(request: SignedInRequest) -> HttpResponse:
    """Return a part of the history."""
    return render(request, "alerts/_history.html", {"history": history_of(request.user, **asked_history(request))})


@require_GET
@never_cache
def fields(request: SignedInRequest) -> HttpResponse:
    """Return the fields of the chosen type, with what was typed in those both types have."""
    prefix = "rule" if "rule-alert_type" in request.GET else None
    name = f"{prefix}-" if prefix else ""
    typed = {key.removeprefix(name): str(value) for key, value in request.GET.items() if key.startswith(name)}
    both = ("symbol", "rearm", "pause_minutes", "note", "key")
    kept: dict[str, Any] = {name: typed[name] for name in both if name in typed}
    kept["is_sent_out"] = "is_sent_out" in typed
    form = RuleForm(request.user, alert_type=typed.get("alert_type", ""), initial=kept, prefix=prefix)
    return render(request, "alerts/_fields.html", {"form": form})


@require_GET
@never_cache
def rule(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the dialog that changes a rule."""
    alert = own_rule(request, number)
    return render(request, "alerts/rule.html", dialog_of(alert, RuleForm.showing(request.user, alert)))


@require_GET
@never_cache
def snooze_dialog(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the dialog that silences a rule for a while."""
    alert = own_rule(request, number)
    context = {"alert": alert, "sentence": sentence_of(alert), "choices": SNOOZES.items()}
    return render(request, "alerts/snooze.html", context)


def own_rule(request: SignedInRequest, number: int) -> Alert:
    """Return a rule of the user. Raises Http404."""
    found = Alert.objects.select_related("position", "account")
    return get_object_or_404(found, pk=number, owner=request.user)


def dialog_of(alert: Alert, form: RuleForm) -> dict[str, Any]:
    """Return what the dialog of a rule shows."""
    is_snoozed = alert.snoozed_until is not None and alert.snoozed_until > clock.now()
    return {"alert": alert, "form": form, "sentence": sentence_of(alert), "is_snoozed": is_snoozed}


def new_form(request: SignedInRequest, symbol: str, **initial: object) -> RuleForm:
    """Return an empty form with a key of its own."""
    return RuleForm(request.user, initial={"symbol": symbol, "key": uuid4().hex, **initial})


def page_number(request: SignedInRequest) -> int:
    """Return the page of rules that is asked for."""
    typed = request.GET.get("page", "1")
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 1


def asked_history(request: SignedInRequest) -> dict[str, Any]:
    """Return the history's filters."""
    return HistoryForm(request.GET).chosen()
