from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.ideas.models import TradeIdea


@admin.register(TradeIdea)
class TradeIdeaAdmin(admin.ModelAdmin[TradeIdea]):
    """The log is read here, never rewritten."""

    list_display = ("created_at", "user", "symbol", "strategy", "confidence", "origin", "taken_for")
    list_filter = ("taken_for", "origin", "symbol")
    search_fields = ("symbol", "strategy", "reasoning")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
