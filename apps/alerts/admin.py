"""Rules are edited here; what they fired and what was sent is looked up. Addresses of channels are never shown."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from alphagex.admin import ReadOnlyAdmin
from apps.alerts.models import Alert, AlertCheck, AlertEvent, Channel, Delivery, Notification, NotificationSettings
from apps.alerts.rule_types import GROUPS, TYPES
from apps.alerts.stated import judged_by, sentence_of
from apps.ledger.models import Account, Position


class RuleAdminForm(forms.ModelForm[Alert]):
    alert_type = forms.ChoiceField(
        choices=[(group, [(key, TYPES[key].label) for key in keys]) for group, keys in GROUPS]
    )
    condition = forms.ChoiceField(
        choices=sorted({(key, key) for one in TYPES.values() for key in one.conditions}),
        help_text="Must belong to the type.",
    )

    class Meta:
        model = Alert
        fields = (
            "owner", "alert_type", "condition", "symbol", "threshold", "position", "account", "note", "is_sent_out",
            "state", "rearm", "pause_minutes", "rearm_at", "snoozed_until",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse what the page could not make: conditions and subjects that do not go with the type."""
        cleaned = super().clean() or {}
        kind = TYPES.get(cleaned.get("alert_type", ""))
        if kind is None:
            return cleaned
        if cleaned.get("condition") not in kind.conditions:
            self.add_error("condition", f"Of this type: {', '.join(kind.conditions)}.")
        for name in ("symbol", "position", "account"):
            if name == kind.subject and not cleaned.get(name):
                self.add_error(name, "This type is about one.")
            if name != kind.subject and cleaned.get(name):
                self.add_error(name, "This type is not about one.")
        for name in ("position", "account"):
            chosen, owner = cleaned.get(name), cleaned.get("owner")
            whose = chosen.account if isinstance(chosen, Position) else chosen
            if isinstance(whose, Account) and owner is not None and whose.owner_id != owner.pk:
                self.add_error(name, "It belongs to somebody else.")
        return cleaned


@admin.register(Alert)
class AlertAdmin(admin.ModelAdmin[Alert]):
    form = RuleAdminForm
    list_display = ("sentence", "owner", "state", "rearm", "fired_count", "fired_at", "snoozed_until")
    list_filter = ("state", "alert_type", "rearm")
    list_select_related = ("owner", "position", "account")
    search_fields = ("symbol", "note", "owner__username")
    raw_id_fields = ("position", "account")
    readonly_fields = ("fired_count", "fired_at", "met", "created_at")
    show_full_result_count = False
    actions = ("arm_anew",)

    @admin.display(description="Rule")
    def sentence(self, alert: Alert) -> str:
        return sentence_of(alert)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Alert, form: Any, change: bool) -> None:
        """Judge a changed rule anew, as the page does."""
        obj.met = None
        super().save_model(request, judged_by(obj), form, change)

    @admin.action(description="Arm anew")
    def arm_anew(self, request: HttpRequest, queryset: Any) -> None:
        queryset.update(state=Alert.State.ARMED, met=None, rearm_at=None, snoozed_until=None)


@admin.register(AlertCheck)
class AlertCheckAdmin(ReadOnlyAdmin):
    list_display = ("subject", "seq", "source", "checked_at", "problem")
    search_fields = ("subject",)


@admin.register(AlertEvent)
class AlertEventAdmin(ReadOnlyAdmin):
    list_display = ("fired_at", "owner", "title", "truth", "source")
    list_filter = ("alert_type", "truth")
    list_select_related = ("owner",)
    search_fields = ("symbol", "title", "owner__username")
    date_hierarchy = "fired_at"


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "number", "level", "title", "read_at")
    list_filter = ("level",)
    list_select_related = ("user",)
    search_fields = ("title", "user__username")


@admin.register(NotificationSettings)
class NotificationSettingsAdmin(admin.ModelAdmin[NotificationSettings]):
    search_fields = ("user__username",)
    list_display = ("user", "is_on", "by_mail", "sound", "quiet_from", "quiet_until", "quiet_weekends")
    list_select_related = ("user",)
    readonly_fields = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin[Channel]):
    search_fields = ("name", "owner__username")
    list_display = ("name", "owner", "service", "is_on", "created_at")
    list_select_related = ("owner",)
    fields = ("owner", "name", "service", "is_on", "created_at")
    readonly_fields = ("owner", "name", "service", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "notification", "channel", "state", "attempts", "due_at", "sent_at", "problem")
    list_filter = ("state",)
    search_fields = ("notification__title", "channel__name", "problem")
    list_select_related = ("notification", "channel")
