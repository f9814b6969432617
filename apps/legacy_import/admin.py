from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin
from apps.legacy_import.models import (
    GexHistory,
    ImportedFile,
    ImportedRow,
    OldSetting,
    Performance,
    QuarantinedRow,
)


@admin.register(ImportedFile)
class ImportedFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "size", "imported_at", "fingerprint")
    search_fields = ("name", "fingerprint")


@admin.register(ImportedRow)
class ImportedRowAdmin(ReadOnlyAdmin):
    list_display = ("table", "row_key", "file", "target_table", "target_id")
    list_filter = ("table", "file")
    search_fields = ("row_key",)
    list_select_related = ("file",)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ReadOnlyAdmin):
    list_display = ("table", "row_key", "reason", "file", "quarantined_at")
    list_filter = ("table", "file")
    search_fields = ("row_key", "reason")
    list_select_related = ("file",)


@admin.register(OldSetting)
class OldSettingAdmin(ReadOnlyAdmin):
    list_display = ("table", "key", "value", "why", "owner")
    list_filter = ("table",)
    search_fields = ("key", "value")


@admin.register(GexHistory)
class GexHistoryAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "timestamp", "spot_price", "net_gex", "flip_point", "mm_state", "owner")
    list_filter = ("symbol",)
    search_fields = ("symbol",)


@admin.register(Performance)
class PerformanceAdmin(ReadOnlyAdmin):
    list_display = ("date", "total_trades", "win_rate", "total_pnl", "owner")
    search_fields = ("date",)
    date_hierarchy = "date"
