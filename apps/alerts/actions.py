"""What a trader does on the alerts page. Every answer is a toast, and the page renews itself."""

import json
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.services import preferences_of
from apps.alerts import channels, notifying, outbox, rules
from apps.alerts.forms import ChannelForm, NotificationForm, RuleForm
from apps.alerts.models import Channel, Delivery
from apps.alerts.page import outside_of
from apps.alerts.quiet import quiet_until
from apps.alerts.stated import sentence_of
from apps.alerts.views import dialog_of, new_form, own_rule
from apps.market.templatetags.numbers import et
from apps.market.watching import SymbolError, note_watched, parse_symbol

CHANGED = "alerts:changed"
_LONGEST_KEY = 40


@require_POST
def create(request: SignedInRequest) -> HttpResponse:
    """Make a rule."""
    at = clock.now()
    form = RuleForm(request.user, request.POST)
    if not form.is_valid():
        return render(request, "alerts/_form.html", {"form": form}, status=422)
    try:
        alert, is_new = rules.make_rule(request.user, form.wanted(), key=_key(request, "form"), at=at)
    except rules.RuleError as error:
        form.add_error(None, str(error))
        return render(request, "alerts/_form.html", {"form": form}, status=422)
    note_watched([alert.symbol] if alert.symbol else [], at=at)
    kept = {"alert_type": alert.alert_type, "rearm": alert.rearm, "is_sent_out": alert.is_sent_out}
    answer = render(
        request,
        "alerts/_form.html",
        {"form": new_form(request, alert.symbol or preferences_of(request.user).symbol, **kept)},
    )
    answer["HX-Trigger"] = _trigger("success", "Alert set" if is_new else "Already set", f"{sentence_of(alert)}.")
    return answer


@require_POST
def preset(request: SignedInRequest, name: str) -> HttpResponse:
    """Make a preset rule for a symbol; one that is armed already is not made twice."""
    at = clock.now()
    try:
        symbol = parse_symbol(request.POST.get("symbol", ""))
        wanted = rules.presets(symbol)[name]
    except SymbolError as error:
        return _told("warning", "Which symbol?", str(error))
    except KeyError as error:
        raise Http404("There is no such preset.") from error
    try:
        key = f"preset:{name}:{_key(request, symbol)}"
        alert, is_new = rules.make_preset(request.user, wanted, key=key[:64], at=at)
    except rules.RuleError as error:
        return _told("warning", "Not set", str(error))
    note_watched([symbol], at=at)
    return _told("success" if is_new else "info", "Alert set" if is_new else "Already set", f"{sentence_of(alert)}.")


@require_POST
def change(request: SignedInRequest, number: int) -> HttpResponse:
    """Change a rule; it is armed anew."""
    alert = own_rule(request, number)
    form = RuleForm(request.user, request.POST, alert_type=request.POST.get("rule-alert_type", ""), prefix="rule")
    if not form.is_valid():
        return render(request, "alerts/rule.html", dialog_of(alert, form), status=422)
    changed = rules.change_rule(alert, form.wanted())
    return _told("success", "Alert changed", f"{sentence_of(changed)}. It is armed.", status=200)


@require_POST
def delete(request: SignedInRequest, number: int) -> HttpResponse:
    """Delete a rule."""
    alert = own_rule(request, number)
    said = sentence_of(alert)
    rules.delete_rules([alert.pk], owner=request.user)
    return _told("success", "Alert deleted", f"{said}. What it fired stays in the history.", status=200)


@require_POST
def clear(request: SignedInRequest) -> HttpResponse:
    """Delete the rules that have fired and will not again."""
    count = rules.clear_fired(request.user)
    return _told("success", "Cleared", f"{count} fired rule{'' if count == 1 else 's'} deleted.")


@require_POST
def arm(request: SignedInRequest, number: int) -> HttpResponse:
    """Arm a rule again."""
    alert = own_rule(request, number)
    rules.arm(alert)
    return _told("success", "Armed", f"{sentence_of(alert)}.", status=200)


@require_POST
def switch_off(request: SignedInRequest, number: int) -> HttpResponse:
    """Let a rule rest."""
    alert = own_rule(request, number)
    rules.switch_off(alert)
    return _told("success", "Switched off", f"{sentence_of(alert)}.", status=200)


@require_POST
def snooze(request: SignedInRequest, number: int) -> HttpResponse:
    """Silence a rule for a while."""
    alert = own_rule(request, number)
    try:
        until = rules.snooze(alert, request.POST.get("how_long", ""), at=clock.now())
    except KeyError as error:
        raise Http404("There is no such pause.") from error
    return _told("success", "Snoozed", f"{sentence_of(alert)}, until {et(until, 'full')}.", status=200)


