"""Prices of the models, for the owner to keep up with the price list; what was asked and answered is looked up."""

from django.contrib import admin

from alphagex.admin import ReadOnlyAdmin
from apps.copilot.models import Access, Chat, Price, Turn


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin[Price]):
    list_display = ("model", "input_usd", "output_usd", "stated_on")
    search_fields = ("model",)


@admin.register(Chat)
class ChatAdmin(ReadOnlyAdmin):
    list_display = ("title", "owner", "created_at", "changed_at")
    list_select_related = ("owner",)
    search_fields = ("title", "owner__username")


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = ("timestamp", "chat", "mode", "status", "author", "model", "input_tokens", "output_tokens", "cost")
    list_filter = ("status", "author", "mode")
    date_hierarchy = "timestamp"
    list_select_related = ("chat",)
    search_fields = ("user_message", "ai_response")


@admin.register(Access)
class AccessAdmin(ReadOnlyAdmin):
    list_display = ("owner", "positions", "record", "notes")
    list_select_related = ("owner",)
    search_fields = ("owner__username",)
