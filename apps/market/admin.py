from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin
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
    SnapshotDetail,
    SpyCorrelation,
    WebsocketSubscription,
)


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


@admin.register(SnapshotDetail)
class SnapshotDetailAdmin(ReadOnlyAdmin):
    list_display = ("snapshot", "implied_move_expiration")
    search_fields = ("snapshot__symbol",)
    list_select_related = ("snapshot",)
    fields = ("snapshot", "assumptions", "excluded", "warnings", "walls", "after_next", "implied_move_expiration")


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
    search_fields = ("name", "error")


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
