"""What the auto traders decided, hold and wrote down. Each is switched by its owner on its page alone."""

from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin, RecordAdmin
from apps.autotrader.models import (
    AutonomousCheck,
    AutonomousConfig,
    AutonomousDecision,
    AutonomousLog,
    AutonomousPosition,
    SchedulerState,
)


@admin.register(SchedulerState)
class SchedulerStateAdmin(RecordAdmin):
    list_display = ("owner", "is_running", "paused_until", "stopped_hard_at", "last_tick_at", "last_error")
    list_select_related = ("owner",)
    search_fields = ("owner__username",)


@admin.register(AutonomousCheck)
class AutonomousCheckAdmin(RecordAdmin):
    list_display = ("slot", "owner", "sent_at", "begun_at", "done_at", "let_go")
    list_select_related = ("owner",)
    search_fields = ("owner__username", "let_go")
    date_hierarchy = "slot"


@admin.register(AutonomousDecision)
class AutonomousDecisionAdmin(RecordAdmin):
    list_display = ("at", "owner", "kind", "outcome", "reason", "opened", "engine_version")
    list_filter = ("kind", "outcome")
    list_select_related = ("owner", "opened")
    search_fields = ("reason", "owner__username")
    date_hierarchy = "at"


@admin.register(AutonomousPosition)
class AutonomousPositionAdmin(RecordAdmin):
    list_display = ("owner", "symbol", "strategy", "expiration_date", "status", "entry_price", "unrealized_pnl")
    list_filter = ("status",)
    list_select_related = ("owner",)
    search_fields = ("symbol", "strategy", "owner__username")


@admin.register(AutonomousLog)
class AutonomousLogAdmin(ReadOnlyAdmin):
    list_display = ("date", "time", "owner", "action", "details", "position_id", "success")
    list_select_related = ("owner",)
    search_fields = ("action", "details", "owner__username")


@admin.register(AutonomousConfig)
class AutonomousConfigAdmin(ReadOnlyAdmin):
    list_display = ("owner", "key", "value")
    list_select_related = ("owner",)
    search_fields = ("key", "owner__username")
