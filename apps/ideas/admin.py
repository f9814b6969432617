from django.contrib import admin

from alphagex.admin import RecordAdmin
from apps.ideas.models import TradeIdea


@admin.register(TradeIdea)
class TradeIdeaAdmin(RecordAdmin):
    """The log is read here, never rewritten."""

    list_display = ("created_at", "user", "symbol", "strategy", "confidence", "origin", "taken_for")
    list_filter = ("taken_for", "origin", "symbol")
    search_fields = ("symbol", "strategy", "reasoning")
    date_hierarchy = "created_at"
