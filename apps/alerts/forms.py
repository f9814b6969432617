"""What is typed on the page: rules, whose fields follow from their type, and how one is told."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from apps.alerts.models import Alert, NotificationSettings
from apps.alerts.models.rules import LONGEST_PAUSE
from apps.alerts.rule_types import GROUPS, TYPES, RuleType
from apps.alerts.rules import Wanted
from apps.ledger.models import Account, Position
from apps.market.watching import SymbolError, parse_symbol

FIRST_TYPE = "flip_proximity"
TYPE_CHOICES = [(title, [(key, TYPES[key].label) for key in keys]) for title, keys in GROUPS]


class PositionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.symbol} {obj.strategy}, no. {obj.pk}"


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Account) -> str:
        return f"{obj.get_kind_display()} {obj.number}"


class RuleForm(forms.Form):
    """A rule. Which fields there are follows from `alert_type`, asked for again when another one is chosen."""

    alert_type = forms.ChoiceField(label="Alert on", choices=TYPE_CHOICES)
    position = PositionField(label="Position", queryset=Position.objects.none(), empty_label=None)
    account = AccountField(label="Account", queryset=Account.objects.none(), empty_label=None)
    symbol = forms.CharField(
        label="Symbol",
        max_length=12,
        widget=forms.TextInput({"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}),
    )
    condition = forms.ChoiceField(label="When")
    threshold = forms.DecimalField(max_digits=20, decimal_places=4)
    rearm = forms.ChoiceField(label="Then", choices=Alert.Rearm)
    pause_minutes = forms.IntegerField(
        label="Pause, minutes",
        min_value=1,
        max_value=LONGEST_PAUSE,
        required=False,
        initial=30,
        help_text="For “After a pause”.",
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    note = forms.CharField(
        label="Note", max_length=200, required=False, widget=forms.TextInput({"placeholder": "Comes with the message"})
    )
    is_sent_out = forms.BooleanField(label="E-mail and channels too", required=False, initial=True)
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, owner: User, data: Any = None, *, alert_type: str = "", **more: Any) -> None:
        super().__init__(data, **more)
        chosen = alert_type or (data or {}).get("alert_type", "") or self.initial.get("alert_type", "")
        self.type_key = chosen if chosen in TYPES else FIRST_TYPE
        self.initial["alert_type"] = self.type_key
        self._shape(owner, self.rule_type)

    @property
    def rule_type(self) -> RuleType:
        return TYPES[self.type_key]

    def _shape(self, owner: User, kind: RuleType) -> None:
        """Keep the fields of the type, with its choices and limits."""
        for name in {"symbol", "position", "account"} - {kind.subject}:
            del self.fields[name]
        if kind.subject == "position":
            opened = Position.objects.filter(account__owner=owner, status=Position.Status.OPEN)
            self._field("position").queryset = opened.order_by("symbol", "pk")
        if kind.subject == "account":
            in_use = Account.objects.filter(owner=owner, closed_at__isnull=True)
            self._field("account").queryset = in_use.order_by("kind")
        self._field("condition").choices = [(key, one.label) for key, one in kind.conditions.items()]
        if kind.limits is None:
            del self.fields["threshold"]
            return
        limits, field = kind.limits, self._field("threshold")
        field.label = f"Level, {limits.unit}"
        for name, value in (("min", limits.least), ("max", limits.most), ("step", limits.step)):
            field.widget.attrs[name] = f"{value:f}"
        field.widget.attrs["inputmode"] = "decimal"
        if limits.first is not None:
            self.initial.setdefault("threshold", f"{limits.first:f}")

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_symbol(self) -> str:
        try:
            return parse_symbol(self.cleaned_data["symbol"])
        except SymbolError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_threshold(self) -> Any:
        value, limits = self.cleaned_data["threshold"], self.rule_type.limits
        if limits is not None and not limits.least <= value <= limits.most:
            raise forms.ValidationError(f"Between {limits.least:f} and {limits.most:f} {limits.unit}.")
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rearm") == Alert.Rearm.AFTER and not cleaned.get("pause_minutes") and not self.errors:
            self.add_error("pause_minutes", "Say how long it rests after it fired.")
        return cleaned

    def wanted(self) -> Wanted:
        """Return the rule that was typed."""
        values = {name: self.cleaned_data[name] for name in self.fields if name in Wanted.__dataclass_fields__}
        values["pause_minutes"] = values.get("pause_minutes") or 30
        return Wanted(**values)

    @classmethod
    def showing(cls, owner: User, alert: Alert) -> "RuleForm":
        """Return the form with a rule in it."""
        names = ("alert_type", "condition", "symbol", "position", "account", "rearm", "pause_minutes", "note")
        initial = {name: getattr(alert, name) for name in names}
        initial |= {"threshold": f"{alert.threshold.normalize():f}", "is_sent_out": alert.is_sent_out}
        return cls(owner, initial=initial, prefix="rule")


class NotificationForm(forms.ModelForm[NotificationSettings]):
    """How a user wants to be told."""

    class Meta:
        model = NotificationSettings
        fields = ("is_on", "sound", "by_mail", "email", "quiet_from", "quiet_until", "quiet_weekends")
        labels = {
            "is_on": "Check my rules",
            "sound": "Sound in the page",
            "by_mail": "E-mail",
            "email": "E-mail address",
            "quiet_from": "Quiet from",
            "quiet_until": "Quiet until",
            "quiet_weekends": "Quiet at weekends",
        }
        help_texts = {"is_on": "", "quiet_from": "New York time.", "quiet_until": "May be after midnight."}
        widgets = {
            "quiet_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("by_mail") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", "Say where e-mails go.")
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (start is None) != (end is None) and not self.errors:
            self.add_error("quiet_until" if end is None else "quiet_from", "Quiet hours need both ends.")
        return cleaned


class ChannelForm(forms.Form):
    """A channel: its address is shown this once."""

    name = forms.CharField(label="Name", max_length=40, widget=forms.TextInput({"placeholder": "My phone"}))
    address = forms.CharField(
        label="Apprise address",
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "off", "placeholder": "ntfys://topic"}, render_value=False),
        help_text="Telegram, Discord, Slack, ntfy and many more. Kept encrypted and not shown again.",
    )


class HistoryForm(forms.Form):
    """Which part of the history is wanted."""

    symbol = forms.CharField(required=False, max_length=12)
    alert_type = forms.ChoiceField(required=False, choices=[("", "All kinds"), *TYPE_CHOICES])
    before = forms.IntegerField(required=False, min_value=1)

    def chosen(self) -> dict[str, Any]:
        """Return what was asked for; what cannot be read counts as not asked for."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}
