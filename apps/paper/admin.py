"""The rows of the paper engines. Their accounts and fills stand in the ledger."""

from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin, RecordAdmin
from apps.paper.models import (
    FoundTrade,
    PaperConfig,
    PaperConfigV2,
    PaperPerformance,
    PaperPosition,
    PaperPositionV2,
)


@admin.register(PaperPosition, PaperPositionV2)
class PaperPositionAdmin(RecordAdmin):
    list_display = ("opened_at", "owner", "symbol", "strategy", "quantity", "entry_price", "status", "realized_pnl")
    list_filter = ("status",)
    list_select_related = ("owner",)
    search_fields = ("symbol", "strategy", "owner__username")


@admin.register(FoundTrade)
class FoundTradeAdmin(RecordAdmin):
    list_display = ("found_at", "owner", "trading_day", "by_desk", "executed", "problem")
    list_select_related = ("owner", "executed")
    search_fields = ("owner__username", "problem")
    date_hierarchy = "found_at"


@admin.register(PaperPerformance)
class PaperPerformanceAdmin(RecordAdmin):
    list_display = ("date", "owner", "total_pnl", "day_pnl", "open_positions", "closed_positions", "win_rate")
    list_select_related = ("owner",)
    search_fields = ("date", "owner__username")


@admin.register(PaperConfig, PaperConfigV2)
class PaperConfigAdmin(ReadOnlyAdmin):
    list_display = ("owner", "key", "value")
    list_select_related = ("owner",)
    search_fields = ("key", "owner__username")