@require_POST
def wake(request: SignedInRequest, number: int) -> HttpResponse:
    """End a rule's snooze."""
    alert = own_rule(request, number)
    rules.wake(alert)
    return _told("success", "Awake", f"{sentence_of(alert)}.", status=200)


@require_POST
def read(request: SignedInRequest) -> HttpResponse:
    """Mark notifications as read, up to the newest the reader has seen."""
    typed = request.POST.get("up_to", "")
    notifying.mark_read(request.user, up_to=int(typed) if typed.isdecimal() and len(typed) < 18 else 0, at=clock.now())
    return HttpResponse(status=204)


@require_POST
def keep_settings(request: SignedInRequest) -> HttpResponse:
    """Keep how one is told; what waits for the end of quiet hours is looked at anew."""
    at = clock.now()
    form = NotificationForm(request.POST, instance=notifying.settings_of(request.user))
    if not form.is_valid():
        return _outside(request, status=422, settings_form=form)
    with transaction.atomic():
        kept = notifying.keep_settings(request.user, form.cleaned_data)
        outbox.look_again(request.user, at=at)
    return _outside(
        request,
        settings_form=NotificationForm(instance=kept),
        told=("success", "Settings saved", "Quiet now." if quiet_until(kept, at) else ""),
    )


@require_POST
def add_channel(request: SignedInRequest) -> HttpResponse:
    """Keep a channel."""
    form = ChannelForm(request.POST)
    if form.is_valid():
        try:
            added = channels.add_channel(request.user, **form.cleaned_data, at=clock.now())
        except channels.ChannelError as error:
            form.add_error(error.field, str(error))
        else:
            return _outside(request, told=("success", "Channel added", f"{added.name}, {added.service}. Send a test."))
    return _outside(request, status=422, channel_form=form)


@require_POST
def remove_channel(request: SignedInRequest, number: int) -> HttpResponse:
    """Forget a channel."""
    channel = get_object_or_404(Channel, pk=number, owner=request.user)
    channel.delete()
    return _outside(request, told=("success", "Channel removed", channel.name))


@require_POST
def test(request: SignedInRequest) -> HttpResponse:
    """Tell the user something, everywhere, once per click."""
    at = clock.now()
    told = notifying.notify(
        request.user,
        "Test of your alerts",
        "This is how an alert reaches you.",
        "/alerts/",
        "info",
        key=f"test:{_key(request, 'test')}",
    )
    if told is None:
        return HttpResponse(status=204)
    count = Delivery.objects.filter(notification=told).count()
    until = quiet_until(notifying.settings_of(request.user), at)
    where = (
        f"On its way to {count} place{'' if count == 1 else 's'}."
        if count
        else "In the page only: nothing else is set."
    )
    if count and until is not None:
        where = f"Quiet hours: it leaves {et(until, 'full')}."
    return _outside(request, told=("success", "Test sent", where))


@require_POST
def try_again(request: SignedInRequest) -> HttpResponse:
    """Send now what failed before."""
    count = outbox.try_again(request.user.pk, at=clock.now())
    return _outside(request, told=("info", "Trying again", f"{count} message{'' if count == 1 else 's'}."))


def _outside(
    request: SignedInRequest, *, status: int = 200, told: tuple[str, str, str] | None = None, **forms: Any
) -> HttpResponse:
    """Answer with the card of settings and channels."""
    context = {
        "settings_form": forms.get("settings_form") or NotificationForm(instance=notifying.settings_of(request.user)),
        "channel_form": forms.get("channel_form") or ChannelForm(),
        "outside": outside_of(request.user),
        "is_channel_open": "channel_form" in forms,
    }
    answer = render(request, "alerts/_outside.html", context, status=status)
    if told is not None:
        answer["HX-Trigger"] = _trigger(*told, is_changed=False)
    return answer


def _told(level: str, title: str, text: str, *, status: int = 204) -> HttpResponse:
    """Answer with a toast. status: 204 leaves the page alone, 200 empties the dialog that asked."""
    return HttpResponse(status=status, headers={"HX-Trigger": _trigger(level, title, text)})


def _trigger(level: str, title: str, text: str, *, is_changed: bool = True) -> str:
    changed = {CHANGED: True} if is_changed else {}
    return json.dumps({"toast": {"level": level, "title": title, "text": text}, **changed})


def _key(request: SignedInRequest, what: str) -> str:
    return f"{what}:{request.POST.get('key', '')[:_LONGEST_KEY]}"
