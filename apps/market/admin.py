from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.market.models import Feed, Snapshot, WebsocketSubscription


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


@admin.register(WebsocketSubscription)
class WebsocketSubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("user", "symbols", "topics", "message_format", "process", "connected_at", "seen_at")
    search_fields = ("user__username", "process")
    list_select_related = ("user",)
