"""Lists and settings are edited here; what scans found is looked up."""

from django.contrib import admin
from django.http import HttpRequest

from apps.scanner.models import ScannerSettings, ScanResult, ScanRun, Watchlist


class _LookedUp:
    """Rows that are only looked up."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Watchlist)
class WatchlistAdmin(admin.ModelAdmin[Watchlist]):
    list_display = ("name", "owner", "symbols", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username", "symbols")


@admin.register(ScannerSettings)
class ScannerSettingsAdmin(admin.ModelAdmin[ScannerSettings]):
    list_display = ("user", "cache_minutes", "auto_refresh", "refresh_interval", "watchlist", "next_scan_at")
    list_select_related = ("user", "watchlist")
    list_filter = ("auto_refresh",)
    search_fields = ("user__username",)


@admin.register(ScanRun)
class ScanRunAdmin(_LookedUp, admin.ModelAdmin[ScanRun]):
    list_display = ("started_at", "owner", "name", "by", "state", "finished", "total", "failed", "ended_at")
    list_select_related = ("owner",)
    list_filter = ("state", "by", "force")
    search_fields = ("name", "owner__username")
    date_hierarchy = "started_at"


@admin.register(ScanResult)
class ScanResultAdmin(_LookedUp, admin.ModelAdmin[ScanResult]):
    list_display = ("symbol", "run", "state", "spot", "net_gex", "setup_type", "confidence", "cache_status", "problem")
    list_select_related = ("run",)
    list_filter = ("state", "setup_type", "truth")
    search_fields = ("symbol", "run__owner__username", "problem")
