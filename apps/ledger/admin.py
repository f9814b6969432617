"""The ledger as it stands and how it came about, for looking things up: money changes by orders and fills alone."""

from django.contrib import admin

from alphagex.admin import RecordAdmin
from apps.ledger.models import Account, CashEntry, Change, Fill, Leg, Order, Position


@admin.register(Account)
class AccountAdmin(RecordAdmin):
    list_display = ("owner", "kind", "number", "starting_cash", "fill_model", "commission", "opened_at", "closed_at")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    search_fields = ("owner__username",)


class LegInline(admin.TabularInline[Leg, Position]):
    model = Leg
    can_delete = False
    extra = 0
    fields = ("kind", "strike", "expiration", "ratio", "open_quantity", "mark", "marked_at", "source", "truth")
    readonly_fields = fields


@admin.register(Position)
class PositionAdmin(RecordAdmin):
    list_display = ("opened_at", "account", "symbol", "strategy", "status", "open_quantity", "pnl", "unrealized_pnl")
    list_filter = ("status", "account__kind")
    list_select_related = ("account__owner",)
    search_fields = ("symbol", "strategy", "account__owner__username")
    date_hierarchy = "opened_at"
    inlines = (LegInline,)


@admin.register(Leg)
class LegAdmin(RecordAdmin):
    list_display = ("position", "kind", "strike", "expiration", "ratio", "open_quantity", "mark", "marked_at")
    list_filter = ("kind",)
    list_select_related = ("position",)
    search_fields = ("position__symbol",)


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    list_display = ("placed_at", "account", "purpose", "status", "quantity", "position", "reason", "refusal")
    list_filter = ("status", "purpose", "is_daily_entry")
    list_select_related = ("account__owner", "position")
    search_fields = ("key", "reason", "refusal", "position__symbol")
    date_hierarchy = "placed_at"


@admin.register(Fill)
class FillAdmin(RecordAdmin):
    list_display = ("at", "order", "leg", "side", "quantity", "price", "commission", "basis", "source", "truth")
    list_filter = ("basis", "side")
    list_select_related = ("order__account__owner", "leg__position")
    search_fields = ("order__key", "leg__position__symbol")
    date_hierarchy = "at"


@admin.register(CashEntry)
class CashEntryAdmin(RecordAdmin):
    list_display = ("at", "account", "kind", "amount", "note")
    list_filter = ("kind",)
    list_select_related = ("account__owner",)
    search_fields = ("note", "account__owner__username")
    date_hierarchy = "at"


@admin.register(Change)
class ChangeAdmin(RecordAdmin):
    list_display = ("at", "account", "position", "action", "by")
    list_filter = ("action",)
    list_select_related = ("account__owner", "position", "by")
    search_fields = ("action", "position__symbol", "by__username")
    date_hierarchy = "at"
