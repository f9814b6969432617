from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.market.models import (
    DayFigures,
    Duty,
    Feed,
    FrozenLevel,
    GammaCorrelation,
    GammaDailySummary,
    GammaHistory,
    MarketData,
    Snapshot,
    SpyCorrelation,
    WebsocketSubscription,
)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Facts are looked up here, not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "seq", "next_poll_at", "last_success_at", "consecutive_failures", "is_held", "last_error")
    list_filter = ("is_held",)
    search_fields = ("symbol",)


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = (
        "symbol",
        "seq",
        "as_of",
        "source",
        "kind",
        "spot",
        "net_gex",
        "flip_point",
        "call_wall",
        "put_wall",
    )
    list_filter = ("symbol", "source", "kind")
    search_fields = ("symbol",)
    date_hierarchy = "as_of"
    show_full_result_count = False


@admin.register(MarketData)
class MarketDataAdmin(ReadOnlyAdmin):
    list_display = ("source", "kind", "symbol", "detail", "as_of", "fetched_at", "valid_until", "last_error")
    list_filter = ("source", "kind")
    search_fields = ("symbol", "detail")
    exclude = ("payload",)  # megabytes for a chain


@admin.register(DayFigures)
class DayFiguresAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "day", "source", "close", "net_gex", "flip_point", "implied_volatility", "is_final")
    list_filter = ("source", "is_final")
    search_fields = ("symbol",)
    date_hierarchy = "day"


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    list_display = ("name", "slot", "started_at", "finished_at", "error")
    list_filter = ("name",)


@admin.register(GammaHistory)
class GammaHistoryAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "timestamp", "source", "spot_price", "net_gex", "flip_point", "regime")
    list_filter = ("source",)
    search_fields = ("symbol",)


@admin.register(GammaDailySummary)
class GammaDailySummaryAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "date", "source", "gex_change_pct", "flip_change_pct", "price_change_pct", "avg_iv")
    list_filter = ("source",)
    search_fields = ("symbol",)


@admin.register(SpyCorrelation)
class SpyCorrelationAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "date", "source", "correlation_score")
    list_filter = ("source",)
    search_fields = ("symbol",)


@admin.register(GammaCorrelation)
class GammaCorrelationAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "timestamp", "source", "risk_level", "gamma_decay_pct", "actual_price_move_pct", "filled")
    list_filter = ("source", "filled", "risk_level")
    search_fields = ("symbol",)


@admin.register(WebsocketSubscription)
class WebsocketSubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("user", "symbols", "topics", "message_format", "process", "connected_at", "seen_at")
    search_fields = ("user__username", "process")
    list_select_related = ("user",)


@admin.register(FrozenLevel)
class FrozenLevelAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "day", "kind", "level", "source", "touched", "held", "broken", "closed_beyond")
    list_filter = ("kind", "source", "symbol")
    search_fields = ("symbol",)
